"""What is new, what is read, who is writing."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.person import Person, said
from tests.serving import GustProcess


def make_room(person: Person, name: str) -> None:
    """Make a room, and go there."""
    person.page.keyboard.press("Control+k")
    expect(person.page.get_by_role("combobox")).to_be_focused()
    person.page.keyboard.type(name)
    person.page.keyboard.press("Enter")
    expect(person.page.get_by_label("Topic")).to_be_focused()
    person.page.keyboard.press("Enter")
    expect(person.page.get_by_role("heading", level=1)).to_have_text(name)


def test_what_is_said_elsewhere_is_counted_and_a_line_shows_where_it_begins(
    arrive: Arrive, gust: GustProcess
) -> None:
    said(gust, "bob", ["before"])
    ada = arrive("ada")
    ada.sees("before")
    make_room(ada, "den")
    said(gust, "bob", ["one", "two, @ada"])
    expect(ada.room("lobby")).to_contain_text("2 new messages, 1 mention")
    expect(ada.page).to_have_title(re.compile(r"^\(2\) "))
    ada.room("lobby").click()
    expect(ada.timeline.get_by_text("New", exact=True)).to_have_count(1)
    after = ada.timeline.locator(".fresh ~ .message .text")
    expect(after).to_have_text(["one", "two, @ada"])
    expect(ada.page).not_to_have_title(re.compile(r"^\("))
    expect(ada.room("lobby")).not_to_contain_text("new message")


def test_what_is_read_on_one_device_is_read_on_all(arrive: Arrive, gust: GustProcess) -> None:
    ada = arrive("ada")
    make_room(ada, "den")
    other = ada.context.new_page()
    other.goto(ada.page.url)
    expect(other.get_by_role("heading", level=1)).to_have_text("den")
    said(gust, "bob", ["hello"])
    lobby = other.get_by_role("link", name="lobby")
    expect(lobby).to_contain_text("1 new message")
    ada.room("lobby").click()
    expect(lobby).not_to_contain_text("1 new message")


def test_a_message_can_be_marked_as_unread(arrive: Arrive, gust: GustProcess) -> None:
    said(gust, "bob", ["one", "two", "three"])
    ada = arrive("ada")
    ada.sees("three")
    make_room(ada, "den")
    ada.room("lobby").click()
    ada.messages.nth(1).hover()
    ada.timeline.get_by_role("button", name="What to do with this message").click()
    ada.page.get_by_role("menuitem", name="Mark as unread from here").click()
    expect(ada.page).to_have_title(re.compile(r"^\(2\) "))
    ada.room("den").click()
    expect(ada.room("lobby")).to_contain_text("2 new messages")
    ada.page.reload()
    ada.is_connected()
    expect(ada.room("lobby")).to_contain_text("2 new messages")


def test_ones_own_messages_tell_how_far_they_came(arrive: Arrive) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    make_room(bob, "den")
    ada.say("Is anyone here?")
    mark = ada.messages.locator(".mark")
    expect(mark).to_have_text("Received")
    bob.room("lobby").click()
    expect(mark).to_have_text("Read")
    ada.messages.hover()
    ada.timeline.get_by_role("button", name="What to do with this message").click()
    ada.page.get_by_role("menuitem", name="Who has read it").click()
    expect(ada.page.get_by_role("dialog")).to_contain_text("bob")
    expect(ada.page.get_by_role("dialog")).to_contain_text(re.compile("Read today, ..:.."))


def test_one_sees_who_is_writing_until_it_is_said(arrive: Arrive) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    bob.composer.press_sequentially("he")
    expect(ada.page.get_by_text(re.compile("bob.* is typing"))).to_be_visible()
    bob.composer.press("Enter")
    expect(ada.page.get_by_text(re.compile("is typing"))).to_have_count(0)


def test_one_is_called_by_what_names_one_and_by_nothing_where_one_wishes_so(
    arrive: Arrive, gust: GustProcess
) -> None:
    ada = arrive("ada", permissions=["notifications"])
    ada.page.evaluate(
        """() => {
          window.told = [];
          window.Notification = class extends EventTarget {
            static permission = 'granted';
            constructor(title, { body }) { super(); told.push(`${title}: ${body}`); }
            close() {}
          };
          Object.defineProperty(document, 'hidden', { value: true });
          document.dispatchEvent(new Event('visibilitychange'));
        }"""
    )
    said(gust, "bob", ["nothing for her", "something for @ada"])
    ada.page.wait_for_function("() => told.length === 1")
    assert ada.page.evaluate("told") == ["bob · lobby: something for @ada"]
    ada.page.get_by_role("button", name="Notifications").click()
    ada.page.get_by_label("Nothing").check()
    ada.page.keyboard.press("Escape")
    said(gust, "carol", ["@ada again"])
    expect(ada.page).to_have_title(re.compile(r"^\(3\) "))
    assert ada.page.evaluate("told.length") == 1
