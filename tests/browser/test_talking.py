"""People talk."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.person import said
from tests.serving import GustProcess


def test_two_people_talk(arrive: Arrive) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    ada.say("Is anyone here?")
    bob.sees("Is anyone here?")
    bob.say("I am.")
    ada.sees("Is anyone here?", "I am.")
    ada.has_sent_all()
    expect(ada.texts).to_have_text(["Is anyone here?", "I am."])


def test_a_newcomer_sees_what_was_said_before(arrive: Arrive, gust: GustProcess) -> None:
    said(gust, "bob", ["first", "second"])
    ada = arrive("ada")
    expect(ada.texts).to_have_text(["first", "second"])
    expect(ada.timeline.get_by_role("heading", name="Today")).to_be_visible()


def test_messages_of_one_person_stand_together_under_one_name(
    arrive: Arrive, gust: GustProcess
) -> None:
    said(gust, "bob", ["one", "two"])
    said(gust, "carol", ["three"])
    ada = arrive("ada")
    expect(ada.messages.nth(1)).to_have_class(re.compile("continued"))
    expect(ada.messages.nth(2)).not_to_have_class(re.compile("continued"))
    expect(ada.messages.nth(0)).to_contain_text("bob")
    expect(ada.messages.nth(2)).to_contain_text("carol")


def test_the_full_date_is_told_on_hover(arrive: Arrive) -> None:
    ada = arrive("ada")
    ada.say("now")
    title = ada.messages.locator("time").get_attribute("title")
    assert title is not None
    assert re.fullmatch(r"\w+,? \d+ \w+ \d{4}, \d\d:\d\d", title), title


def test_markup_stays_text_in_messages_names_and_rooms(arrive: Arrive) -> None:
    evil = "<img src=x onerror=boom()>"
    ada = arrive(evil[:32])
    bob = arrive("bob")
    ada.say(evil, "<script>boom()</script>", "javascript:boom()")
    bob.sees(evil, "<script>boom()</script>", "javascript:boom()")
    ada.page.get_by_role("button", name="Make a room").click()
    dialog = ada.page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("<b onclick=boom()>den</b>")
    dialog.get_by_label("Topic").fill(evil)
    dialog.get_by_role("button", name="Make room").click()
    expect(ada.page.get_by_role("heading", level=1)).to_have_text("<b onclick=boom()>den</b>")
    assert bob.page.locator("img, .text script, .text a").count() == 0
    assert ada.page.locator("img, h1 b").count() == 0


def test_addresses_become_links_without_what_ends_the_sentence(arrive: Arrive) -> None:
    ada = arrive("ada")
    ada.say("See (https://example.org/a_(b)?c=d#e), or http://example.org/x.")
    links = ada.texts.get_by_role("link")
    expect(links).to_have_text(["https://example.org/a_(b)?c=d#e", "http://example.org/x"])
    expect(links.first).to_have_attribute("rel", "noopener noreferrer nofollow")
    expect(links.first).to_have_attribute("target", "_blank")


def test_a_message_keeps_its_lines(arrive: Arrive) -> None:
    ada = arrive("ada")
    ada.composer.press_sequentially("one")
    ada.composer.press("Shift+Enter")
    ada.composer.press_sequentially("two")
    ada.composer.press("Enter")
    expect(ada.texts).to_have_js_property("innerText", "one\ntwo")
    ada.has_sent_all()
    expect(ada.texts).to_have_js_property("innerText", "one\ntwo")


def test_enter_while_an_input_method_composes_chooses_a_word_and_sends_nothing(
    arrive: Arrive,
) -> None:
    ada = arrive("ada")
    ada.composer.fill("にほん")
    ada.composer.evaluate(
        """field => field.dispatchEvent(new KeyboardEvent('keydown',
             { key: 'Enter', isComposing: true, bubbles: true, cancelable: true }))"""
    )
    expect(ada.composer).to_have_value("にほん")
    expect(ada.messages).to_have_count(0)


def test_a_message_over_the_limit_is_not_sent_and_says_by_how_much(arrive: Arrive) -> None:
    ada = arrive("ada")
    ada.composer.fill("x" * 4003)
    expect(ada.page.get_by_text("3 characters too long")).to_be_visible()
    ada.composer.press("Enter")
    expect(ada.composer).to_have_value("x" * 4003)
    ada.composer.fill("y" * 4000)
    ada.composer.press("Enter")
    ada.sees("y" * 4000)
    ada.has_sent_all()


def test_comings_and_goings_are_told_in_one_line(arrive: Arrive) -> None:
    ada = arrive("ada")
    ada.say("hello")
    bob = arrive("bob")
    arrive("carol")
    expect(ada.timeline.locator(".note")).to_have_text(re.compile("bob.* and .*carol.* joined"))
    expect(ada.page.get_by_role("complementary")).to_contain_text("carol")
    bob.sign_out()
    expect(ada.timeline.locator(".note")).to_have_text(re.compile("carol.* joined · .*bob.* left"))
    expect(ada.page.get_by_role("complementary")).not_to_contain_text("bob")


def test_a_new_name_is_shown_wherever_the_old_one_was(arrive: Arrive) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    ada.say("it is me")
    bob.sees("it is me")
    ada.own.click()
    ada.page.get_by_role("menuitem", name="Change name").click()
    dialog = ada.page.get_by_role("dialog")
    ada.expects_outage = True  # the refusal's status is told in the console
    dialog.get_by_label("Your name").fill("bob")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("bob")
    dialog.get_by_label("Your name").fill("countess")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    expect(bob.messages).to_contain_text("countess")
    expect(bob.page.get_by_role("complementary")).to_contain_text("countess")
    expect(ada.messages).to_contain_text("countess")
    expect(ada.own).to_be_visible()


def test_a_name_that_somebody_has_is_refused_at_the_field(arrive: Arrive) -> None:
    arrive("ada")
    other = arrive(None)
    other.expects_outage = True  # the refusal's status is told in the console
    other.page.get_by_label("Your name").fill("Ada")
    other.page.keyboard.press("Enter")
    expect(other.page.get_by_role("alert")).not_to_be_empty()
    expect(other.page.get_by_label("Your name")).to_be_focused()
    other.enter("adam")


def test_markdown_is_shown_and_code_is_copied(arrive: Arrive) -> None:
    ada = arrive("ada", permissions=["clipboard-read", "clipboard-write"])
    bob = arrive("bob")
    ada.composer.fill("**bold** and `code`\n\n- one\n- two\n\n```\nlet x = 1;\n```")
    ada.composer.press("Enter")
    expect(bob.texts.locator("strong")).to_have_text("bold")
    expect(bob.texts.get_by_role("listitem")).to_have_text(["one", "two"])
    expect(ada.texts.locator("pre")).to_have_text("let x = 1;\n")
    ada.texts.locator("pre").hover()
    ada.page.get_by_role("button", name="Copy code").click()
    expect(ada.page.locator("#notice")).to_have_text("Copied.")
    assert ada.page.evaluate("navigator.clipboard.readText()") == "let x = 1;\n"


def test_names_and_emoji_are_completed_by_keyboard(arrive: Arrive) -> None:
    ada, bob = arrive("ada"), arrive("bob lee")
    keyboard = ada.page.keyboard
    expect(ada.composer).to_be_focused()
    keyboard.type("ask @bo")
    expect(ada.page.get_by_role("option")).to_contain_text(["bob lee"])
    keyboard.press("Enter")
    keyboard.type(":tad")
    expect(ada.page.get_by_role("option").first).to_contain_text(":tada:")
    keyboard.press("Tab")
    expect(ada.composer).to_have_value('ask @"bob lee" 🎉 ')
    keyboard.type("@b")
    expect(ada.page.get_by_role("option").first).to_be_visible()
    keyboard.press("Escape")
    expect(ada.page.get_by_role("option")).to_have_count(0)
    keyboard.press("Enter")
    expect(bob.texts.locator(".mention.me")).to_have_text("@bob lee")
    expect(ada.texts.locator(".mention.me")).to_have_count(0)
