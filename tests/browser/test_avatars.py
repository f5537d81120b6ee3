"""People's pictures: chosen and cut on the page, seen wherever somebody is named, and live."""

from __future__ import annotations

import io
import re
from typing import Any

from PIL import Image
from playwright.sync_api import Locator, Route, expect

from tests.browser.conftest import Arrive
from tests.browser.person import Person
from tests.browser.test_accounts import account, become_member, menu
from tests.browser.test_files import file
from tests.picturing import picture, png_of

WHOSE = re.compile(r"/files/[\w-]{16}/avatar\.webp$")
RED, BLUE = (254, 0, 0), (0, 0, 254)


def choose(dialog: Locator, content: bytes, name: str = "me.jpg") -> None:
    with dialog.page.expect_file_chooser() as choosing:
        dialog.get_by_role("button", name=re.compile("^Ch.* picture$")).click()
    choosing.value.set_files(file(name, content))  # type: ignore[arg-type]


def use(dialog: Locator) -> None:
    dialog.get_by_role("button", name="Use picture").click()
    expect(dialog.get_by_text("Everybody sees your new picture.")).to_be_visible()


def show_oneself(person: Person, content: bytes) -> None:
    """Choose a picture, as a guest, and use its middle."""
    menu(person, "Your picture")
    dialog = person.page.get_by_role("dialog", name="Your picture")
    choose(dialog, content)
    use(dialog)
    person.page.keyboard.press("Escape")


def served(person: Person, avatar: Locator) -> Any:
    """Fetch a picture as it is served; give its pixels."""
    url = avatar.locator("img").get_attribute("src")
    assert url is not None
    answer = person.context.request.get(url)
    assert answer.ok
    return Image.open(io.BytesIO(answer.body())).convert("RGB")


def near(pixel: tuple[int, ...], colour: tuple[int, ...]) -> bool:
    return all(abs(one - other) < 40 for one, other in zip(pixel, colour, strict=True))


def has_picture(avatar: Locator) -> None:
    """Expect a picture that is loaded and covers the initials."""
    image = avatar.locator("img")
    expect(image).to_have_attribute("src", WHOSE)
    expect(image).to_have_js_property("naturalWidth", 256)
    assert image.evaluate("image => image.clientWidth === image.parentElement.clientWidth")


def has_initials(avatar: Locator, initials: str) -> None:
    expect(avatar.locator("img")).to_have_count(0)
    expect(avatar).to_have_text(initials)


def test_a_picture_is_seen_wherever_its_person_is_and_at_once(arrive: Arrive) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    ada.say("hello @bob")
    bob.sees("hello @bob")
    bob.card_of("ada").get_by_role("button", name="Message").click()
    expect(bob.page.get_by_role("heading", name="ada", level=1)).to_be_visible()
    bob.room("lobby").click()
    card = bob.card_of("ada")
    has_initials(card.locator(".avatar"), "A")
    show_oneself(ada, picture())
    has_picture(card.locator(".avatar"))
    bob.page.keyboard.press("Escape")
    has_picture(bob.messages.first.locator(".avatar"))
    has_picture(bob.page.get_by_role("complementary").locator(".avatar").first)
    has_picture(bob.page.get_by_role("link", name="ada").locator(".avatar"))
    bob.composer.press_sequentially("@ad")
    has_picture(bob.page.get_by_role("option", name="ada").locator(".avatar"))
    bob.page.keyboard.press("Escape")
    bob.page.keyboard.press("Control+k")
    bob.page.get_by_role("combobox").fill("ad")
    has_picture(bob.page.get_by_role("option", name="ada").last.locator(".avatar"))
    has_picture(ada.own.locator(".avatar"))
    carol = arrive("carol")
    has_picture(carol.messages.first.locator(".avatar"))


def test_another_picture_takes_its_place_and_then_the_initials_again(arrive: Arrive) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    ada.say("hello")
    avatar = bob.messages.first.locator(".avatar")
    show_oneself(ada, picture())
    has_picture(avatar)
    before = avatar.locator("img").get_attribute("src")
    show_oneself(ada, picture("PNG"))
    expect(avatar.locator("img")).not_to_have_attribute("src", str(before))
    has_picture(avatar)
    menu(ada, "Your picture")
    dialog = ada.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Remove picture").click()
    expect(dialog.get_by_text("your initials are shown")).to_be_visible()
    expect(dialog.get_by_role("button", name="Choose a picture")).to_be_focused()
    has_initials(dialog.locator(".avatar"), "A")
    has_initials(avatar, "A")


def test_initials_stand_there_until_the_picture_does_and_if_it_never_does(arrive: Arrive) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    ada.say("hello")
    avatar = bob.messages.first.locator(".avatar")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    bob.context.route("**/files/**", hold)
    show_oneself(ada, picture())
    expect(avatar.locator("img")).to_have_count(1)
    expect(avatar).to_have_text("A")
    bob.expects_outage = True
    for route in held:
        route.abort()
    has_initials(avatar, "A")


def test_a_member_cuts_and_uses_a_picture_by_keyboard_alone(arrive: Arrive) -> None:
    ada = arrive("ada")
    become_member(ada)
    dialog, keyboard = account(ada), ada.page.keyboard
    with ada.page.expect_file_chooser() as choosing:
        dialog.get_by_role("button", name="Choose a picture").press("Enter")
    choosing.value.set_files(file("flag.png", picture("PNG", (900, 300))))  # type: ignore[arg-type]
    expect(dialog.get_by_role("group", name="The part that is shown")).to_be_focused()
    for _ in range(25):
        keyboard.press("ArrowLeft")  # as far as it goes: all of it is red there
    keyboard.press("Tab")
    expect(dialog.get_by_role("slider", name="Zoom")).to_be_focused()
    keyboard.press("Tab")
    keyboard.press("Tab")
    keyboard.press("Enter")
    expect(dialog.get_by_text("Everybody sees your new picture.")).to_be_visible()
    expect(dialog.get_by_role("button", name="Change picture")).to_be_focused()
    has_picture(dialog.locator(".avatar").first)
    shown = served(ada, dialog.locator(".avatar").first)
    assert near(shown.getpixel((5, 128)), RED)
    assert near(shown.getpixel((250, 128)), RED)


def test_what_is_dragged_into_the_square_is_what_is_seen(arrive: Arrive) -> None:
    ada = arrive("ada")
    menu(ada, "Your picture")
    dialog = ada.page.get_by_role("dialog")
    choose(dialog, picture("PNG", (600, 600)))
    stage = dialog.get_by_role("group", name="The part that is shown")
    box = stage.bounding_box()
    assert box is not None
    mouse = ada.page.mouse
    mouse.move(box["x"] + 128, box["y"] + 128)
    for _ in range(10):
        mouse.wheel(0, -100)
    mouse.down()
    mouse.move(box["x"] - 400, box["y"] + 128, steps=4)  # past the edge, which holds it
    mouse.up()
    use(dialog)
    shown = served(ada, dialog.locator(".avatar"))
    assert near(shown.getpixel((40, 128)), BLUE)
    assert near(shown.getpixel((250, 5)), BLUE)


def test_what_is_no_picture_is_said_and_another_can_be_chosen(arrive: Arrive) -> None:
    ada = arrive("ada")
    menu(ada, "Your picture")
    dialog = ada.page.get_by_role("dialog")
    for content in (b"not a picture", picture()[:300], png_of(50_000, 50_000)):
        choose(dialog, content, "cv.jpg")
        alert = dialog.get_by_role("alert").filter(has_text=re.compile("cv.jpg. is no picture"))
        expect(alert).to_be_visible()
    choose(dialog, picture())
    use(dialog)
    expect(dialog.get_by_role("alert").filter(has_text="cv.jpg")).to_have_count(0)


def test_what_the_server_says_is_said_there_and_trying_again_works(arrive: Arrive) -> None:
    ada = arrive("ada")
    ada.expects_outage = True
    full = {"error": {"code": "full", "message": "The server's disk has no room left."}}
    ada.page.route("**/api/account/avatar", lambda route: route.fulfill(status=507, json=full))
    menu(ada, "Your picture")
    dialog = ada.page.get_by_role("dialog")
    choose(dialog, picture())
    dialog.get_by_role("button", name="Use picture").click()
    expect(dialog.get_by_role("alert").filter(has_text="no room left")).to_be_visible()
    ada.page.unroute("**/api/account/avatar")
    use(dialog)
    has_picture(ada.own.locator(".avatar"))


def test_a_picture_is_chosen_on_a_phone(arrive: Arrive) -> None:
    ada = arrive("ada", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    ada.page.get_by_role("button", name="Show rooms").click()
    menu(ada, "Your picture")
    dialog = ada.page.get_by_role("dialog")
    choose(dialog, picture())
    expect(dialog.get_by_role("group", name="The part that is shown")).to_be_visible()
    assert ada.page.evaluate("document.documentElement.scrollWidth") <= 390
    for button in dialog.get_by_role("button").all():
        size = button.bounding_box()
        assert size is not None
        assert min(size["width"], size["height"]) >= 44, button
    use(dialog)


def test_who_has_read_a_message_is_shown_by_their_picture(arrive: Arrive) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    show_oneself(bob, picture())
    ada.say("hello")
    bob.sees("hello")
    expect(ada.messages.first).to_have_attribute("data-reach", "read")
    ada.messages.first.hover()
    ada.page.get_by_role("button", name="What to do with this message").click()
    ada.page.get_by_role("menuitem", name="Who has read it").click()
    has_picture(ada.page.get_by_role("dialog").locator(".person .avatar"))
    expect(ada.page.get_by_role("dialog").get_by_role("listitem")).to_contain_text("bob")
