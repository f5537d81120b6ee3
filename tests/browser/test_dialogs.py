"""Every dialog, at every size and in both colour schemes: nothing cut, small, or pale."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Arrive
from tests.browser.person import Person
from tests.browser.test_accounts import menu
from tests.browser.test_moderation import come_as_admin, moderation
from tests.browser.test_rooms import is_in
from tests.browser.test_shape import PALE, PHONE, SMALL, overflow
from tests.serving import GustProcess

BESIDE = """dialog => {
  const edge = dialog.getBoundingClientRect();
  return [...dialog.querySelectorAll(':not(.unseen, option)')]
    .filter(each => each.checkVisibility() && !each.closest('svg'))
    .filter(each => each.getBoundingClientRect().right > edge.right + 1)
    .map(each => each.outerHTML.slice(0, 80));
}"""


def rooms(person: Person) -> Locator:
    """The list of rooms, brought out where it is a drawer."""
    drawer = person.page.get_by_role("button", name="Show rooms")
    if drawer.is_visible() and not person.page.locator("#rooms.open").count():
        drawer.click()
    return person.page.get_by_role("navigation")


def details(person: Person) -> Locator:
    panel = person.page.locator("#details")
    if not person.page.locator("#details.open").count():
        person.page.locator(".people-tool").click()
    expect(panel).to_be_visible()
    return panel


def away(person: Person) -> None:
    """Close the dialog, and the panel under it where it lies over the timeline."""
    dialog = person.page.get_by_role("dialog")
    person.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    if person.page.locator("#scrim.open").count():
        person.page.keyboard.press("Escape")
        expect(person.page.locator("#scrim.open")).to_have_count(0)


def guests_dialogs(ada: Person, bob: Person) -> Iterator[str]:
    """Open one dialog after the other that a guest has."""
    page = ada.page
    rooms(ada).get_by_role("button", name="Make a room").click()
    page.get_by_role("dialog").get_by_label("Name").fill("w" * 60)
    yield "make a room"
    page.get_by_role("dialog").get_by_label("Closed").check()
    page.keyboard.press("Enter")
    is_in(ada, "w" * 60)
    rooms(ada).get_by_role("button", name="Write to somebody").click()
    expect(page.get_by_role("checkbox")).to_have_count(1)
    yield "write to somebody"
    away(ada)
    for act, ready in (("Bring people in", "Find people"), ("Room settings", "Topic")):
        details(ada).get_by_role("button", name=act).click()
        expect(page.get_by_role("dialog").get_by_label(ready)).to_be_visible()
        yield act
        away(ada)
    details(ada).get_by_role("button", name="Delete room").click()
    expect(page.get_by_role("dialog", name="Delete")).to_be_visible()
    yield "delete a room"
    away(ada)
    rooms(ada)
    ada.own.click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("dialog", name="Sign out?")).to_be_visible()
    yield "sign out"
    away(ada)
    ada.room("lobby").evaluate("link => link.click()")
    is_in(ada, "lobby")
    details(ada).get_by_role("button", name="bob").click()
    expect(page.get_by_role("button", name="Message", exact=True)).to_be_visible()
    yield "card"
    away(ada)


def admins_dialogs(ada: Person, bob: Person) -> Iterator[str]:
    """Open one dialog after the other that is not for guests."""
    page = ada.page
    for item, ready in (
        ("Your account", page.get_by_text("this device")),
        ("Invite people", page.get_by_text("Links that still work")),
        ("Moderation", page.get_by_text("Nobody is banned.")),
    ):
        rooms(ada)
        menu(ada, item)
        expect(ready).to_be_visible()
        yield item
        away(ada)
    rooms(ada)
    menu(ada, "Your account")
    page.get_by_role("button", name="Delete account").click()
    expect(page.get_by_role("dialog", name="Delete your account?")).to_be_visible()
    yield "delete account"
    away(ada)
    rooms(ada)
    menu(ada, "Invite people")
    page.get_by_role("button", name="Make a link").click()
    expect(page.get_by_label("The new link")).to_be_focused()
    yield "an invitation"
    away(ada)
    rooms(ada)
    moderation(ada, "Word filter").get_by_role("button", name="Add a rule").click()
    expect(page.get_by_label("Rule 1: kind")).to_be_visible()
    yield "word filter"
    away(ada)
    details(ada).get_by_role("button", name="bob").click()
    page.get_by_role("button", name="Ban…").click()
    expect(page.get_by_label("Reason")).to_be_visible()
    yield "ban"
    away(ada)


WINDOWS = pytest.mark.parametrize(
    "window",
    [
        pytest.param(
            {**PHONE, "viewport": {"width": 360, "height": 640}, "color_scheme": "dark"},
            id="a small phone in the dark",
        ),
        pytest.param(
            {"viewport": {"width": 640, "height": 400}, "color_scheme": "light"},
            id="a laptop at 200 %",
        ),
    ],
)


def are_fit(person: Person, names: Iterator[str], by_touch: bool) -> None:
    for name in names:
        dialog = person.page.get_by_role("dialog")
        assert dialog.evaluate(BESIDE) == [], name
        assert overflow(person.page) <= 0, name
        assert person.page.evaluate(PALE) == [], name
        if by_touch:
            assert person.page.evaluate(SMALL) == [], name


@WINDOWS
def test_guests_dialogs_fit_the_window_and_can_be_read(
    arrive: Arrive, window: dict[str, Any]
) -> None:
    bob = arrive("bob")
    ada = arrive("ada", **window)
    are_fit(ada, guests_dialogs(ada, bob), "has_touch" in window)


@WINDOWS
def test_admins_dialogs_fit_the_window_and_can_be_read(
    arrive: Arrive, gust: GustProcess, window: dict[str, Any]
) -> None:
    bob = arrive("bob")
    ada = come_as_admin(arrive, gust, "ada", **window)
    are_fit(ada, admins_dialogs(ada, bob), "has_touch" in window)
