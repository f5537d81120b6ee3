"""Every dialog, at every size and in both colour schemes: nothing cut, small, or pale."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Arrive
from tests.browser.person import Person
from tests.browser.test_rooms import is_in
from tests.browser.test_shape import PALE, PHONE, SMALL, overflow

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


@pytest.mark.parametrize(
    "size",
    [
        pytest.param({**PHONE, "viewport": {"width": 360, "height": 640}}, id="a small phone"),
        pytest.param({"viewport": {"width": 640, "height": 400}}, id="a laptop at 200 %"),
    ],
)
def test_dialogs_fit_the_window(arrive: Arrive, size: dict[str, object]) -> None:
    bob = arrive("bob")
    ada = arrive("ada", **size)
    for name in guests_dialogs(ada, bob):
        dialog = ada.page.get_by_role("dialog")
        assert dialog.evaluate(BESIDE) == [], name
        assert overflow(ada.page) <= 0, name
        if "has_touch" in size:
            assert ada.page.evaluate(SMALL) == [], name


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_of_dialogs_stand_out(arrive: Arrive, scheme: str) -> None:
    bob = arrive("bob")
    ada = arrive("ada", color_scheme=scheme)
    for name in guests_dialogs(ada, bob):
        assert ada.page.evaluate(PALE) == [], name
