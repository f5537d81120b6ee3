"""Messages are edited, replied to, reacted to, and linked to."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.person import Person, said
from tests.serving import GustProcess


def tool(person: Person, message: int, name: str) -> None:
    """Press what is offered on hover."""
    person.messages.nth(message).hover()
    person.timeline.get_by_role("button", name=name, exact=True).click()


def test_an_edit_is_told_to_everybody_and_marked(arrive: Arrive) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    ada.say("Is anybody heer?")
    bob.sees("Is anybody heer?")
    ada.has_sent_all()
    ada.composer.press("ArrowUp")
    expect(ada.composer).to_have_value("Is anybody heer?")
    ada.composer.fill("Is anybody here?")
    ada.composer.press("Enter")
    expect(bob.texts).to_have_text("Is anybody here? (edited)")
    expect(ada.texts).to_have_text("Is anybody here? (edited)")
    expect(ada.composer).to_have_value("")


def test_escape_leaves_the_edit_and_brings_the_draft_back(arrive: Arrive) -> None:
    ada = arrive("ada")
    ada.say("first")
    ada.has_sent_all()
    ada.composer.fill("a draft")
    tool(ada, 0, "What to do with this message")
    ada.page.get_by_role("menuitem", name="Edit").click()
    expect(ada.composer).to_have_value("first")
    ada.composer.press("Escape")
    expect(ada.composer).to_have_value("a draft")
    ada.sees("first")


def test_an_edit_that_is_refused_is_not_lost(arrive: Arrive, gust: GustProcess) -> None:
    ada = arrive("ada")
    ada.say("first")
    ada.has_sent_all()
    ada.composer.press("ArrowUp")
    ada.composer.fill("second\0")
    ada.composer.press("Enter")
    expect(ada.page.get_by_text("can't contain the character")).to_be_visible()
    expect(ada.composer).to_have_value("second\0")
    ada.sees("first")


def test_nobody_is_offered_to_edit_what_others_said(arrive: Arrive, gust: GustProcess) -> None:
    said(gust, "bob", ["mine"])
    ada = arrive("ada")
    ada.composer.press("ArrowUp")
    expect(ada.composer).to_have_value("")
    tool(ada, 0, "What to do with this message")
    expect(ada.page.get_by_role("menuitem", name="Reply")).to_be_visible()
    expect(ada.page.get_by_role("menuitem", name="Edit")).to_have_count(0)


def test_a_reply_quotes_its_original_as_it_is_now_and_leads_to_it(arrive: Arrive) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    ada.say("The ladder is gone")
    bob.sees("The ladder is gone")
    tool(bob, 0, "Reply")
    expect(bob.composer).to_be_focused()
    bob.say("Behind the boiler")
    quote = ada.messages.nth(1).get_by_role("link")
    expect(quote).to_contain_text("ada")
    expect(quote).to_contain_text("The ladder is gone")
    ada.composer.press("ArrowUp")
    ada.composer.fill("The long ladder is gone")
    ada.composer.press("Enter")
    expect(bob.messages.nth(1).get_by_role("link")).to_contain_text("The long ladder is gone")
    bob.messages.nth(1).get_by_role("link").click()
    expect(bob.messages.nth(0)).to_be_focused()


def test_reactions_are_counted_and_tell_whose_they_are(arrive: Arrive) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    ada.say("It works")
    bob.sees("It works")
    tool(bob, 0, "React")
    bob.page.get_by_role("textbox", name="Find an emoji").fill("tada")
    bob.page.keyboard.press("Enter")
    chip = ada.messages.locator(".reaction")
    expect(chip).to_have_text("🎉1")
    expect(chip).to_have_attribute("aria-pressed", "false")
    chip.click()
    expect(chip).to_have_attribute("aria-pressed", "true")
    other = bob.messages.locator(".reaction")
    expect(other).to_have_text("🎉2")
    other.hover()
    expect(
        bob.messages.get_by_role("button", name=re.compile("You.* and .*ada.* reacted"))
    ).to_be_visible()
    other.click()
    expect(chip).to_have_text("🎉1")


def test_all_of_it_by_keyboard(arrive: Arrive, gust: GustProcess) -> None:
    said(gust, "bob", ["one", "two"])
    ada = arrive("ada")
    ada.sees("two")
    keyboard = ada.page.keyboard
    # What can be done with messages is loaded when one first points at them.
    ada.messages.nth(1).hover()
    expect(ada.timeline.get_by_role("button", name="Reply")).to_be_visible()
    ada.timeline.focus()
    keyboard.press("ArrowUp")
    expect(ada.messages.nth(1)).to_be_focused()
    keyboard.press("Enter")
    expect(ada.page.get_by_role("menuitem", name="Reply")).to_be_focused()
    keyboard.press("Enter")
    keyboard.type("three")
    keyboard.press("Enter")
    expect(ada.messages.nth(2).get_by_role("link")).to_contain_text("two")
    ada.has_sent_all()
    ada.timeline.focus()
    for _ in range(2):
        keyboard.press("ArrowUp")
    keyboard.press("Enter")
    keyboard.press("ArrowDown")
    keyboard.press("Enter")
    expect(ada.page.get_by_role("textbox", name="Find an emoji")).to_be_focused()
    keyboard.press("ArrowDown")
    keyboard.press("ArrowRight")
    keyboard.press("Enter")
    expect(ada.messages.nth(1).locator(".reaction")).to_have_text("❤️1")


def test_a_link_to_an_old_message_opens_its_place_and_the_present_is_one_press_away(
    arrive: Arrive, gust: GustProcess
) -> None:
    said(gust, "bob", [f"number {n}" for n in range(1, 701)])
    ada = arrive("ada")
    ada.sees("number 700")
    ada.page.goto("/messages/100")
    expect(ada.messages.get_by_text("number 100", exact=True)).to_be_in_viewport()
    met = ada.timeline.evaluate(
        """async log => {
          const seen = [];
          const pause = () => new Promise(resolve => setTimeout(resolve, 15));
          const last = () => [...log.querySelectorAll('.text')].at(-1).textContent;
          for (let step = 0; step < 600 && !seen.includes('number 700'); step++) {
            for (const text of log.querySelectorAll('.text'))
              if (!seen.includes(text.textContent)) seen.push(text.textContent);
            log.scrollTop += 600;
            await pause();
          }
          return seen.map(text => Number(text.slice(7))).sort((a, b) => a - b);
        }"""
    )
    assert met == list(range(met[0], 701)), met
    ada.page.goto("/messages/100")
    expect(ada.messages.get_by_text("number 100", exact=True)).to_be_in_viewport()
    ada.pill.click()
    expect(ada.messages.get_by_text("number 700", exact=True)).to_be_in_viewport()


def test_a_link_to_no_message_says_so(arrive: Arrive) -> None:
    ada = arrive("ada")
    ada.expects_outage = True  # the refusal's status is told in the console
    ada.page.goto("/messages/999")
    expect(ada.page.get_by_role("heading", name="There is no such message")).to_be_visible()


def test_newer_messages_that_could_not_be_loaded_are_offered_again_below(
    arrive: Arrive, gust: GustProcess
) -> None:
    said(gust, "bob", [f"number {n}" for n in range(1, 701)])
    ada = arrive("ada")
    ada.expects_outage = True
    ada.sees("number 700")
    newer = re.compile("after=")
    ada.page.route(newer, lambda route: route.abort())
    ada.page.goto("/messages/300")
    expect(ada.messages.get_by_text("number 300", exact=True)).to_be_in_viewport()
    failed = ada.timeline.get_by_text("Newer messages could not be loaded.")
    for _ in range(3):
        ada.timeline.evaluate("log => log.scrollTo(0, log.scrollHeight)")
    expect(failed).to_be_visible()
    asked: list[str] = []
    ada.page.on("request", lambda request: asked.append(request.url))
    ada.page.unroute(newer)
    ada.timeline.get_by_role("button", name="Try again").click()
    expect(failed).to_be_hidden()
    ada.sees("number 400")
    assert any("after=" in url for url in asked)
    assert not any("before=" in url for url in asked)


def test_what_is_often_used_is_at_hand_beside_a_message(arrive: Arrive, gust: GustProcess) -> None:
    said(gust, "bob", ["It works"])
    ada = arrive("ada")
    ada.messages.hover()
    thumb = ada.messages.get_by_role("button", name="React with 👍")
    expect(thumb).to_have_attribute("aria-pressed", "false")
    thumb.click()
    expect(ada.messages.locator(".reaction")).to_have_text("👍1")
    expect(thumb).to_have_attribute("aria-pressed", "true")
    thumb.click()
    expect(ada.messages.locator(".reaction")).to_have_count(0)


def test_what_is_often_used_is_reached_by_keyboard(arrive: Arrive, gust: GustProcess) -> None:
    said(gust, "bob", ["It works"])
    ada = arrive("ada")
    ada.sees("It works")
    keyboard = ada.page.keyboard
    ada.messages.hover()
    expect(ada.messages.get_by_role("button", name="React with").first).to_be_visible()
    ada.timeline.focus()
    keyboard.press("ArrowUp")
    keyboard.press("Tab")
    expect(ada.messages.get_by_role("button", name="React with").first).to_be_focused()
    keyboard.press("Escape")
    expect(ada.messages).to_be_focused()
    keyboard.press("Enter")
    expect(ada.page.get_by_role("menuitem", name="Reply")).to_be_focused()
    keyboard.press("ArrowUp")
    keyboard.press("ArrowRight")
    heart = ada.page.get_by_role("menuitem", name="React with ❤️")
    expect(heart).to_be_focused()
    keyboard.press("Enter")
    expect(ada.messages.locator(".reaction")).to_have_text("❤️1")
    expect(ada.messages).to_be_focused()
