"""Files on their way: how far they are, cancelled, over a restart or a full disk; their names."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.person import Person
from tests.browser.test_files import file, is_shown, pick, send
from tests.faults.test_uploads import full_disk
from tests.picturing import told
from tests.serving import GustProcess

MB = 1 << 20


def slow(person: Person, rate: int) -> None:
    """Let the person's network take only so many bytes a second."""
    network = person.context.new_cdp_session(person.page)
    network.send("Network.enable")
    network.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": rate},
    )


def test_each_upload_tells_how_far_it_is_and_can_be_cancelled(
    arrive: Arrive, gust: GustProcess
) -> None:
    ada = arrive("ada")
    slow(ada, 1 << 21)
    pick(ada, *(file(f"{n}.bin", bytes([n]) * (4 << 20), "video/x") for n in (1, 2, 3)))
    uploads = ada.page.locator(".upload")
    expect(uploads).to_have_count(3)
    for upload in uploads.all():
        expect(upload.locator(".file-about")).to_have_text(re.compile(r"^[1-9]\d? % of 4 MB"))
        assert 0 < upload.locator("progress").evaluate("bar => bar.value") < 1
    expect(ada.page.get_by_role("button", name="Send")).to_be_disabled()
    for name in ("1.bin", "3.bin"):
        ada.page.get_by_role("button", name=re.compile(f"Take out .*{name}")).click()
    expect(uploads).to_have_count(1)
    expect(uploads).to_have_attribute("data-state", "done", timeout=20_000)
    send(ada)
    expect(ada.messages.locator(".file-name")).to_have_text(["2.bin"])
    for _ in range(100):
        if len(list((gust.data / "files" / "incoming").iterdir())) == 0:
            break
        ada.page.wait_for_timeout(50)
    kept = [path for path in (gust.data / "files").rglob("*") if path.is_file()]
    assert len(kept) == 1, "what was cancelled is still there"


def test_an_upload_outlives_a_restart_of_the_server(arrive: Arrive, gust: GustProcess) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    for person in (ada, bob):
        person.expects_outage = True
    slow(ada, 1 << 20)
    pick(ada, file("film.bin", bytes(3 << 20), "video/x"))
    upload = ada.page.locator(".upload")
    expect(upload.locator(".file-about")).to_have_text(re.compile(r"^[1-9]\d? % of 3 MB"))
    gust.kill()
    expect(upload).to_contain_text("trying again")
    gust.start()
    ada.is_connected()
    expect(upload).to_have_attribute("data-state", "done", timeout=20_000)
    send(ada)
    expect(bob.messages.locator(".file-name")).to_have_text(["film.bin"])
    kept = [path for path in (gust.data / "files").rglob("*") if path.is_file()]
    assert len(kept) == 1, "what came before the restart is still there"


def test_a_folder_is_not_taken_for_a_file(arrive: Arrive) -> None:
    ada = arrive("ada")
    ada.page.evaluate(
        """() => {
          const held = new DataTransfer();
          held.items.add(new File(['milk'], 'list.txt'));
          held.items.add(new File([''], 'letters'));
          const [file, folder] = held.items;
          DataTransferItem.prototype.webkitGetAsEntry = function () {
            return {isDirectory: this.getAsFile().name === 'letters'};
          };
          document.querySelector('.scroller').dispatchEvent(
            new DragEvent('drop', {dataTransfer: held, bubbles: true, cancelable: true}));
        }"""
    )
    ada.is_told(re.compile("A folder can.t be attached"))
    expect(ada.page.locator(".upload .file-name")).to_have_text(["list.txt"])


def test_a_file_is_found_by_its_name(arrive: Arrive) -> None:
    ada = arrive("ada")
    pick(ada, file("../../cv <b>.pdf", b"%PDF-1.7", "application/pdf"))
    expect(ada.page.locator(".upload .file-name")).to_have_text("cv <b>.pdf")
    send(ada)
    expect(ada.messages.locator(".file-name")).to_have_text("cv <b>.pdf")
    ada.page.get_by_role("button", name="Search messages").click()
    ada.page.get_by_role("searchbox", name="Search messages").fill("cv")
    hit = ada.page.get_by_role("dialog").get_by_role("listitem")
    expect(hit.locator(".hit-text")).to_have_text("cv <b>.pdf")
    expect(hit.locator("mark")).to_have_text("cv")


def test_a_full_disk_is_said_and_trying_again_works(arrive: Arrive, gust: GustProcess) -> None:
    ada = arrive("ada")
    ada.expects_outage = True  # the browser tells of the 507
    with full_disk(gust, MB):
        pick(ada, file("film.bin", bytes(2 * MB), "video/x"), file("beach.jpg", told("JPEG")))
        film, photo = (ada.page.locator(".upload", has_text=name) for name in ("film", "beach"))
        expect(film).to_contain_text("disk has no room left")
        expect(photo).to_have_attribute("data-state", "done")
        expect(ada.page.get_by_role("button", name="Send")).to_be_disabled()
    film.get_by_role("button", name="Try again").click()
    expect(film).to_have_attribute("data-state", "done")
    send(ada)
    is_shown(ada)
    expect(ada.messages.locator(".file-name")).to_have_text(["film.bin"])


def test_a_photo_is_answered_by_its_name(arrive: Arrive) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    pick(ada, file("beach.jpg", told("JPEG")))
    send(ada)
    is_shown(bob)
    bob.messages.first.hover()
    bob.page.get_by_role("button", name="Reply").click()
    expect(bob.page.locator(".regarding")).to_contain_text("beach.jpg")
    bob.say("lovely")
    for person in (bob, ada):
        expect(person.messages.last.locator(".quote")).to_contain_text("beach.jpg")


def test_a_page_with_files_that_are_not_sent_asks_before_it_goes(arrive: Arrive) -> None:
    ada = arrive("ada")
    asked: list[str] = []
    ada.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    ada.composer.fill("a draft is kept")
    ada.page.reload()
    expect(ada.composer).to_have_value("a draft is kept")
    assert asked == []
    pick(ada, *(file(f"{n}.txt", b"x", "text/plain") for n in range(12)))
    expect(ada.page.get_by_text("A message can have 10 files. Send these first.")).to_be_visible()
    expect(ada.page.locator(".upload")).to_have_count(10)
    ada.page.reload()
    assert asked == ["beforeunload"]
    ada.is_connected()
    pick(ada, file("list.txt", b"x", "text/plain"))
    send(ada)
    expect(ada.messages.locator(".file-name")).to_have_text(["list.txt"])
    ada.page.reload()
    assert asked == ["beforeunload"]


def test_all_files_of_a_room_are_shown_page_by_page(arrive: Arrive, gust: GustProcess) -> None:
    ada = arrive("ada")
    for first in range(1, 61, 10):
        pick(ada, *(file(f"{n}.bin", b"%d" % n, "video/x") for n in range(first, first + 10)))
        send(ada)
        expect(ada.messages).to_have_count(first // 10 + 1)
    ada.act("Files")
    dialog = ada.page.get_by_role("dialog", name="Files of")
    expect(dialog.locator(".file-name")).to_have_count(50)
    expect(dialog.locator(".file-name").first).to_have_text("60.bin")
    dialog.get_by_role("button", name="Show more").click()
    expect(dialog.locator(".file-name")).to_have_count(60)
    expect(dialog.locator(".file-name").last).to_have_text("1.bin")
    expect(dialog.get_by_role("button", name="Show more")).to_be_hidden()
