"""Pages from elsewhere, in a real browser, against somebody who is signed in.

*Elsewhere* is a server of the attacker's own. To the browser, ``evil.example`` is another site
than Gust; another port of the same address is another origin of the *same* site, to which
SameSite cookies are sent: there only the checks of the origin are left.
"""

from __future__ import annotations

import asyncio
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application, RequestHandler

from tests.browser.conftest import arrivals, served
from tests.browser.person import Person
from tests.serving import GustProcess

SITES = ["evil.example", "127.0.0.1"]  # another site; the same site, another origin


class Lure(RequestHandler):
    """A page without any policy of its own: what is refused, Gust refuses."""

    def get(self) -> None:
        self.finish("<!doctype html><title>Kittens</title><p>Click here</p>")


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[int]:
    """Serve the attacker's page; gives the port."""
    sockets, port = bind_unused_port()
    started = threading.Event()
    ending: list[Any] = []

    async def serve() -> None:
        server = HTTPServer(Application([(r"/.*", Lure)]))
        server.add_sockets([sockets])
        stop = asyncio.Event()
        ending.extend([asyncio.get_running_loop(), stop])
        started.set()
        await stop.wait()
        server.stop()
        await server.close_all_connections()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    started.wait(10)
    yield port
    loop, stop = ending
    loop.call_soon_threadsafe(stop.set)
    thread.join(10)


@pytest.fixture(scope="module")
def gust(spare: Callable[[], GustProcess]) -> Iterator[GustProcess]:
    """Serve all attacks: none may leave anything behind."""
    with served(spare) as process:
        yield process


@pytest.fixture(scope="module")
def ada(chromium: Browser, gust: GustProcess) -> Iterator[Person]:
    with arrivals(chromium, gust) as arrive:
        person = arrive("ada")
        person.say("hello")
        person.has_sent_all()
        yield person


@pytest.fixture(params=SITES)
def lure(request: pytest.FixtureRequest, ada: Person, elsewhere: int) -> Iterator[Page]:
    """Open the attacker's page in ada's browser, beside hers."""
    page = ada.context.new_page()
    page.goto(f"http://{request.param}:{elsewhere}/")
    yield page
    page.close()


def asked(page: Page, path: str) -> Any:
    """Ask Gust from its own page."""
    return page.evaluate("path => fetch(path).then(answer => answer.json())", path)


def everything(ada: Person) -> Any:
    """Read all that an attack could have changed."""
    paths = ("/api/me", "/api/rooms", "/api/rooms/1/messages", "/api/rooms/1/members")
    return json.dumps([asked(ada.page, path) for path in paths])


CHANGES = [
    ("POST", "/api/session", {"name": "eve"}),
    ("DELETE", "/api/session", None),
    ("DELETE", "/api/session?all=1", None),
    ("PATCH", "/api/account", {"name": "pwned"}),
    ("POST", "/api/account", {"name": "pwned", "password": "chosen by eve"}),
    ("DELETE", "/api/account", {"messages": "remove"}),
    ("POST", "/api/rooms", {"name": "trap"}),
    ("PATCH", "/api/rooms/1", {"topic": "pwned"}),
    ("POST", "/api/rooms/direct", {"users": [2]}),
    ("DELETE", "/api/messages/1", None),
    ("PUT", "/api/filters", {"rules": []}),
    ("POST", "/api/users/2/ban", {}),
    ("PUT", "/api/users/2/role", {"role": "admin"}),
    ("POST", "/api/invites", {}),
]


def test_no_request_from_elsewhere_changes_anything(ada: Person, lure: Page, gust) -> None:
    before = everything(ada)
    for method, path, body in CHANGES:
        for mode in ("cors", "no-cors"):
            for kind in ("application/json", "text/plain"):
                outcome = lure.evaluate(
                    """([url, method, mode, kind, body]) => fetch(url, {
                      method, mode, credentials: 'include', headers: {'Content-Type': kind}, body,
                    }).then(answer => `answered: ${answer.status}`, error => `failed: ${error}`)""",
                    [gust.url + path, method, mode, kind, json.dumps(body) if body else None],
                )
                # Not even the refusal may be read.
                assert outcome.startswith("failed:"), (method, path, outcome)
    assert everything(ada) == before


def test_the_same_request_from_the_page_itself_is_taken(ada: Person) -> None:
    for name in ("ada l", "ada"):
        status = ada.page.evaluate(
            """name => fetch('/api/account', {
              method: 'PATCH', headers: {'Content-Type': 'application/json'},
              body: JSON.stringify({name}),
            }).then(answer => answer.status)""",
            name,
        )
        assert status == 200
        assert asked(ada.page, "/api/me")["user"]["name"] == name


@pytest.mark.parametrize("enctype", ["text/plain", "application/x-www-form-urlencoded"])
def test_no_form_from_elsewhere_changes_anything(ada: Person, lure: Page, gust, enctype) -> None:
    before = everything(ada)
    for method, path, body in CHANGES:
        if method != "POST":
            continue
        with lure.expect_response(gust.url + path) as answered:
            lure.evaluate(
                """([url, enctype, text]) => {
                  document.body.innerHTML = '<form method=post><input><iframe name=there></iframe>';
                  const form = document.forms[0];
                  form.action = url;
                  form.enctype = enctype;
                  form.target = 'there';
                  // {"name":"eve","=":""}: what a text/plain form can make of JSON
                  form.elements[0].name = text.slice(0, -1) + ',"';
                  form.elements[0].value = '":""}';
                  form.submit();
                }""",
                [gust.url + path, enctype, json.dumps(body)],
            )
        assert answered.value.status == 403, path
    assert everything(ada) == before


def test_a_form_that_takes_the_whole_window_changes_nothing(ada: Person, lure: Page, gust) -> None:
    before = everything(ada)
    with lure.expect_navigation():
        lure.evaluate(
            """url => {
              document.body.innerHTML = '<form method=post enctype=text/plain><input>';
              const form = document.forms[0];
              form.action = url;
              form.elements[0].name = '{"name":"pwned","';
              form.elements[0].value = '":""}';
              form.submit();
            }""",
            f"{gust.url}/api/session",
        )
    assert everything(ada) == before


@pytest.mark.parametrize("query", ["", "?name=ada", "?name=eve", "?resume=1:0"])
def test_no_socket_opens_from_elsewhere(ada: Person, lure: Page, gust, query) -> None:
    opened = """url => new Promise(resolve => {
      const socket = new WebSocket(url);
      socket.onopen = () => resolve('open');
      socket.onerror = () => resolve('refused');
    })"""
    address = gust.url.replace("http", "ws") + "/chatsocket" + query
    assert lure.evaluate(opened, address) == "refused"
    if "name" not in query:
        assert ada.page.evaluate(opened, address) == "open"


def test_nothing_can_be_read_from_elsewhere(lure: Page, gust) -> None:
    for path in ("/", "/api/me", "/api/rooms/1/messages", "/static/x/js/main.js", "/healthz"):
        for tag, source in (
            ("script", "src"),
            ("img", "src"),
            ("link", "href"),
            ("object", "data"),
        ):
            outcome = lure.evaluate(
                """([tag, source, url]) => new Promise(resolve => {
                  const element = document.createElement(tag);
                  element.rel = 'stylesheet';
                  element.onload = () => resolve('loaded');
                  element.onerror = () => resolve('refused');
                  element[source] = url;
                  document.body.append(element);
                })""",
                [tag, source, gust.url + path],
            )
            assert outcome == "refused", (tag, path)


def test_the_page_can_not_be_framed(lure: Page, gust) -> None:
    for path in ("/", "/rooms/1", "/nowhere"):
        refused = lure.expect_console_message(lambda said: "frame-ancestors 'none'" in said.text)
        with refused as told:
            lure.evaluate(
                """url => {
                  const frame = document.createElement('iframe');
                  frame.src = url;
                  document.body.replaceChildren(frame);
                }""",
                gust.url + path,
            )
        assert told.value.type == "error", path


def test_a_window_that_was_opened_from_elsewhere_is_out_of_reach(lure: Page, gust) -> None:
    with lure.context.expect_page() as opening:
        lure.evaluate("url => { window.prey = window.open(url); }", f"{gust.url}/")
    page = opening.value
    expect(page.get_by_role("log")).to_be_visible()
    assert page.evaluate("window.opener") is None
    assert lure.evaluate("window.prey.closed") is True  # severed: it can neither look nor steer
    lure.evaluate("window.prey.location = 'about:blank'")
    expect(page.get_by_role("log")).to_be_visible()
    page.close()


def test_another_name_for_our_address_is_refused(ada: Person, gust: GustProcess) -> None:
    """The page of ``evil.example``, whose name points at Gust by now (DNS rebinding)."""
    page = ada.context.new_page()
    rebound = f"http://evil.example:{gust.port}"
    answer = page.goto(f"{rebound}/")
    assert answer is not None
    assert answer.status == 421
    expect(page.get_by_text("--hosts=evil.example")).to_be_visible()
    for path in ("/api/me", "/api/rooms/1/messages", "/healthz"):
        status = page.evaluate("path => fetch(path).then(answer => answer.status)", path)
        assert status == 421, path
    opened = page.evaluate(
        """url => new Promise(resolve => {
          const socket = new WebSocket(url);
          socket.onopen = () => resolve('open');
          socket.onerror = () => resolve('refused');
        })""",
        f"ws://evil.example:{gust.port}/chatsocket?name=eve",
    )
    assert opened == "refused"
    assert not page.context.cookies(rebound)
    page.close()


def test_a_planted_cookie_makes_nobody_of_anybody(ada: Person, gust: GustProcess) -> None:
    """A neighbour on another port of this host can set its cookies."""
    request = urllib.request.Request(f"{gust.url}/api/me", headers={"Cookie": "gust=planted"})
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(request)
    real = next(cookie for cookie in ada.context.cookies() if cookie["name"] == "gust")
    assert real["httpOnly"]
    assert real["sameSite"] == "Lax"
    assert ada.page.evaluate("document.cookie") == ""
