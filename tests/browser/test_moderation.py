"""Those who look after the place: bans, what was done, the word filter, roles."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from typing import Any

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.browser.conftest import Arrive
from tests.browser.person import Person, appoint
from tests.browser.test_accounts import PASSWORD, become_member, menu
from tests.browser.test_actions import offer
from tests.serving import GustProcess


def come_as_admin(arrive: Arrive, gust: GustProcess, name: str, **options: Any) -> Person:
    """Follow a link that makes its visitor an admin."""
    person = arrive(None, appoint(gust, name), **options)
    expect(person.page.get_by_role("heading", level=1)).to_contain_text("makes you the admin")
    expect(person.page.get_by_label("Your name")).to_have_value(name)
    person.page.get_by_label("Password").fill(PASSWORD)
    person.page.get_by_role("button", name="Create account").click()
    person.is_connected()
    person.name = name
    return person


@pytest.fixture
def ada(arrive: Arrive, gust: GustProcess) -> Person:
    """ada, an admin."""
    return come_as_admin(arrive, gust, "ada")


def moderation(person: Person, tab: str | None = None) -> Locator:
    menu(person, "Moderation")
    dialog = person.page.get_by_role("dialog", name="Moderation")
    if tab:
        dialog.get_by_role("tab", name=tab).click()
    return dialog


def ban(person: Person, whom: Person, reason: str, *, remove: bool = False) -> None:
    assert whom.name is not None
    whom.expects_outage = True  # the refusal's status is told in the console
    person.card_of(whom.name).get_by_role("button", name="Ban…").click()
    dialog = person.page.get_by_role("dialog", name=re.compile("Ban .*"))
    dialog.get_by_label("Reason").fill(reason)
    dialog.get_by_label("Also remove all their messages").set_checked(remove)
    dialog.get_by_role("button", name="Ban", exact=True).click()
    expect(dialog).to_have_count(0)


def test_a_banned_person_is_shown_the_door_at_once(arrive: Arrive, ada: Person) -> None:
    bob = arrive("bob")
    become_member(bob)
    ban(ada, bob, "Sold watches")
    expect(bob.page.get_by_role("heading", name="You can no longer take part here")).to_be_visible(
        timeout=2000
    )
    expect(bob.page.get_by_text("You are banned from here: Sold watches")).to_be_visible()
    bob.page.reload()
    expect(bob.page.get_by_text("You are banned from here: Sold watches")).to_be_visible()
    bob.page.get_by_role("button", name="Use another name").click()
    bob.page.get_by_role("button", name="Sign in to an account").click()
    bob.page.get_by_label("Your name").fill("bob")
    bob.page.get_by_label("Password").fill(PASSWORD)
    bob.page.get_by_role("button", name="Sign in", exact=True).click()
    expect(bob.page.get_by_role("alert").filter(has_text="Sold watches")).to_be_visible()

    # Until somebody lifts it.
    dialog = moderation(ada)
    expect(dialog.get_by_role("listitem")).to_contain_text("Sold watches")
    dialog.get_by_role("button", name=re.compile("Lift the ban of .*bob")).click()
    expect(dialog.get_by_text("Nobody is banned.")).to_be_visible()
    bob.page.get_by_role("button", name="Sign in", exact=True).click()
    bob.is_connected()


def test_a_ban_takes_the_messages_along_where_asked_to(arrive: Arrive, ada: Person) -> None:
    bob, mallory = arrive("bob"), arrive("mallory")
    bob.say("a slip of the tongue")
    ada.sees("a slip of the tongue")
    mallory.say("buy my watches", "and my rings")
    ada.sees("buy my watches", "and my rings")
    ban(ada, bob, "Enough for today")
    ban(ada, mallory, "Sold watches", remove=True)
    removed = "This message was removed."
    expect(ada.texts).to_have_text(["a slip of the tongue", removed, removed])


def test_the_focus_stays_though_the_list_of_bans_is_drawn_anew(arrive: Arrive, ada: Person) -> None:
    bob = arrive("bob")
    ban(ada, bob, "Enough")
    dialog = moderation(ada)
    lift = dialog.get_by_role("button", name=re.compile("Lift the ban"))
    expect(lift).to_be_visible()
    # Hold the next answer back until the button of the earlier list has the focus.
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    ada.page.route("**/api/bans", hold)
    with ada.page.expect_request("**/api/bans"):
        dialog.get_by_role("tab", name="Bans").click()
    lift.focus()
    drawn = lift.element_handle()
    held[0].continue_()
    ada.page.wait_for_function("button => !button.isConnected", arg=drawn)
    expect(lift).to_be_focused()


def test_what_was_done_is_told_to_admins(arrive: Arrive, ada: Person) -> None:
    bob = arrive("bob")
    bob.say("buy my watches")
    ada.sees("buy my watches")
    offer(ada, ada.messages.first)
    ada.page.get_by_role("menuitem", name="Remove").click()
    ada.page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(bob.texts).to_have_text("This message was removed.")
    ban(ada, bob, "Sold watches")
    entries = moderation(ada, "What was done").get_by_role("listitem")
    expect(entries).to_have_text(
        [
            re.compile("ada.* banned .*bob"),
            re.compile("ada.* removed a message of .*bob"),
            re.compile("changed the role of .*ada.* by a link from this machine"),
        ]
    )


def test_the_word_filter_refuses_and_masks_from_now_on(arrive: Arrive, ada: Person) -> None:
    bob = arrive("bob")
    dialog = moderation(ada, "Word filter")
    dialog.get_by_role("button", name="Add a rule").click()
    dialog.get_by_label("Rule 1: word or pattern").fill("watches")
    dialog.get_by_label("Rule 1: reason").fill("No selling here.")
    dialog.get_by_role("button", name="Add a rule").click()
    dialog.get_by_label("Rule 2: word or pattern").fill("dam+n")
    dialog.get_by_label("Rule 2: kind").select_option("Pattern")
    dialog.get_by_label("Rule 2: what happens").select_option("Mask it")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("Saved.")).to_be_visible()
    bob.say("buy my watches", "dammmn it")
    expect(bob.page.get_by_text(re.compile("Not sent.*No selling here."))).to_be_visible()
    ada.page.keyboard.press("Escape")
    expect(ada.texts.first).to_have_text(re.compile(r"^\W+ it$"))


def test_rules_are_neither_added_nor_saved_before_the_others_are_there(ada: Person) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    ada.page.route("**/views/filters.js*", hold)
    with ada.page.expect_request("**/views/filters.js*"):
        dialog = moderation(ada, "Word filter")
    add, save = (dialog.get_by_role("button", name=name) for name in ("Add a rule", "Save"))
    expect(add).to_be_disabled()
    expect(save).to_be_disabled()
    held.pop().continue_()
    add.click()
    expect(dialog.get_by_label("Rule 1: word or pattern")).to_be_focused()
    expect(save).to_be_enabled()


def test_a_wrong_pattern_is_told_by_its_number(ada: Person) -> None:
    ada.expects_outage = True  # the refusal's status is told in the console
    dialog = moderation(ada, "Word filter")
    dialog.get_by_role("button", name="Add a rule").click()
    dialog.get_by_label("Rule 1: word or pattern").fill("(")
    dialog.get_by_label("Rule 1: kind").select_option("Pattern")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("1")
    expect(dialog.get_by_label("Rule 1: word or pattern")).to_have_value("(")


def test_a_moderator_is_made_from_the_persons_card(arrive: Arrive, ada: Person) -> None:
    bob = arrive("bob")
    become_member(bob)
    card = ada.card_of("bob")
    card.get_by_label("Role").select_option("Moderator")
    expect(card.locator(".card-role")).to_have_text("Moderator")
    ada.page.keyboard.press("Escape")
    dialog = moderation(bob)
    expect(dialog.get_by_text("Nobody is banned.")).to_be_visible()
    expect(dialog.get_by_role("tab")).to_have_count(0)


def test_guests_and_members_are_offered_nothing_of_it(arrive: Arrive, ada: Person) -> None:
    bob = arrive("bob")
    become_member(bob)
    bob.own.click()
    expect(bob.page.get_by_role("menuitem", name="Your account")).to_be_visible()
    expect(bob.page.get_by_role("menuitem", name="Moderation")).to_have_count(0)
    bob.page.keyboard.press("Escape")
    card = bob.card_of("ada")
    expect(card.get_by_role("button", name="Message")).to_be_visible()
    expect(card.get_by_role("button", name="Ban…")).to_have_count(0)
    expect(card.get_by_label("Role")).to_have_count(0)


def test_moderation_works_by_keyboard_alone(arrive: Arrive, ada: Person) -> None:
    bob = arrive("bob")
    bob.expects_outage = True  # as in ban()
    keyboard = ada.page.keyboard
    ada.page.get_by_role("complementary").get_by_role("button", name="bob").focus()
    keyboard.press("Enter")
    ada.page.get_by_role("button", name="Ban…").focus()
    keyboard.press("Enter")
    expect(ada.page.get_by_label("Reason")).to_be_focused()
    keyboard.type("Enough")
    keyboard.press("Enter")
    ada.is_told(re.compile("bob.* is banned"))
    ada.own.focus()
    keyboard.press("Enter")
    expect(ada.page.get_by_role("menuitem").first).to_be_focused()
    keyboard.press("ArrowDown")
    keyboard.press("ArrowDown")
    keyboard.press("Enter")
    bans = ada.page.get_by_role("tab", name="Bans")
    bans.focus()
    keyboard.press("ArrowRight")
    expect(ada.page.get_by_role("tab", name="What was done")).to_be_focused()
    expect(ada.page.get_by_role("listitem").filter(has_text="banned")).to_be_visible()
    keyboard.press("ArrowLeft")
    expect(bans).to_be_focused()
    lift = ada.page.get_by_role("button", name=re.compile("Lift the ban"))
    expect(lift).to_be_visible()
    keyboard.press("Tab")
    expect(lift).to_be_focused()
    keyboard.press("Enter")
    expect(ada.page.get_by_text("Nobody is banned.")).to_be_visible()
    keyboard.press("Escape")
    expect(ada.own).to_be_focused()


def test_an_admin_makes_a_bot_and_cuts_it_off(ada: Person, gust: GustProcess) -> None:
    dialog = moderation(ada, "Bots")
    expect(dialog.get_by_text("There are no bots yet.")).to_be_visible()
    dialog.get_by_label("Name of the bot").fill("deploys")
    ada.page.keyboard.press("Enter")
    key = dialog.get_by_role("textbox", name="Key of")
    expect(key).to_be_focused()
    first = key.input_value()
    assert _post(gust, first, "Build 7 is green") == 201
    ada.sees("Build 7 is green")

    bot = dialog.get_by_role("listitem").filter(has_text="deploys")
    expect(bot).to_contain_text("Last used")
    bot.get_by_role("button", name="New key").click()
    expect(key).not_to_have_value(first)
    second = key.input_value()
    assert (_post(gust, first, "no more"), _post(gust, second, "Build 8")) == (401, 201)

    bot.get_by_role("button", name="Revoke").click()
    expect(bot).to_contain_text("it is cut off")
    expect(key).to_be_hidden()
    assert _post(gust, second, "no more") == 401

    # The name stays the bot's.
    ada.expects_outage = True  # the refusal's status is told in the console
    dialog.get_by_label("Name of the bot").fill("Deploys")
    dialog.get_by_role("button", name="Make a bot").click()
    expect(dialog.get_by_role("alert").filter(has_text="Choose another name")).to_be_visible()


def _post(gust: GustProcess, key: str, text: str) -> int:
    """Say something as a bot; give the status."""
    request = urllib.request.Request(
        f"{gust.url}/api/rooms/1/messages",
        text.encode(),
        {"Authorization": f"Bearer {key}", "Content-Type": "text/plain"},
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
