"""People's pictures on the page: seen wherever they are named, and live."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Route, expect

from tests.browser.conftest import Arrive
from tests.browser.person import Person
from tests.picturing import picture
from tests.uploading import CONTENT_TYPE, form

WHOSE = re.compile(r"/files/[\w-]{16}/avatar\.webp$")


def show_oneself(person: Person, content: bytes) -> None:
    """Choose a picture as any client could; the page has no part in it."""
    origin = person.page.url.rpartition("/rooms")[0]
    answer = person.context.request.put(
        "/api/account/avatar",
        data=form(content),
        headers={"Content-Type": CONTENT_TYPE, "Origin": origin},
    )
    assert answer.ok, answer.text()


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
    expect(bob.page.get_by_role("heading", name="ada")).to_be_visible()
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
    gone = ada.context.request.delete(
        "/api/account/avatar", headers={"Origin": ada.page.url.rpartition("/rooms")[0]}
    )
    assert gone.ok
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
