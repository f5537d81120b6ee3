"""The page by keyboard alone."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.person import said
from tests.serving import GustProcess


def test_everything_can_be_done_without_a_mouse(arrive: Arrive, gust: GustProcess) -> None:
    ada = arrive(None)
    keyboard = ada.page.keyboard
    expect(ada.page.get_by_label("Your name")).to_be_focused()
    keyboard.type("ada")
    keyboard.press("Enter")
    ada.is_connected()
    expect(ada.composer).to_be_focused()
    keyboard.type("hello")
    keyboard.press("Enter")
    ada.sees("hello")

    # Make a room from the switcher, by a name that nothing has.
    keyboard.press("Control+k")
    expect(ada.page.get_by_role("combobox")).to_be_focused()
    keyboard.type("den")
    keyboard.press("Enter")
    expect(ada.page.get_by_label("Topic")).to_be_focused()
    keyboard.type("bears")
    keyboard.press("Enter")
    expect(ada.page.get_by_role("heading", level=1)).to_have_text("den")
    expect(ada.composer).to_be_focused()

    # Back with the arrows.
    keyboard.press("Control+k")
    options = ada.page.get_by_role("option")
    expect(options.first).to_have_attribute("aria-selected", "true")
    keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    keyboard.press("ArrowUp")
    keyboard.press("Enter")
    expect(ada.page.get_by_role("heading", level=1)).to_have_text("lobby")

    # My own menu, and the focus back at its opener.
    mine = ada.own
    mine.focus()
    keyboard.press("Enter")
    expect(ada.page.get_by_role("menuitem", name="Change name")).to_be_focused()
    keyboard.press("ArrowDown")
    expect(ada.page.get_by_role("menuitem").nth(1)).to_be_focused()
    keyboard.press("Escape")
    expect(ada.page.get_by_role("menu")).to_have_count(0)
    expect(mine).to_be_focused()
    keyboard.press("Enter")
    expect(ada.page.get_by_role("menuitem", name="Change name")).to_be_focused()
    keyboard.press("ArrowUp")
    expect(ada.page.get_by_role("menuitem", name="Sign out")).to_be_focused()
    keyboard.press("Enter")
    expect(ada.page.get_by_role("dialog")).to_be_visible()
    keyboard.press("Escape")
    expect(ada.page.get_by_role("dialog")).to_have_count(0)
    expect(mine).to_be_focused()

    # The list of keys, from anywhere but a field.
    keyboard.press("?")
    expect(ada.page.get_by_role("dialog", name="Keys")).to_be_visible()
    keyboard.press("Escape")
    expect(mine).to_be_focused()


def test_a_question_mark_in_a_field_is_a_question_mark(arrive: Arrive) -> None:
    ada = arrive("ada")
    ada.composer.press_sequentially("why?")
    expect(ada.composer).to_have_value("why?")
    expect(ada.page.get_by_role("dialog")).to_have_count(0)


def test_the_tab_key_goes_the_way_of_the_eye_and_the_focus_is_seen(
    arrive: Arrive, gust: GustProcess
) -> None:
    said(gust, "bob", ["a link https://example.org/"])
    ada = arrive("ada")
    ada.sees("a link https://example.org/")
    ada.messages.hover()
    expect(ada.page.get_by_role("button", name="What to do with this message")).to_be_visible()
    ada.page.get_by_role("button", name="Go to a room").focus()
    ada.page.keyboard.press("Shift+Tab")
    met: list[str] = []
    for _ in range(24):
        met.append(
            ada.page.evaluate(
                """() => {
                  const at = document.activeElement;
                  const style = getComputedStyle(at);
                  const ring = style.outlineStyle !== 'none' || style.boxShadow !== 'none'
                    || getComputedStyle(at.parentElement).boxShadow !== 'none';
                  const label = at.getAttribute('aria-label') || at.innerText.trim();
                  return `${ring ? '' : 'UNSEEN '}${label.replace(/[\\u2068\\u2069]/g, '')}`;
                }"""
            )
        )
        ada.page.keyboard.press("Tab")
    assert [re.sub(r"\d", "n", re.sub(r"\s+", " ", each)) for each in met] == [
        "Skip to the messages",
        "Go to a room Ctrl K",
        "Make a room",
        "lobby",
        "Write to somebody",
        "A ada Connected",
        "Search messages",
        "Notifications",
        "People: n here",
        "Messages in lobby",
        "https://example.org/",
        "React with 👍",
        "React with ❤️",
        "React with 😂",
        "React",
        "Reply",
        "What to do with this message",
        "Attach files",
        "Message lobby",
        "Choose an emoji",
        "Disconnect",
        "Hide people",
        "Find people",
        "A ada you · guest",
    ]


def test_the_timeline_is_read_by_page_up_and_down(arrive: Arrive, gust: GustProcess) -> None:
    said(gust, "bob", [f"number {n}" for n in range(1, 101)])
    ada = arrive("ada")
    ada.sees("number 100")
    ada.page.keyboard.press("PageUp")  # from the composer
    expect(ada.texts.last).not_to_be_in_viewport()
    ada.timeline.focus()
    ada.page.keyboard.press("PageUp")
    expect(ada.pill).to_be_visible()
    ada.page.keyboard.press("End")
    expect(ada.texts.last).to_be_in_viewport()


def test_what_is_said_is_announced_and_history_is_not(arrive: Arrive, gust: GustProcess) -> None:
    said(gust, "bob", ["long ago"])
    ada = arrive("ada")
    ada.sees("long ago")
    expect(ada.timeline).to_have_attribute("aria-live", "off")
    said(gust, "bob", ["just now"])
    ada.sees("just now")
    expect(ada.timeline).to_have_attribute("aria-live", "polite")


def test_the_drawer_takes_the_focus_and_gives_it_back(arrive: Arrive) -> None:
    ada = arrive("ada", viewport={"width": 390, "height": 844})
    opener = ada.page.get_by_role("button", name="Show rooms")
    opener.focus()
    ada.page.keyboard.press("Enter")
    expect(ada.page.get_by_role("button", name="Hide rooms")).to_be_focused()
    expect(ada.page.locator("#talk")).to_have_attribute("inert", "")
    ada.page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    expect(ada.page.get_by_role("navigation", name="Rooms")).to_be_hidden()
