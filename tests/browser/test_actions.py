"""What one can do with a message: by mouse, by keyboard, by thumb."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser.conftest import Arrive
from tests.browser.person import Person, said
from tests.browser.test_closed_rooms import bring_in, make_closed
from tests.browser.test_rooms import is_in
from tests.serving import GustProcess

ACTIONS = "What to do with this message"
LONG_PRESS = """article => {
  const { x, y } = article.querySelector('.text').getBoundingClientRect();
  const event = (kind) => article.dispatchEvent(new PointerEvent(kind,
    { bubbles: true, pointerType: 'touch', clientX: x + 4, clientY: y + 4 }));
  event('pointerover');
  event('pointerdown');
}"""


def offer(person: Person, message: Locator) -> None:
    message.hover()
    message.get_by_role("button", name=ACTIONS).click()
    expect(menu_items(person).first).to_be_focused()


def menu_items(person: Person) -> Locator:
    """Find what the menu offers below the row of emoji."""
    return person.page.get_by_role("menu").locator("> [role=menuitem]")


def offered(person: Person) -> list[str]:
    expect(menu_items(person).first).to_be_focused()
    return menu_items(person).all_inner_texts()


def test_they_appear_beside_the_message_under_the_mouse(arrive: Arrive, gust: GustProcess) -> None:
    said(gust, "bob", ["one", "two"])
    ada = arrive("ada")
    ada.messages.nth(0).hover()
    expect(ada.messages.nth(0).get_by_role("button", name=ACTIONS)).to_be_visible()
    ada.messages.nth(1).hover()
    expect(ada.messages.nth(1).get_by_role("button", name=ACTIONS)).to_be_visible()
    expect(ada.page.get_by_role("button", name=ACTIONS)).to_have_count(1)
    ada.composer.hover()
    expect(ada.page.get_by_role("button", name=ACTIONS)).to_have_count(0)


def test_the_arrows_walk_from_message_to_message(arrive: Arrive, gust: GustProcess) -> None:
    said(gust, "bob", ["one", "two"])
    ada = arrive("ada")
    ada.sees("two")
    ada.messages.nth(1).hover()
    expect(ada.page.get_by_role("button", name=ACTIONS)).to_be_visible()
    ada.timeline.focus()
    keyboard = ada.page.keyboard
    keyboard.press("ArrowUp")
    expect(ada.messages.nth(1)).to_be_focused()
    keyboard.press("ArrowUp")
    expect(ada.messages.nth(0)).to_be_focused()
    keyboard.press("Enter")
    assert "Copy text" in offered(ada)
    keyboard.press("Escape")
    expect(ada.messages.nth(0)).to_be_focused()
    for tool in ("React with 👍", "React with ❤️", "React with 😂", "React", "Reply", ACTIONS):
        keyboard.press("Tab")
        expect(ada.page.get_by_role("button", name=tool, exact=True)).to_be_focused()


def test_the_text_is_copied(arrive: Arrive, gust: GustProcess) -> None:
    said(gust, "bob", ["take this"])
    ada = arrive("ada", permissions=["clipboard-read", "clipboard-write"])
    ada.messages.hover()
    ada.page.get_by_role("button", name=ACTIONS).click()
    ada.page.get_by_role("menuitem", name="Copy text").click()
    expect(ada.page.locator("#notice")).to_have_text("Copied.")
    assert ada.page.evaluate("navigator.clipboard.readText()") == "take this"


def test_a_long_press_opens_the_menu_on_a_phone(arrive: Arrive, gust: GustProcess) -> None:
    said(gust, "bob", ["press me"])
    ada = arrive("ada", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    ada.sees("press me")
    ada.messages.tap()  # loads what follows
    expect(ada.page.get_by_role("menu")).to_have_count(0)
    ada.messages.evaluate(LONG_PRESS)
    assert "Copy text" in offered(ada)
    ada.messages.locator(".author").evaluate("author => author.click()")  # letting go
    expect(ada.page.get_by_role("dialog")).to_have_count(0)
    ada.page.locator("h1").tap()
    expect(ada.page.get_by_role("menu")).to_have_count(0)


def test_a_message_is_removed_for_everyone_by_its_author(arrive: Arrive) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    ada.say("keep", "regret")
    bob.sees("regret")
    offer(bob, bob.messages.nth(1))
    assert "Remove" not in offered(bob)
    bob.page.keyboard.press("Escape")
    offer(ada, ada.messages.nth(1))
    ada.page.get_by_role("menuitem", name="Remove").click()
    dialog = ada.page.get_by_role("dialog")
    expect(dialog).to_contain_text("regret")
    dialog.get_by_role("button", name="Remove").click()
    for person in (ada, bob):
        expect(person.texts).to_have_text(["keep", "This message was removed."])
    bob.page.reload()
    expect(bob.texts).to_have_text(["keep", "This message was removed."])
    bob.messages.nth(1).hover()
    expect(bob.page.get_by_role("button", name=ACTIONS)).to_be_hidden()


def test_who_looks_after_a_room_removes_what_others_wrote_there(arrive: Arrive) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    make_closed(ada, "den")
    bring_in(ada, "bob")
    bob.room("den").click()
    is_in(bob, "den")
    bob.say("not here, please")
    ada.sees("not here, please")
    ada.timeline.focus()
    keyboard = ada.page.keyboard
    ada.messages.hover()
    expect(ada.page.get_by_role("button", name=ACTIONS)).to_be_visible()
    keyboard.press("ArrowUp")
    expect(ada.messages).to_be_focused()
    keyboard.press("Enter")
    assert offered(ada)[-1] == "Remove"
    keyboard.press("End")
    keyboard.press("Enter")
    expect(ada.page.get_by_role("dialog")).to_be_visible()
    expect(ada.page.get_by_role("button", name="Cancel")).to_be_focused()
    keyboard.press("Tab")
    keyboard.press("Enter")
    expect(bob.texts).to_have_text("This message was removed.")
    expect(ada.messages).to_be_focused()
