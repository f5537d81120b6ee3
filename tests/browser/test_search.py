"""Messages are found again."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.person import said
from tests.serving import GustProcess


def test_a_message_is_found_by_keyboard_and_opens_in_its_place(
    arrive: Arrive, gust: GustProcess
) -> None:
    said(gust, "bob", ["the long ladder is gone", *(f"number {n}" for n in range(1, 301))])
    ada = arrive("ada")
    ada.sees("number 300")
    ada.timeline.focus()
    ada.page.keyboard.press("/")
    expect(ada.page.get_by_role("searchbox", name="Search messages")).to_be_focused()
    ada.page.keyboard.type("ladder from:bob")
    hits = ada.page.get_by_role("dialog").get_by_role("listitem")
    expect(hits).to_have_count(1)
    expect(hits.locator("mark")).to_have_text("ladder")
    ada.page.keyboard.press("ArrowDown")
    ada.page.keyboard.press("Enter")
    expect(ada.page.get_by_role("dialog")).to_have_count(0)
    expect(ada.messages.get_by_text("the long ladder is gone", exact=True)).to_be_in_viewport()


def test_hits_go_on_as_one_scrolls_newest_first(arrive: Arrive, gust: GustProcess) -> None:
    said(gust, "bob", [f"number {n}" for n in range(1, 101)])
    ada = arrive("ada")
    ada.page.get_by_role("button", name="Search messages").click()
    ada.page.get_by_role("searchbox", name="Search messages").fill("number")
    hits = ada.page.get_by_role("dialog").get_by_role("listitem")
    expect(hits.first).to_contain_text("number 100")
    for _ in range(20):
        ada.page.locator(".hits").evaluate("hits => hits.scrollTo(0, hits.scrollHeight)")
        if hits.count() == 100:
            break
        ada.page.wait_for_timeout(100)
    expect(hits).to_have_count(100)
    expect(hits.last).to_contain_text("number 1")


def test_what_is_nowhere_is_said_to_be_nowhere(arrive: Arrive) -> None:
    ada = arrive("ada")
    ada.page.get_by_role("button", name="Search messages").click()
    ada.page.get_by_role("searchbox", name="Search messages").fill("unheard-of")
    expect(ada.page.get_by_text("Nothing found.")).to_be_visible()


def test_who_finds_nothing_in_much_may_go_further_back(arrive: Arrive, gust: GustProcess) -> None:
    said(gust, "bob", ["the long ladder is gone"])
    ada = arrive("ada")
    nothing_yet = {"messages": [], "more": True, "before": 2}
    ada.page.route("**/api/search?*", lambda route: route.fulfill(json=nothing_yet))
    ada.page.get_by_role("button", name="Search messages").click()
    ada.page.get_by_role("searchbox", name="Search messages").fill("ladder")
    expect(ada.page.get_by_text("Nothing found as yet.")).to_be_visible()
    ada.page.unroute("**/api/search?*")
    ada.page.get_by_role("button", name="Search further back").click()
    expect(ada.page.get_by_role("dialog").get_by_role("listitem")).to_have_count(1)
    expect(ada.page.get_by_role("button", name="Search further back")).to_be_hidden()


def test_escape_closes_the_search_whatever_is_in_its_field(arrive: Arrive) -> None:
    ada = arrive("ada")
    for sought in ("", "ladder"):
        ada.page.get_by_role("button", name="Search messages").click()
        field = ada.page.get_by_role("searchbox", name="Search messages")
        field.press_sequentially(sought)
        expect(field).to_have_value(sought)
        field.press("Escape")
        expect(ada.page.get_by_role("dialog")).to_have_count(0)
        expect(ada.page.get_by_role("button", name="Search messages")).to_be_focused()
