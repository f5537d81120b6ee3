"""Somebody at the page: what they do, and what they see."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from re import Pattern
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, expect
from sqlalchemy import create_engine

from models.store import invites
from tests.serving import GustProcess
from tests.talking import Client

# What a browser says by itself of a server that is away; nothing that a page could prevent.
NETWORK = ("Failed to load resource", "WebSocket connection to")


class Person:
    """One browser, one page.

    :ivar complaints: what the browser complained of
    :ivar expects_outage: the network's complaints are part of the test
    """

    def __init__(self, context: BrowserContext, name: str | None) -> None:
        self.context = context
        self.name = name
        self.complaints: list[str] = []
        self.expects_outage = False
        self.page = context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{error}\n{error.stack}"))

    def open(self, path: str) -> None:
        self.page.goto(path)

    def enter(self, name: str) -> None:
        """Give a name and come in."""
        self.page.get_by_label("Your name").fill(name)
        self.page.get_by_role("button", name="Come in").click()
        self.is_connected()

    def sign_out(self) -> None:
        assert self.name is not None
        self.own.click()
        self.page.get_by_role("menuitem", name="Sign out").click()
        self.page.get_by_role("dialog").get_by_role("button", name="Sign out").click()
        expect(self.page.get_by_label("Your name")).to_be_visible()

    def say(self, *texts: str) -> None:
        """Write messages, each sent with Enter."""
        for text in texts:
            self.composer.fill(text)
            self.composer.press("Enter")

    def sees(self, *texts: str) -> None:
        """Expect these messages to be shown, each exactly once."""
        for text in texts:
            expect(self.texts.get_by_text(text, exact=True)).to_have_count(1)

    def is_connected(self) -> None:
        expect(self.state).to_have_text("Connected")

    def has_kept(self, count: int) -> None:
        """Expect so many unsent messages in the browser's own database."""
        self.page.wait_for_function(
            """count => new Promise(resolve => {
              const opening = indexedDB.open('gust');
              opening.onsuccess = () => {
                const counting = opening.result.transaction('outbox').objectStore('outbox').count();
                counting.onsuccess = () => resolve(counting.result === count);
              };
            })""",
            arg=count,
        )

    def has_sent_all(self) -> None:
        expect(self.timeline.locator("[data-state=pending]")).to_have_count(0)

    @property
    def own(self) -> Locator:
        """The entry with one's own name, which opens one's menu."""
        return self.page.locator(".self")

    @property
    def composer(self) -> Locator:
        return self.page.get_by_role("textbox", name="Message ")

    @property
    def timeline(self) -> Locator:
        return self.page.get_by_role("log")

    @property
    def messages(self) -> Locator:
        return self.timeline.get_by_role("article")

    @property
    def texts(self) -> Locator:
        return self.messages.locator(".text")

    @property
    def state(self) -> Locator:
        """The state of the connection, in a word."""
        return self.page.locator("[data-part=state]")

    @property
    def pill(self) -> Locator:
        return self.page.locator(".pill")

    def room(self, name: str) -> Locator:
        """The room's line in the list at the left."""
        return self.page.get_by_role("navigation", name="Rooms").get_by_role("link", name=name)

    def card_of(self, name: str) -> Locator:
        """Open somebody's card from the list of people."""
        people = self.page.get_by_role("complementary")
        people.get_by_role("button", name=name).click()
        return self.page.get_by_role("dialog", name=name)

    def act(self, name: str) -> None:
        """Press one of the things that can be done with the room."""
        self.page.get_by_role("complementary").get_by_role("button", name=name).click()

    def is_told(self, sentence: str | Pattern[str]) -> None:
        expect(self.page.locator("#notice")).to_have_text(sentence)

    def scroll_to(self, top: int) -> None:
        self.timeline.evaluate("(log, top) => log.scrollTo(0, top)", top)

    def top_of(self, text: str) -> float:
        """Tell how far from the top of the window a message stands."""
        box = self.texts.get_by_text(text, exact=True).bounding_box()
        assert box is not None
        return box["y"]

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        if self.expects_outage and message.text.startswith(NETWORK):
            return
        self.complaints.append(message.text)


def said(gust: GustProcess, name: str, texts: Iterable[str], room: int | None = None) -> None:
    """Let somebody without a page say all this."""

    async def say() -> None:
        client = await Client.connect(gust.port, name=name)
        await client.until("presence")
        where: dict[str, Any] = {} if room is None else {"room": room}
        waiting = 0
        for text in texts:
            client.send(type="message", text=text, **where)
            waiting += 1
        for _ in range(waiting):
            await client.until("ack")
        client.close()

    # The browser's driver has an event loop of its own in this thread.
    with ThreadPoolExecutor(1) as aside:
        aside.submit(asyncio.run, say()).result()


def appoint(gust: GustProcess, name: str | None) -> str:
    """Make a link for an admin, as the command line does; give its path.

    :param name: None: for whoever comes first, as the server does at its first start
    """
    return _link(gust, invites.create_for_admin, name)


def readmit(gust: GustProcess, name: str) -> str:
    """Make a link for the owner of an account, as the command line does; give its path."""
    return _link(gust, invites.create_for_owner, name)


def _link(gust: GustProcess, create: Callable[..., str], name: str | None) -> str:
    engine = create_engine(f"sqlite:///{gust.data / 'chat.db'}")
    with engine.begin() as connection:
        token = create(connection, name)
    engine.dispose()
    return f"/join/{token}"
