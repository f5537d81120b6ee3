"""A page that is watched: what runs in it, and what stands in it that could."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Arrive
from tests.browser.person import Person
from tests.serving import GustProcess

WATCH = """(() => {
  window.ran = [];
  window.pwn = () => { window.ran.push(new Error().stack); };
  window.alert = window.confirm = window.prompt = window.pwn;
  document.addEventListener('securitypolicyviolation', (event) => {
    window.ran.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
  });
})()"""
# What no text may become.
STRAYS = """() => {
  const no = ['iframe', 'object', 'embed', 'base', 'math', 'marquee', 'video', 'audio'];
  const bad = [...document.querySelectorAll('*')].filter((each) =>
    (each.localName === 'script' && !each.src.startsWith(`${location.origin}/static/`))
    || no.includes(each.localName)
    || (each.localName === 'meta' && each.httpEquiv)
    || each.getAttributeNames().some((name) => name.startsWith('on') || name === 'srcdoc')
    || (each.localName === 'img' && new URL(each.src).origin !== location.origin)
    || (each.localName === 'a' && !['http:', 'https:', 'mailto:'].includes(each.protocol)
        && each.hasAttribute('href'))
    || (each.localName === 'a' && !each.href.startsWith(location.origin)
        && each.protocol.startsWith('http') && !each.relList.contains('noopener')));
  return bad.map((each) => each.outerHTML.slice(0, 200));
}"""


@pytest.fixture(name="gust")
def lenient_gust(tmp_path) -> Iterator[GustProcess]:
    free = ("--message-rate=0", "--join-rate=0", "--room-rate=0", "--change-rate=0")
    with GustProcess(tmp_path / "data", *free) as process:
        yield process
        process.stop()
        assert not process.complaints


@pytest.fixture(name="ada")
def watched_ada(arrive: Arrive, gust: GustProcess) -> Iterator[Person]:
    """Ada, whose browser notices whatever runs, and whatever is asked of others."""
    person = arrive(None)
    asked: list[str] = []
    person.context.add_init_script(WATCH)
    person.context.on("request", lambda request: asked.append(request.url))
    person.page.on("dialog", lambda dialog: asked.append(dialog.message))
    person.open("/")
    person.name = "ada"
    person.enter("ada")
    person.expects_outage = True  # some of what they try is refused
    yield person
    assert nothing_ran(person)
    elsewhere = {urlsplit(url).netloc for url in asked} - {urlsplit(gust.url).netloc, ""}
    assert not elsewhere


def nothing_ran(person: Person) -> bool:
    """Look at what has run, and what stands in the document that could."""
    assert person.page.evaluate("window.ran") == []
    assert person.page.evaluate(STRAYS) == []
    return True


def call(person: Person, method: str, path: str, body: Any = None) -> int:
    """Make a request from somebody's own page; give the status."""
    status: int = person.page.evaluate(
        """([method, path, body]) => fetch(path, {
          method, headers: {'Content-Type': 'application/json'}, body,
        }).then(answer => answer.status)""",
        [method, path, None if body is None else json.dumps(body)],
    )
    return status


def promote(gust: GustProcess, name: str) -> None:
    """Make somebody an admin, in the database itself."""
    gust.stop()
    with sqlite3.connect(gust.data / "chat.db") as database:
        database.execute("UPDATE users SET role = 'admin' WHERE name = ?", (name,))
    database.close()
    gust.start()


def dialog(person: Person) -> Locator:
    return person.page.get_by_role("dialog")


def close(person: Person) -> None:
    person.page.keyboard.press("Escape")
    expect(dialog(person)).to_have_count(0)


def press_all(person: Person, what: str) -> None:
    """Touch everything of a kind with the mouse's events, without going where it leads."""
    person.page.evaluate(
        """what => {
          for (const each of document.querySelectorAll(what)) {
            for (const kind of ['pointerover', 'mouseover', 'focus', 'focusin', 'mouseenter'])
              each.dispatchEvent(new MouseEvent(kind, { bubbles: true }));
          }
        }""",
        what,
    )
