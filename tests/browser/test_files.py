"""Files on the page: picked, pasted, dropped; shown to the others; what goes wrong is said."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.browser.conftest import Arrive
from tests.browser.person import Person
from tests.picturing import SECRET, told
from tests.serving import GustProcess

PASTE = """([data, name, type]) => {
  const bytes = Uint8Array.from(atob(data), each => each.charCodeAt(0));
  const held = new DataTransfer();
  held.items.add(new File([bytes], name, {type}));
  const field = document.querySelector('.composer textarea');
  const how = {clipboardData: held, bubbles: true, cancelable: true};
  field.dispatchEvent(new ClipboardEvent('paste', how));
}"""
DROP = """([data, name, type]) => {
  const bytes = Uint8Array.from(atob(data), each => each.charCodeAt(0));
  const held = new DataTransfer();
  held.items.add(new File([bytes], name, {type}));
  const log = document.querySelector('.scroller');
  for (const kind of ['dragover', 'drop']) {
    log.dispatchEvent(new DragEvent(kind, {dataTransfer: held, bubbles: true, cancelable: true}));
  }
}"""


def pick(person: Person, *files: dict[str, Any]) -> None:
    with person.page.expect_file_chooser() as choosing:
        person.page.get_by_role("button", name="Attach files").click()
    choosing.value.set_files(list(files))  # type: ignore[arg-type]


def file(name: str, data: bytes, type: str = "image/jpeg") -> dict[str, Any]:
    return {"name": name, "mimeType": type, "buffer": data}


def carried(name: str, data: bytes) -> list[str]:
    return [base64.b64encode(data).decode(), name, "image/jpeg"]


def send(person: Person) -> None:
    button = person.page.get_by_role("button", name="Send")
    expect(button).to_be_enabled()
    button.click()


def pictures(person: Person) -> Locator:
    return person.messages.locator("a.picture img")


def is_shown(person: Person, nth: int = 0) -> None:
    """Expect a picture to be loaded, and to stand as large as it was said to."""
    image = pictures(person).nth(nth)
    image.scroll_into_view_if_needed()
    person.page.wait_for_function(
        "image => image.complete && image.naturalWidth", arg=image.element_handle()
    )
    assert image.evaluate("image => image.width / image.height") == pytest.approx(
        image.evaluate("image => image.naturalWidth / image.naturalHeight"), rel=0.02
    )


@pytest.mark.parametrize("way", ["picked", "pasted", "dropped"])
def test_a_photo_appears_for_the_other_person(arrive: Arrive, way: str) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    photo = told("JPEG", 6, (1200, 900))
    assert SECRET in photo
    if way == "picked":
        pick(ada, file("beach.jpg", photo))
    else:
        ada.page.evaluate(PASTE if way == "pasted" else DROP, carried("beach.jpg", photo))
    expect(ada.page.locator(".upload")).to_have_attribute("data-state", "done")
    ada.composer.fill("Look at this")
    send(ada)
    bob.sees("Look at this")
    is_shown(bob)
    is_shown(ada)
    expect(ada.page.locator(".upload")).to_have_count(0)
    link = bob.messages.locator("a.picture").get_attribute("href")
    assert link is not None
    served = bob.context.request.get(link)
    assert served.ok
    assert SECRET not in served.body()


def test_what_is_sent_while_the_page_still_loads_what_takes_files_waits_for_them(
    arrive: Arrive,
) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    ada.page.route("**/tray.js", hold)
    ada.composer.fill("Look at this")
    with ada.page.expect_request("**/tray.js"):
        pick(ada, file("beach.jpg", told("JPEG")))
    button = ada.page.get_by_role("button", name="Send")
    expect(button).to_be_disabled()
    ada.composer.press("Enter")
    held[0].continue_()
    send(ada)
    bob.sees("Look at this")
    is_shown(bob)


def test_nothing_moves_when_a_picture_loads(arrive: Arrive) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    bob.context.route("**/files/**", hold)
    pick(ada, file("beach.jpg", told("JPEG", 1, (1200, 900))))
    ada.composer.fill("before")
    send(ada)
    bob.sees("before")
    place = "image => [image.getBoundingClientRect().width, image.getBoundingClientRect().height]"
    assert pictures(bob).evaluate(place) == [352, 264]
    is_shown(ada)
    assert pictures(ada).evaluate(place) == [352, 264]
    bob.expects_outage = True
    for route in held:
        route.abort()


def test_several_files_go_together_without_a_word(arrive: Arrive) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    pick(
        ada,
        file("one.jpg", told("JPEG")),
        file("list.txt", b"milk\n", "text/plain"),
        file("page.html", b"<!doctype html><script>alert(1)</script>", "text/html"),
    )
    send(ada)
    expect(bob.messages).to_have_count(1)
    is_shown(bob)
    cards = bob.messages.locator("a.file-card")
    expect(cards).to_have_count(2)
    expect(cards.first).to_contain_text("list.txt")
    expect(cards.first).to_contain_text("Text · 5 bytes")
    with bob.page.expect_download() as download:
        cards.nth(1).click()
    assert download.value.suggested_filename == "page.html"


def test_a_file_can_be_taken_out_again(arrive: Arrive, gust: GustProcess) -> None:
    ada = arrive("ada")
    pick(ada, file("oops.txt", b"oops", "text/plain"))
    expect(ada.page.locator(".upload")).to_have_attribute("data-state", "done")
    ada.page.get_by_role("button", name="Take out").click()
    expect(ada.page.locator(".upload")).to_have_count(0)
    expect(ada.page.get_by_role("button", name="Send")).to_be_disabled()
    expect(ada.composer).to_be_focused()


def test_what_is_too_large_is_said_before_it_is_sent(arrive: Arrive) -> None:
    ada = arrive("ada")
    asked: list[str] = []
    ada.page.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
    ada.page.evaluate(
        """() => {
          const held = new DataTransfer();
          held.items.add(new File([new Uint8Array(26 * 2 ** 20)], 'film.bin'));
          document.querySelector('.scroller').dispatchEvent(
            new DragEvent('drop', {dataTransfer: held, bubbles: true, cancelable: true}));
        }"""
    )
    upload = ada.page.locator(".upload")
    expect(upload).to_have_attribute("data-state", "failed")
    expect(upload).to_contain_text("Larger than 25 MB")
    assert not any(line.startswith("POST") for line in asked)


def test_a_damaged_picture_is_said_and_the_rest_can_be_sent(arrive: Arrive) -> None:
    ada = arrive("ada")
    ada.expects_outage = True  # the browser tells of the 400
    pick(
        ada, file("broken.jpg", told("JPEG", 1, (900, 700))[:1500]), file("fine.jpg", told("JPEG"))
    )
    broken = ada.page.locator(".upload", has_text="broken.jpg")
    expect(broken).to_contain_text("damaged")
    expect(ada.page.get_by_role("button", name="Send")).to_be_disabled()
    broken.get_by_role("button", name="Take out").click()
    send(ada)
    is_shown(ada)


def test_an_upload_goes_on_after_the_network_was_away(arrive: Arrive) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    ada.expects_outage = True
    lost = []

    def lose_once(route: Any) -> None:
        if lost or route.request.method != "POST":
            route.continue_()
        else:
            lost.append(route.request.url)
            route.abort("connectionreset")

    ada.page.route("**/api/rooms/*/files", lose_once)
    pick(ada, file("beach.jpg", told("JPEG")))
    upload = ada.page.locator(".upload")
    expect(upload).to_contain_text("trying again")
    expect(upload).to_have_attribute("data-state", "done")
    send(ada)
    is_shown(bob)
    assert len(lost) == 1


def test_each_room_has_its_own_files_waiting(arrive: Arrive) -> None:
    ada = arrive("ada")
    pick(ada, file("beach.jpg", told("JPEG")))
    expect(ada.page.locator(".upload")).to_have_count(1)
    ada.page.get_by_role("button", name="Make a room").click()
    ada.page.get_by_role("dialog").get_by_label("Name").fill("den")
    ada.page.get_by_role("dialog").get_by_role("button", name="Make room").click()
    expect(ada.page.get_by_role("heading", name="den", exact=True)).to_be_visible()
    expect(ada.page.locator(".upload")).to_have_count(0)
    ada.room("lobby").click()
    expect(ada.page.locator(".upload")).to_have_count(1)
    send(ada)
    is_shown(ada)


def test_a_picture_is_looked_at_large_by_keys(arrive: Arrive) -> None:
    ada = arrive("ada")
    pick(ada, file("one.jpg", told("JPEG", 1, (1600, 1200))), file("two.jpg", told("JPEG")))
    send(ada)
    is_shown(ada, 1)
    ada.messages.locator("a.picture").first.focus()
    ada.page.keyboard.press("Enter")
    box = ada.page.get_by_role("dialog", name="one.jpg")
    expect(box).to_contain_text("1 of 2")
    ada.page.keyboard.press("ArrowRight")
    box = ada.page.get_by_role("dialog", name="two.jpg")
    expect(box).to_contain_text("2 of 2")
    expect(box.get_by_role("button", name="Next picture")).to_be_hidden()
    ada.page.keyboard.press("ArrowLeft")
    box = ada.page.get_by_role("dialog", name="one.jpg")
    image = box.get_by_role("img", name="one.jpg")
    ada.page.wait_for_function("image => image.naturalWidth === 1600", arg=image.element_handle())
    assert image.evaluate("image => image.getBoundingClientRect().width") <= 1280
    image.click()
    assert image.evaluate("image => image.getBoundingClientRect().width") == 1600
    with ada.page.expect_download() as download:
        box.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "one.jpg"
    ada.page.keyboard.press("Escape")
    expect(box).to_have_count(0)
    expect(ada.messages.locator("a.picture").first).to_be_focused()


def test_all_files_of_a_room_are_at_hand(arrive: Arrive) -> None:
    ada = arrive("ada")
    ada.act("Files")
    dialog = ada.page.get_by_role("dialog", name="Files of")
    expect(dialog).to_contain_text("No files yet")
    dialog.get_by_role("button", name="Close").click()
    pick(ada, file("beach.jpg", told("JPEG")), file("list.txt", b"milk", "text/plain"))
    send(ada)
    is_shown(ada)
    ada.act("Files")
    expect(dialog.locator("a.picture")).to_have_count(1)
    expect(dialog.locator("a.file-card")).to_have_count(1)
    dialog.locator("a.picture").click()
    expect(ada.page.get_by_role("dialog", name="beach.jpg")).to_be_visible()


def test_files_go_with_their_message(arrive: Arrive) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    pick(ada, file("beach.jpg", told("JPEG")))
    send(ada)
    is_shown(bob)
    ada.messages.first.hover()
    ada.page.get_by_role("button", name="What to do with this message").click()
    ada.page.get_by_role("menuitem", name="Remove").click()
    ada.page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(pictures(bob)).to_have_count(0)


def test_a_photo_is_sent_from_a_phone(arrive: Arrive, tmp_path: Path) -> None:
    ada = arrive("ada", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    pick(ada, file("beach.jpg", told("JPEG", 1, (1600, 900))))
    send(ada)
    is_shown(ada)
    width = ada.page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
    ada.messages.locator("a.picture").tap()
    box = ada.page.get_by_role("dialog", name="beach.jpg")
    expect(box).to_be_visible()
    for button in box.locator("button:visible, a:visible").all():
        size = button.bounding_box()
        assert size is not None
        assert min(size["width"], size["height"]) >= 44
