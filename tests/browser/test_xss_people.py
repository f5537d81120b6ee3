"""Texts that attack, on the screens about people: accounts, devices, invitations, moderation."""

from __future__ import annotations

import http.client
import json
import re

from playwright.sync_api import expect

from tests.browser.attacks import ATTACKS
from tests.browser.person import Person
from tests.browser.watching import (
    call,
    close,
    dialog,
    lenient_gust,  # noqa: F401 - a fixture
    nothing_ran,
    press_all,
    promote,
    watched_ada,  # noqa: F401 - a fixture
)
from tests.serving import GustProcess

NAMES = [text for text in ATTACKS if len(text) <= 32 and text.isprintable()]
PASSWORD = "correct horse"


def signed_in(gust: GustProcess, name: str, device: str) -> int:
    """Sign somebody in from a device that calls itself so; give the status."""
    connection = http.client.HTTPConnection("127.0.0.1", gust.port, timeout=10)
    body = json.dumps({"name": name, "password": PASSWORD})
    headers = {"Content-Type": "application/json", "User-Agent": device.encode().decode("latin-1")}
    connection.request("POST", "/api/session", body, headers)
    status = connection.getresponse().status
    connection.close()
    return status


def test_reasons_of_bans_and_what_was_done(ada: Person, gust: GustProcess) -> None:
    users = ada.page.evaluate(
        """names => Promise.all(names.map((name) => fetch('/api/session', {
          method: 'POST', credentials: 'omit', headers: {'Content-Type': 'application/json'},
          body: JSON.stringify({name}),
        }).then(answer => answer.json()))).then(all => all.map(each => each.user?.id))""",
        NAMES,
    )
    users = [user for user in users if user is not None]
    assert len(users) >= 25
    promote(gust, "ada")
    ada.is_connected()
    reasons = [text[:250] for text in ATTACKS if "\0" not in text]
    for user, reason in zip(users, reasons, strict=False):
        assert call(ada, "POST", f"/api/users/{user}/ban", {"reason": reason}) == 204
    ada.open("/")
    ada.is_connected()
    ada.own.click()
    ada.page.get_by_role("menuitem", name="Moderation").click()
    bans = dialog(ada).locator("[data-part=bans] .entry")
    expect(bans).to_have_count(50)
    dialog(ada).get_by_role("button", name="Show more").click()
    expect(bans).to_have_count(len(users))
    press_all(ada, "dialog *")
    assert nothing_ran(ada)
    dialog(ada).get_by_role("tab", name="What was done").click()
    expect(dialog(ada).locator("[data-part=actions] .entry").first).to_be_visible()
    press_all(ada, "dialog *")


def test_the_account_its_devices_and_names(ada: Person, gust: GustProcess) -> None:
    ada.own.click()
    ada.page.get_by_role("menuitem", name="Choose a password").click()
    name = "<svg onload=pwn()>"
    dialog(ada).get_by_label("Your name").fill(name)
    dialog(ada).get_by_label("Password").fill(PASSWORD)
    dialog(ada).get_by_role("button", name="Become a member").click()
    expect(dialog(ada)).to_have_count(0)
    ada.is_connected()
    devices = [text for text in ATTACKS if text.isprintable()][::7]
    assert {signed_in(gust, name, device) for device in devices[:9]} == {200}
    ada.own.click()
    ada.page.get_by_role("menuitem", name="Your account").click()
    expect(dialog(ada).locator("[data-part=devices] .entry")).to_have_count(10)
    expect(dialog(ada).get_by_label("Your name")).to_have_value(name)
    press_all(ada, "dialog *")
    assert nothing_ran(ada)
    for text in NAMES[::4]:
        dialog(ada).get_by_label("Your name").fill(text)
        dialog(ada).get_by_role("button", name="Save").click()
        expect(ada.own).to_contain_text(text.strip())
        assert nothing_ran(ada)
    dialog(ada).get_by_role("button", name="Delete account").click()
    press_all(ada, "dialog *")


def test_invitations_and_their_pages(ada: Person, gust: GustProcess) -> None:
    promote(gust, "ada")
    ada.is_connected()
    links = ada.page.evaluate(
        """async ([people, rooms]) => {
          const send = (method, path, body) => fetch(path, {
            method, headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body),
          }).then(answer => answer.json());
          const links = [];
          for (const name of rooms) {
            const room = await send('POST', '/api/rooms', {name, kind: 'closed'});
            if (room.id) links.push((await send('POST', '/api/invites', {room: room.id})).url);
          }
          await send('PATCH', '/api/account', {name: people});
          return links;
        }""",
        ["<img src onerror=pwn()>", [text for text in ATTACKS if len(text) <= 64]],
    )
    assert len(links) >= 50
    for link in links[::7]:
        ada.open(link)
        expect(ada.page.get_by_role("button", name=re.compile("^Accept as"))).to_be_visible()
        press_all(ada, "main *")
        assert nothing_ran(ada)
    ada.open("/")
    ada.is_connected()
    ada.own.click()
    ada.page.get_by_role("menuitem", name="Invite people").click()
    # And the one that the first start made.
    expect(dialog(ada).locator(".entry")).to_have_count(len(links) + 1)
    press_all(ada, "dialog *")
    close(ada)
    ada.context.clear_cookies()  # a stranger is told who invites, and whereto
    for link in links[::7]:
        ada.open(link)
        expect(ada.page.get_by_role("heading", name="invites you to")).to_be_visible()
        press_all(ada, "main *")
        assert nothing_ran(ada)
