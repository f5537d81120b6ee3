"""Closed rooms and direct ones: who sees them, and who doesn't."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Route, expect

from tests.browser.conftest import Arrive
from tests.browser.person import Person
from tests.browser.test_rooms import is_in, jump


def make_closed(person: Person, name: str) -> None:
    person.page.get_by_role("button", name="Make a room").click()
    dialog = person.page.get_by_role("dialog")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("Closed").check()
    dialog.get_by_role("button", name="Make room").click()
    is_in(person, name)


def bring_in(person: Person, *names: str) -> None:
    person.act("Bring people in")
    dialog = person.page.get_by_role("dialog")
    for name in names:
        dialog.get_by_role("searchbox").fill(name)
        dialog.get_by_role("checkbox", name=name).check()
    dialog.get_by_role("button", name="Bring in").click()
    expect(dialog).to_have_count(0)


def people_of(person: Person) -> Locator:
    return person.page.get_by_role("complementary").get_by_role("list")


def test_a_closed_room_is_there_for_whoever_is_brought_in_and_for_nobody_else(
    arrive: Arrive,
) -> None:
    ada, bob, carol = arrive("ada"), arrive("bob"), arrive("carol")
    make_closed(ada, "den")
    expect(ada.room("den")).to_have_accessible_name("den closed room")
    jump(carol, "den")
    expect(carol.page.get_by_role("option")).to_have_text([re.compile("Make the room")])
    carol.page.keyboard.press("Escape")
    carol.open("/rooms/2")
    expect(carol.page.get_by_role("heading", name="There is no such room")).to_be_visible()
    bring_in(ada, "bob")
    ada.is_told(re.compile("bob.* can now see .*den"))
    bob.room("den").click()
    is_in(bob, "den")
    bob.say("Thank you.")
    ada.sees("Thank you.")
    expect(carol.room("den")).to_have_count(0)


def test_whoever_is_taken_out_while_looking_is_told_and_led_to_the_lobby(arrive: Arrive) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    make_closed(ada, "den")
    bring_in(ada, "bob")
    bob.room("den").click()
    is_in(bob, "den")
    expect(people_of(ada).first).to_contain_text("bob")
    ada.card_of("bob").get_by_role("button", name="Take out of").click()
    dialog = ada.page.get_by_role("dialog", name=re.compile("Take .*bob.* out of .*den"))
    expect(dialog.get_by_label("Also end all links to this room")).to_be_checked()
    dialog.get_by_role("button", name="Take out").click()
    expect(dialog).to_have_count(0)
    is_in(bob, "lobby")
    bob.is_told(re.compile("You are no longer in .*den"))
    expect(bob.room("den")).to_have_count(0)
    bob.open("/rooms/2")
    expect(bob.page.get_by_role("heading", name="There is no such room")).to_be_visible()


def test_only_who_made_a_room_can_settle_it_and_the_others_see_it_change(arrive: Arrive) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    make_closed(ada, "den")
    bring_in(ada, "bob")
    bob.room("den").click()
    is_in(bob, "den")
    expect(bob.page.get_by_role("button", name="Leave room")).to_be_visible()
    expect(bob.page.get_by_role("button", name="Room settings")).to_have_count(0)
    ada.act("Room settings")
    dialog = ada.page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("winter den")
    dialog.get_by_label("Topic").fill("Where bears sleep")
    dialog.get_by_label("Open").check()
    dialog.get_by_role("button", name="Save").click()
    is_in(ada, "winter den")
    is_in(bob, "winter den")
    expect(bob.page.locator(".topic")).to_have_text("Where bears sleep")
    expect(bob.room("winter den")).to_have_accessible_name("winter den")
    expect(bob.page.get_by_role("textbox", name=re.compile("winter den"))).to_be_visible()


def test_a_message_from_a_persons_card_reaches_them_alone(arrive: Arrive) -> None:
    ada, bob, carol = arrive("ada"), arrive("bob"), arrive("carol")
    ada.card_of("bob").get_by_role("button", name="Message").click()
    is_in(ada, "bob")
    head = ada.timeline.locator(".said")
    expect(head.get_by_role("heading")).to_have_text(re.compile("You.* and .*bob"))
    expect(head).to_contain_text("Only the two of you will see it.")
    ada.say("Between us")
    line = bob.room("ada")
    expect(line.locator(".badge")).to_be_visible()
    line.click()
    is_in(bob, "ada")
    bob.sees("Between us")
    expect(bob.page.get_by_role("button", name="Leave room")).to_have_count(0)
    assert carol.page.get_by_role("list", name="Direct messages").get_by_role("link").count() == 0
    # The same people have the same room, whoever begins.
    bob.room("lobby").click()
    bob.card_of("ada").get_by_role("button", name="Message").click()
    bob.sees("Between us")


def test_several_people_are_written_to_at_once(arrive: Arrive) -> None:
    ada, bob, carol = arrive("ada"), arrive("bob"), arrive("carol")
    ada.page.get_by_role("button", name="Write to somebody").click()
    dialog = ada.page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Message")).to_be_disabled()
    for name in ("bob", "carol"):
        dialog.get_by_role("checkbox", name=name).check()
    expect(dialog.get_by_text(re.compile("Chosen: .*bob.* and .*carol"))).to_be_visible()
    dialog.get_by_role("button", name="Message").click()
    is_in(ada, "bob, carol")
    ada.say("Lunch?")
    bob.room("ada, carol").click()
    bob.sees("Lunch?")
    carol.room("ada, bob").click()
    carol.sees("Lunch?")


def test_people_are_found_by_a_few_letters(arrive: Arrive) -> None:
    ada = arrive("ada")
    arrive("bob")
    arrive("carol")
    ada.page.get_by_role("searchbox", name="Find people").fill("car")
    people = ada.page.get_by_role("complementary").get_by_role("listitem")
    expect(people).to_have_text([re.compile("carol")])
    jump(ada, "bo")
    expect(ada.page.get_by_role("option", name=re.compile("bob"))).to_be_visible()
    ada.page.keyboard.press("Enter")
    is_in(ada, "bob")


def test_rooms_of_all_kinds_work_by_keyboard_alone(arrive: Arrive) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    keyboard = ada.page.keyboard
    ada.page.get_by_role("button", name="Make a room").focus()
    keyboard.press("Enter")
    expect(ada.page.get_by_label("Name")).to_be_focused()
    keyboard.type("den")
    keyboard.press("Tab")
    keyboard.press("Tab")
    keyboard.press("ArrowDown")
    expect(ada.page.get_by_label("Closed")).to_be_checked()
    keyboard.press("Enter")
    is_in(ada, "den")

    ada.page.get_by_role("button", name="Bring people in").focus()
    keyboard.press("Enter")
    expect(ada.page.get_by_role("dialog").get_by_role("searchbox")).to_be_focused()
    expect(ada.page.get_by_role("checkbox", name="bob")).to_be_visible()
    keyboard.type("bo")
    keyboard.press("Enter")
    expect(ada.page.get_by_text(re.compile("Chosen: .*bob"))).to_be_visible()
    keyboard.press("Enter")
    expect(ada.page.get_by_role("button", name="Bring people in")).to_be_focused()
    expect(bob.room("den")).to_be_visible()

    # From the list of people to bob's card, out of the room, and back to the list.
    ada.page.get_by_role("complementary").get_by_role("button", name="bob").focus()
    keyboard.press("Enter")
    expect(ada.page.get_by_role("dialog", name="bob")).to_be_visible()
    keyboard.press("Escape")
    expect(ada.page.get_by_role("complementary").get_by_role("button", name="bob")).to_be_focused()
    keyboard.press("Enter")
    expect(ada.page.get_by_role("button", name="Message", exact=True)).to_be_visible()
    ada.page.get_by_role("button", name="Message", exact=True).focus()
    keyboard.press("Enter")
    is_in(ada, "bob")
    expect(ada.composer).to_be_focused()


def test_the_keyboard_stays_where_it_is_while_a_card_learns_more(arrive: Arrive) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    make_closed(ada, "den")
    bring_in(ada, "bob")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    ada.page.route(re.compile(r"/members\?q="), hold)
    with ada.page.expect_request(re.compile(r"/members\?q=bob")):
        card = ada.card_of("bob")
    message = card.get_by_role("button", name="Message", exact=True)
    message.focus()
    for route in held:
        route.continue_()
    expect(card.get_by_role("button", name="Take out of")).to_be_visible()
    expect(message).to_be_focused()
    bob.is_connected()


def test_who_has_left_a_closed_room_can_not_be_taken_out_of_it(arrive: Arrive) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    make_closed(ada, "den")
    bring_in(ada, "bob")
    bob.room("den").click()
    is_in(bob, "den")
    bob.say("I am off.")
    ada.sees("I am off.")
    card = ada.card_of("bob")
    expect(card.get_by_role("button", name="Take out of")).to_be_visible()
    ada.page.keyboard.press("Escape")
    bob.act("Leave room")
    is_in(bob, "lobby")
    expect(people_of(ada).first).not_to_contain_text("bob", timeout=10_000)
    with ada.page.expect_response(re.compile("/members")):
        ada.messages.get_by_text("bob", exact=True).click()
    expect(card.get_by_text("Here now")).to_be_visible()
    expect(card.get_by_role("button", name="Message", exact=True)).to_be_visible()
    expect(card.get_by_role("button", name="Take out of")).to_have_count(0)


def test_a_room_is_handed_over_to_another_who_settles_it_from_then_on(arrive: Arrive) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    make_closed(ada, "den")
    bring_in(ada, "bob")
    bob.room("den").click()
    is_in(bob, "den")
    ada.card_of("bob").get_by_role("button", name="Make host of").click()
    dialog = ada.page.get_by_role("dialog", name=re.compile("Make .*bob.* host of .*den"))
    dialog.get_by_role("button", name="Make host").click()
    ada.is_told(re.compile("bob.* looks after .*den.* now"))
    expect(bob.page.get_by_role("button", name="Room settings")).to_be_visible()
    expect(ada.page.get_by_role("button", name="Room settings")).to_have_count(0)
    expect(people_of(ada).first.get_by_role("listitem").filter(has_text="host")).to_contain_text(
        "bob"
    )


def test_only_those_in_a_closed_room_are_offered_to_be_named_there(arrive: Arrive) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    for name in ("bea", "bess"):
        arrive(name)
    make_closed(ada, "den")
    bring_in(ada, "bob", "bess")
    ada.page.keyboard.press("Escape")
    ada.composer.press_sequentially("@b")
    offered = ada.page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    expect(offered).to_contain_text(["bess", "bob"])
    expect(offered).to_have_count(2)
    ada.composer.fill("")
    ada.card_of("bob").get_by_role("button", name="Message").click()
    is_in(ada, "bob")
    ada.composer.press_sequentially("@")
    expect(offered).to_contain_text(["bob"])
    expect(offered).to_have_count(1)
    expect(bob.page.get_by_role("link", name="ada")).to_be_visible()
