"""Invitations: links made, followed, ended."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.person import Person, appoint, readmit
from tests.browser.test_accounts import PASSWORD, become_member, menu
from tests.browser.test_closed_rooms import bring_in, make_closed
from tests.browser.test_rooms import is_in
from tests.serving import GustProcess


def make_link(person: Person) -> str:
    """Make a link in the dialog that is open; give its path."""
    dialog = person.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Make a link").click()
    link = dialog.get_by_label("The new link")
    expect(link).to_be_focused()
    url = link.input_value()
    person.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    return url[url.index("/join/") :]


def test_a_stranger_comes_into_a_closed_room_by_a_link(arrive: Arrive) -> None:
    ada = arrive("ada")
    become_member(ada)
    make_closed(ada, "den")
    ada.say("Come in, bob.")
    ada.act("Invitation link")
    path = make_link(ada)
    bob = arrive(None, path)
    expect(bob.page.get_by_role("heading", level=1)).to_have_text(
        re.compile("ada.* invites you to .*den")
    )
    bob.page.get_by_label("Your name").fill("bob")
    bob.page.get_by_role("button", name="Come in").click()
    is_in(bob, "den")
    bob.sees("Come in, bob.")


def test_who_is_signed_in_accepts_as_who_they_are(arrive: Arrive) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    become_member(ada)
    make_closed(ada, "den")
    ada.act("Invitation link")
    bob.open(make_link(ada))
    bob.page.get_by_role("button", name=re.compile("Accept as .*bob")).click()
    is_in(bob, "den")
    expect(bob.page).to_have_url(re.compile("/rooms/2$"))


def test_a_new_account_comes_with_the_link(arrive: Arrive) -> None:
    ada = arrive("ada")
    become_member(ada)
    make_closed(ada, "den")
    ada.act("Invitation link")
    bob = arrive(None, make_link(ada))
    bob.page.get_by_role("button", name="Create an account").click()
    bob.page.get_by_label("Your name").fill("bob")
    bob.page.get_by_label("Password").fill(PASSWORD)
    bob.page.get_by_role("button", name="Create account").click()
    bob.is_connected()
    expect(bob.room("den")).to_be_visible()


def test_who_looks_after_a_room_ends_the_links_of_others_to_it(arrive: Arrive) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    bob.expects_outage = True  # refusals are told in the console
    become_member(bob)
    make_closed(ada, "den")
    bring_in(ada, "bob")
    bob.room("den").click()
    is_in(bob, "den")
    bob.act("Invitation link")
    path = make_link(bob)
    ada.act("Invitation link")
    dialog = ada.page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Make a link")).to_have_count(0)
    expect(dialog.get_by_role("heading", name="Links to this room that still work")).to_be_visible()
    expect(dialog.get_by_role("listitem")).to_contain_text(re.compile("0 of 10 used.*by .*bob"))
    dialog.get_by_role("button", name=re.compile("Revoke")).click()
    expect(dialog.get_by_text("There are none.")).to_be_visible()
    bob.open(path)
    expect(bob.page.get_by_role("heading", level=1)).to_have_text(
        "This invitation does not work any more"
    )


def test_a_revoked_link_says_that_it_does_not_work_any_more(arrive: Arrive) -> None:
    ada = arrive("ada")
    become_member(ada)
    menu(ada, "Invite people")
    path = make_link(ada)
    menu(ada, "Invite people")
    dialog = ada.page.get_by_role("dialog")
    expect(dialog.get_by_role("listitem")).to_contain_text("0 of 10 used")
    dialog.get_by_role("button", name=re.compile("Revoke")).click()
    expect(dialog.get_by_text("There are none.")).to_be_visible()
    stranger = arrive(None)
    stranger.expects_outage = True  # the refusal's status is told in the console
    stranger.open(path)
    expect(stranger.page.get_by_role("heading", level=1)).to_have_text(
        "This invitation does not work any more"
    )
    stranger.page.get_by_role("link", name="Go to the entrance").click()
    expect(stranger.page.get_by_label("Your name")).to_be_visible()


def test_a_link_is_made_by_keyboard_alone(arrive: Arrive) -> None:
    ada = arrive("ada")
    become_member(ada)
    ada.own.focus()
    keyboard = ada.page.keyboard
    keyboard.press("Enter")
    expect(ada.page.get_by_role("menuitem", name="Your account")).to_be_focused()
    keyboard.press("ArrowDown")
    keyboard.press("Enter")
    expect(ada.page.get_by_label("Works for")).to_be_focused()
    keyboard.press("ArrowDown")
    keyboard.press("Tab")
    keyboard.press("Tab")
    keyboard.press("Enter")
    expect(ada.page.get_by_label("The new link")).to_be_focused()
    keyboard.press("Escape")
    expect(ada.own).to_be_focused()


def becomes_admin(person: Person) -> None:
    person.is_connected()
    expect(person.page).to_have_url(re.compile("/rooms/1$"))
    person.own.click()
    expect(person.page.get_by_role("menuitem", name="Moderation")).to_be_visible()
    person.page.keyboard.press("Escape")


def chooses_a_password(person: Person) -> None:
    """Set another password, without the one until now."""
    menu(person, "Your account")
    dialog = person.page.get_by_role("dialog")
    dialog.get_by_label("New password").fill("another four words")
    dialog.get_by_role("button", name="Change password").click()
    expect(dialog.get_by_text("Your password is changed.")).to_be_visible()


def test_a_link_for_admins_is_accepted_by_the_one_whom_it_names(
    arrive: Arrive, gust: GustProcess
) -> None:
    ada = arrive("ada")
    become_member(ada)
    ada.open(appoint(gust, "ada"))
    expect(ada.page.get_by_role("heading")).to_have_text(
        "This link makes you the admin of this place"
    )
    ada.page.get_by_role("button", name=re.compile("Accept as .*ada")).click()
    becomes_admin(ada)


def test_a_link_for_admins_lets_its_owner_in_without_a_password(
    arrive: Arrive, gust: GustProcess
) -> None:
    ada = arrive("ada")
    become_member(ada)
    ada.sign_out()
    ada.open(appoint(gust, "ada"))
    ada.page.get_by_role("button", name=re.compile("Accept as .*ada")).click()
    becomes_admin(ada)
    chooses_a_password(ada)


def test_a_link_for_admins_lets_who_is_not_there_yet_register(
    arrive: Arrive, gust: GustProcess
) -> None:
    ada = arrive(None, appoint(gust, "ada"))
    expect(ada.page.get_by_label("Your name")).to_have_value("ada")
    ada.page.get_by_label("Password").fill(PASSWORD)
    ada.page.get_by_role("button", name="Create account").click()
    becomes_admin(ada)


def test_somebody_else_is_led_out_to_take_a_link_for_admins(
    arrive: Arrive, gust: GustProcess
) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    become_member(ada)
    become_member(bob)
    bob.open(appoint(gust, "ada"))
    expect(bob.page.get_by_text("alone, and you are here as")).to_contain_text("bob")
    bob.page.get_by_role("button", name="Sign out and go on").click()
    bob.page.get_by_role("button", name=re.compile("Accept as .*ada")).click()
    becomes_admin(bob)
    expect(bob.own).to_contain_text("ada")


def test_who_forgot_their_password_and_is_signed_in_still_chooses_another_by_a_link(
    arrive: Arrive, gust: GustProcess
) -> None:
    ada = arrive("ada")
    become_member(ada)
    ada.open(readmit(gust, "ada"))
    expect(ada.page.get_by_role("heading")).to_have_text(
        "This link lets you in without your password"
    )
    expect(ada.page.get_by_text("leave “Password until now” empty")).to_be_visible()
    ada.page.get_by_role("button", name=re.compile("Accept as .*ada")).click()
    ada.is_connected()
    chooses_a_password(ada)


def test_somebody_else_is_told_whose_link_it_is_and_led_out_to_take_it(
    arrive: Arrive, gust: GustProcess
) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    become_member(ada)
    bob.open(readmit(gust, "ada"))
    told = bob.page.get_by_text("alone, and you are here as")
    expect(told).to_contain_text("Once signed out, you cannot come back as the same person.")
    bob.page.get_by_role("button", name="Sign out and go on").click()
    bob.page.get_by_role("button", name=re.compile("Accept as .*ada")).click()
    bob.is_connected()
    expect(bob.own).to_contain_text("ada")


def test_a_guest_becomes_the_first_admin_and_keeps_what_they_wrote(
    arrive: Arrive, gust: GustProcess
) -> None:
    ada = arrive("ada")
    ada.say("written as a guest")
    ada.has_sent_all()
    ada.open(appoint(gust, None))
    expect(ada.page.get_by_label("Your name")).to_have_value("ada")
    ada.page.get_by_label("Password").fill(PASSWORD)
    ada.page.get_by_role("button", name="Create account").click()
    becomes_admin(ada)
    expect(ada.messages.first).to_have_class(re.compile("own"))
