"""Accounts: made, signed in to, looked after, ended."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from tests.browser.conftest import Arrive
from tests.browser.person import Person

PASSWORD = "four old winds blow"


def menu(person: Person, item: str) -> None:
    person.own.click()
    person.page.get_by_role("menuitem", name=item, exact=True).click()


def become_member(person: Person, password: str = PASSWORD) -> None:
    menu(person, "Choose a password")
    dialog = person.page.get_by_role("dialog")
    dialog.get_by_label("Password").fill(password)
    # The session goes on by another token, and the page comes back by it.
    with person.page.expect_websocket():
        dialog.get_by_role("button", name="Become a member").click()
    expect(dialog).to_have_count(0)
    person.is_connected()


def sign_in(person: Person, name: str, password: str = PASSWORD) -> None:
    person.page.get_by_role("button", name="Sign in to an account").click()
    person.page.get_by_label("Your name").fill(name)
    person.page.get_by_label("Password").fill(password)
    person.page.get_by_role("button", name="Sign in", exact=True).click()


def account(person: Person) -> Locator:
    menu(person, "Your account")
    dialog = person.page.get_by_role("dialog", name="Your account")
    expect(dialog.get_by_text("this device")).to_be_visible()
    return dialog


def test_a_guest_becomes_a_member_and_stays_the_same_person(arrive: Arrive) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    ada.say("written as a guest")
    become_member(ada)
    ada.is_told(re.compile("You are a member now"))
    people = bob.page.get_by_role("complementary")
    expect(people.get_by_role("button", name="ada")).to_have_text(re.compile(r"ada\s*$"))
    ada.sign_out()
    sign_in(ada, "ada")
    ada.is_connected()
    ada.sees("written as a guest")
    expect(ada.messages).to_have_class(re.compile("own"))


def test_a_wrong_password_is_told_at_the_field(arrive: Arrive) -> None:
    ada = arrive("ada")
    ada.expects_outage = True  # the refusal's status is told in the console
    become_member(ada)
    ada.sign_out()
    sign_in(ada, "ada", "not the right one")
    expect(ada.page.get_by_role("alert").filter(has_text="belong together")).to_be_visible()
    expect(ada.page.get_by_label("Password")).to_be_focused()
    expect(ada.page.get_by_label("Password")).to_have_attribute("aria-invalid", "true")
    expect(ada.page.get_by_label("Your name")).to_have_value("ada")
    # Another way in begins without what was wrong with this one.
    ada.page.get_by_role("button", name="Create an account").click()
    expect(ada.page.get_by_role("alert").filter(has_text="belong together")).to_have_count(0)
    expect(ada.page.get_by_label("Password")).not_to_have_attribute("aria-invalid", "true")


def test_an_account_is_created_at_the_entrance(arrive: Arrive) -> None:
    ada = arrive(None)
    ada.page.get_by_role("button", name="Create an account").click()
    ada.page.get_by_label("Your name").fill("ada")
    ada.page.get_by_label("Password").fill(PASSWORD)
    ada.page.get_by_role("button", name="Create account").click()
    ada.is_connected()
    ada.own.click()
    expect(ada.page.get_by_role("menuitem", name="Your account")).to_be_visible()


def test_the_name_of_an_account_is_nobody_elses(arrive: Arrive) -> None:
    ada = arrive("ada")
    become_member(ada)
    ada.sign_out()
    mallory = arrive(None)
    mallory.expects_outage = True  # the refusal's status is told in the console
    mallory.page.get_by_label("Your name").fill("Ada")
    mallory.page.get_by_role("button", name="Come in").click()
    expect(mallory.page.get_by_role("alert").first).not_to_be_empty()
    expect(mallory.page.get_by_label("Your name")).to_be_focused()


def test_a_device_is_signed_out_from_another_one(arrive: Arrive) -> None:
    ada = arrive("ada")
    become_member(ada)
    phone = arrive(None)
    sign_in(phone, "ada")
    phone.is_connected()
    dialog = account(ada)
    devices = dialog.get_by_role("listitem")
    expect(devices).to_have_count(2)
    dialog.get_by_role("button", name=re.compile("Sign out: ")).click()
    expect(devices).to_have_count(1)
    expect(phone.page.get_by_text("You have been signed out.")).to_be_visible()
    expect(phone.page.get_by_label("Your name")).to_be_focused()
    ada.page.keyboard.press("Escape")
    ada.is_connected()


def test_signing_out_everywhere_means_this_device_too(arrive: Arrive) -> None:
    ada = arrive("ada")
    become_member(ada)
    phone = arrive(None)
    sign_in(phone, "ada")
    phone.is_connected()
    account(ada).get_by_role("button", name="Sign out everywhere").click()
    sure = ada.page.get_by_role("dialog", name="Sign out everywhere?")
    sure.get_by_role("button", name="Sign out", exact=True).click()
    expect(ada.page.get_by_label("Your name")).to_be_visible()
    expect(phone.page.get_by_text("You have been signed out.")).to_be_visible()


def test_what_a_field_does_not_take_is_said_below_it(arrive: Arrive) -> None:
    ada = arrive("ada")
    menu(ada, "Choose a password")
    dialog = ada.page.get_by_role("dialog")
    password = dialog.get_by_label("Password")
    said = dialog.get_by_role("alert").filter(visible=True, has_text=re.compile("."))
    for text, refusal in (("", "fill"), ("short", "8 characters")):
        password.fill(text)
        dialog.get_by_role("button", name="Become a member").click()
        expect(said).to_have_text(re.compile(refusal))
        expect(password).to_be_focused()
        expect(password).to_have_attribute("aria-invalid", "true")
    password.fill(PASSWORD)
    expect(said).to_have_count(0)


def test_a_new_password_needs_the_old_one_and_ends_the_other_sessions(arrive: Arrive) -> None:
    ada = arrive("ada")
    ada.expects_outage = True  # the refusal's status is told in the console
    become_member(ada)
    phone = arrive(None)
    sign_in(phone, "ada")
    phone.is_connected()
    dialog = account(ada)
    old = dialog.get_by_label("Password until now")
    old.fill("not the right one")
    dialog.get_by_label("New password").fill("another old wind")
    dialog.get_by_role("button", name="Change password").click()
    expect(old).to_have_attribute("aria-invalid", "true")
    expect(old).to_be_focused()
    old.fill(PASSWORD)
    dialog.get_by_role("button", name="Change password").click()
    expect(dialog.get_by_text("Your password is changed.")).to_be_visible()
    expect(phone.page.get_by_text("You have been signed out.")).to_be_visible()
    sign_in(phone, "ada", "another old wind")
    phone.is_connected()


def test_a_deleted_account_leaves_its_messages_without_a_name(arrive: Arrive) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    become_member(ada)
    ada.say("remember me")
    bob.sees("remember me")
    account(ada).get_by_role("button", name="Delete account").click()
    dialog = ada.page.get_by_role("dialog", name="Delete your account?")
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Delete account").click()
    expect(ada.page.get_by_label("Your name")).to_be_visible()
    expect(bob.messages).to_contain_text("deleted user")
    bob.sees("remember me")


def test_a_deleted_account_takes_its_messages_along_if_its_owner_wants(arrive: Arrive) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    become_member(ada)
    ada.say("forget me")
    bob.sees("forget me")
    account(ada).get_by_role("button", name="Delete account").click()
    dialog = ada.page.get_by_role("dialog", name="Delete your account?")
    expect(dialog.get_by_role("radio", name="Stays")).to_be_checked()
    dialog.get_by_role("radio", name="Goes as well").check()
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Delete account").click()
    expect(ada.page.get_by_label("Your name")).to_be_visible()
    expect(bob.texts).to_have_text("This message was removed.")


def test_an_account_is_looked_after_by_keyboard_alone(arrive: Arrive) -> None:
    ada = arrive(None)
    keyboard = ada.page.keyboard
    expect(ada.page.get_by_label("Your name")).to_be_focused()
    keyboard.press("Tab")
    keyboard.press("Tab")
    keyboard.press("Tab")
    expect(ada.page.get_by_role("button", name="Create an account")).to_be_focused()
    keyboard.press("Enter")
    expect(ada.page.get_by_label("Your name")).to_be_focused()
    keyboard.type("ada")
    keyboard.press("Tab")
    keyboard.type(PASSWORD)
    keyboard.press("Enter")
    ada.is_connected()
    ada.own.focus()
    keyboard.press("Enter")
    expect(ada.page.get_by_role("menuitem", name="Your account")).to_be_focused()
    keyboard.press("Enter")
    dialog = ada.page.get_by_role("dialog", name="Your account")
    expect(dialog.get_by_label("Your name")).to_have_value("ada")
    dialog.get_by_label("Your name").focus()
    keyboard.press("Control+a")
    keyboard.type("countess")
    keyboard.press("Enter")
    expect(dialog.get_by_text("Your name is changed.")).to_be_visible()
    keyboard.press("Escape")
    expect(ada.own).to_be_focused()
    expect(ada.own).to_contain_text("countess")
