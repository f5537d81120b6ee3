"""Rooms: making, finding, joining, leaving; and their addresses."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.person import Person, said
from tests.serving import GustProcess


def make(person: Person, name: str, topic: str = "") -> None:
    person.page.get_by_role("button", name="Make a room").click()
    dialog = person.page.get_by_role("dialog")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("Topic").fill(topic)
    dialog.get_by_role("button", name="Make room").click()
    is_in(person, name)


def leave(person: Person) -> None:
    person.page.get_by_role("button", name="Leave room").click()


def is_in(person: Person, room: str) -> None:
    expect(person.page.get_by_role("heading", level=1)).to_have_text(room)
    expect(person.page).to_have_title(f"{room} · Gust")


def jump(person: Person, letters: str) -> None:
    person.page.keyboard.press("Control+k")
    person.page.get_by_role("combobox").fill(letters)


def test_a_room_is_made_found_joined_talked_in_and_left(arrive: Arrive) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    make(ada, "den", "Where bears sleep")
    ada.say("Who is here?")
    jump(bob, "de")
    option = bob.page.get_by_role("option", name="den")
    expect(option).to_contain_text("Where bears sleep")
    expect(option).to_contain_text("Join")
    bob.page.keyboard.press("Enter")
    is_in(bob, "den")
    bob.sees("Who is here?")
    bob.say("Me.")
    ada.sees("Me.")
    leave(bob)
    is_in(bob, "lobby")
    expect(bob.room("den")).to_have_count(0)
    expect(ada.timeline).to_contain_text(re.compile("bob.* left"))


def test_nobody_can_leave_the_lobby(arrive: Arrive) -> None:
    ada = arrive("ada")
    expect(ada.page.get_by_role("complementary")).to_contain_text("ada")
    expect(ada.page.get_by_role("button", name="Leave room")).to_be_hidden()


def test_a_room_is_deleted_by_keyboard_and_who_is_in_it_lands_in_the_lobby(
    arrive: Arrive,
) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    make(ada, "den")
    jump(bob, "den")
    expect(bob.page.get_by_role("option", name="den")).to_contain_text("Join")
    bob.page.keyboard.press("Enter")
    is_in(bob, "den")
    expect(bob.page.get_by_role("button", name="Leave room")).to_be_visible()
    expect(bob.page.get_by_role("button", name="Delete room")).to_have_count(0)
    opener = ada.page.get_by_role("button", name="Delete room")
    opener.focus()
    ada.page.keyboard.press("Enter")
    dialog = ada.page.get_by_role("dialog", name=re.compile("Delete .*den.*\\?"))
    expect(dialog).to_contain_text("All its messages and files go with it, for everybody.")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    ada.page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(opener).to_be_focused()
    ada.page.keyboard.press("Enter")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    ada.page.keyboard.press("Tab")
    expect(dialog.get_by_role("button", name="Delete room")).to_be_focused()
    ada.page.keyboard.press("Enter")
    for person in (ada, bob):
        is_in(person, "lobby")
        person.is_told(re.compile("den.* was deleted."))
        expect(person.room("den")).to_have_count(0)
    expect(dialog).to_have_count(0)
    expect(ada.composer).to_be_focused()
    expect(ada.page.get_by_role("button", name="Delete room")).to_have_count(0)
    bob.say("Still here.")
    ada.sees("Still here.")


def test_each_room_has_its_address_and_back_works(arrive: Arrive) -> None:
    ada = arrive("ada")
    expect(ada.page).to_have_url(re.compile("/rooms/1$"))
    ada.say("in the lobby")
    make(ada, "den")
    expect(ada.page).to_have_url(re.compile(r"/rooms/2$"))
    ada.say("in the den")
    ada.page.go_back()
    is_in(ada, "lobby")
    expect(ada.texts).to_have_text(["in the lobby"])
    ada.page.go_forward()
    is_in(ada, "den")
    expect(ada.texts).to_have_text(["in the den"])
    ada.has_sent_all()
    ada.page.reload()
    is_in(ada, "den")
    ada.sees("in the den")


def test_a_link_to_a_room_one_is_not_in_offers_to_join(arrive: Arrive) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    make(ada, "den", "Where bears sleep")
    bob.open("/rooms/2")
    expect(bob.page.get_by_text("You are not in this room yet.")).to_be_visible()
    expect(bob.composer).to_have_count(0)
    bob.page.get_by_role("button", name="Join room").click()
    is_in(bob, "den")
    expect(bob.room("den")).to_be_visible()


def test_a_room_opened_by_its_address_is_the_first_to_be_told(arrive: Arrive) -> None:
    ada = arrive("ada")
    make(ada, "den")
    asked: list[str] = []
    ada.page.on("websocket", lambda socket: asked.append(socket.url))
    ada.page.reload()
    ada.is_connected()
    assert [url.partition("resume=")[2] for url in asked] == ["2%3A0"]


def test_an_address_of_no_room_says_so_and_shows_the_way_out(arrive: Arrive) -> None:
    ada = arrive("ada")
    ada.open("/rooms/404")
    expect(ada.page.get_by_role("heading", name="There is no such room")).to_be_visible()
    ada.page.get_by_role("button", name="Go to the lobby").click()
    is_in(ada, "lobby")


def test_a_name_in_use_is_told_at_the_field(arrive: Arrive, gust: GustProcess) -> None:
    ada = arrive("ada")
    ada.expects_outage = True  # the refusal's status is told in the console
    make(ada, "den")
    ada.page.get_by_role("button", name="Make a room").click()
    dialog = ada.page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Den")
    dialog.get_by_role("button", name="Make room").click()
    expect(dialog.get_by_role("alert")).not_to_be_empty()
    expect(dialog.get_by_label("Name")).to_have_attribute("aria-invalid", "true")
    # That the server is away is no fault of the name.
    gust.kill()
    dialog.get_by_label("Name").fill("attic")
    dialog.get_by_role("button", name="Make room").click()
    expect(dialog.get_by_role("alert").filter(has_text="cannot be reached")).to_be_visible()
    expect(dialog.get_by_label("Name")).not_to_have_attribute("aria-invalid", "true")


def test_a_room_with_news_is_marked_until_it_is_seen(arrive: Arrive, gust: GustProcess) -> None:
    ada = arrive("ada")
    make(ada, "den")
    ada.room("lobby").click()
    is_in(ada, "lobby")
    news = ada.room("den").locator(".badge")
    expect(news).to_be_hidden()
    said(gust, "bob", ["psst"], room=2)
    expect(news).to_be_visible()
    ada.page.reload()
    expect(news).to_be_visible()
    ada.room("den").click()
    ada.sees("psst")
    expect(news).to_be_hidden()
    ada.page.reload()
    ada.sees("psst")
    expect(news).to_be_hidden()


def test_drafts_are_kept_for_each_room(arrive: Arrive) -> None:
    ada = arrive("ada")
    make(ada, "den")
    ada.composer.fill("for the den")
    ada.room("lobby").click()
    is_in(ada, "lobby")
    expect(ada.composer).to_have_value("")
    ada.composer.fill("for the lobby")
    ada.room("den").click()
    expect(ada.composer).to_have_value("for the den")
    ada.page.reload()
    expect(ada.composer).to_have_value("for the den")


def test_the_title_counts_what_was_said_while_nobody_looked(
    arrive: Arrive, gust: GustProcess
) -> None:
    ada = arrive("ada")
    ada.page.evaluate(
        """() => {
          Object.defineProperty(document, 'hidden', { value: true, configurable: true });
          document.dispatchEvent(new Event('visibilitychange'));
        }"""
    )
    said(gust, "bob", ["one", "two", "three"])
    expect(ada.page).to_have_title("(3) lobby · Gust")
    ada.page.evaluate(
        """() => {
          Object.defineProperty(document, 'hidden', { value: false, configurable: true });
          document.dispatchEvent(new Event('visibilitychange'));
        }"""
    )
    expect(ada.page).to_have_title("lobby · Gust")


def test_a_room_joined_or_left_in_one_tab_is_so_in_the_other(arrive: Arrive) -> None:
    ada = arrive("ada")
    second = ada.context.new_page()
    second.goto("/")
    rooms = second.get_by_role("navigation", name="Rooms")
    make(ada, "den")
    rooms.get_by_role("link", name="den").click()
    expect(second.get_by_role("heading", name=re.compile("It is quiet in .*den"))).to_be_visible()
    leave(ada)
    expect(rooms.get_by_role("link", name="den")).to_have_count(0)
    expect(second.get_by_role("heading", level=1)).to_have_text("lobby")
