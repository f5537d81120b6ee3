"""One server takes over from another: nobody is turned away, nothing is lost, nothing doubled."""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import sqlite3
import time
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest

from handlers.elsewhere import LAST
from models.store.migrate import newest
from tests.faults.figures import rounds
from tests.faults.keeping import LOBBY, Copy, connect, read
from tests.faults.wire import Wire, ask, call, run, sign_in
from tests.serving import ROOT, GustProcess
from tests.talking import Event

SENDERS = 6
LISTENERS = 20
EVERY = 0.02  # seconds between two messages of a sender
UPDATES = rounds(1, 10)


async def come_back(port: int, cookie: str, copy: Copy) -> Wire:
    """Come back as the page does: soon, and not all at once."""
    await asyncio.sleep(random.random() * 0.2)
    return await connect(port, cookie, copy)


@dataclass
class Sender:
    """Somebody who says something at a steady rate, and again what was not acknowledged."""

    name: str
    cookie: str
    waiting: dict[str, Event] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    acked: list[float] = field(default_factory=list)
    wire: Wire | None = None

    async def speak(self, stop: asyncio.Event) -> None:
        last = False
        while not last:
            last = stop.is_set()  # whose answer ends the hearing
            id = f"{self.name}-{len(self.sent)}"
            self.sent.append(id)
            self.waiting[id] = {"type": "message", "text": id, "msgId": id}
            if self.wire is not None:
                self.wire.write_message(json.dumps(self.waiting[id]))
            await asyncio.sleep(EVERY)

    async def hear(self, port: int, stop: asyncio.Event) -> None:
        copy = Copy()
        wire = await connect(port, self.cookie, copy)
        while not stop.is_set() or self.waiting:
            for event in self.waiting.values():
                wire.write_message(json.dumps(event))
            self.wire = wire
            while not stop.is_set() or self.waiting:
                event = await read(wire, copy)
                if event is None:
                    break
                if event["type"] == "ack" and self.waiting.pop(event["msgId"], None):
                    self.acked.append(time.monotonic())
            else:
                return
            self.wire = None
            wire = await come_back(port, self.cookie, copy)


async def listen(port: int, cookie: str, copy: Copy, until: asyncio.Future[int]) -> None:
    """Listen on, over any number of connections, until a change is there."""
    wire = await connect(port, cookie, copy)
    while not (until.done() and copy.seq is not None and copy.seq >= until.result()):
        reading = asyncio.ensure_future(read(wire, copy))
        done, _ = await asyncio.wait([reading, until], return_when=asyncio.FIRST_COMPLETED)
        if reading not in done and copy.seq is not None and copy.seq >= until.result():
            reading.cancel()
            return
        if await reading is None:
            wire = await come_back(port, cookie, copy)


async def ask_on(port: int, cookie: str, stop: asyncio.Event) -> int:
    """Ask again and again, each time by a connection of its own; give how often."""
    asked = 0
    while not stop.is_set():
        for path in ("/api/me", f"/api/rooms/{LOBBY}/messages"):
            status, answer, _ = await ask(port, "GET", path, cookie=cookie)
            assert status == 200, answer
            asked += 1
    return asked


def stored(data: Path) -> dict[int, str]:
    """Read what was said, by id."""
    with sqlite3.connect(data / "chat.db") as database:
        found = dict(database.execute("SELECT id, text FROM messages"))
    database.close()
    return found


def test_under_load_nothing_is_lost_refused_or_said_twice(old, fault):
    stated = fault(
        "Updated: another process takes over",
        f"{UPDATES} times, while {SENDERS} people post {1 / EVERY:.0f} times a second each, "
        f"{LISTENERS} listen, and others ask over HTTP, each time by a new connection",
        times=UPDATES,
    )

    async def scene() -> None:
        port = old.port
        cookies = [await sign_in(port, f"guest {number}") for number in range(LISTENERS)]
        senders = [Sender(f"s{n}", await sign_in(port, f"sender {n}")) for n in range(SENDERS)]
        copies = [Copy() for _ in cookies]
        stop = asyncio.Event()
        until: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        pairs = zip(cookies, copies, strict=True)
        listening = [asyncio.ensure_future(listen(port, c, copy, until)) for c, copy in pairs]
        asking = [asyncio.ensure_future(ask_on(port, c, stop)) for c in cookies[:3]]
        speaking = [asyncio.ensure_future(each.speak(stop)) for each in senders]
        hearing = [asyncio.ensure_future(each.hear(port, stop)) for each in senders]
        serving = old
        for _ in range(UPDATES):
            # Until it has looked a last time at what the one before left, nobody else may follow.
            await asyncio.sleep(LAST + 0.5)
            before, serving = serving, serving.successor()
            everybody.append(serving)
            await asyncio.to_thread(serving.take_over)
            assert await asyncio.to_thread(before.wait) == 0
        await asyncio.sleep(0.5)
        stop.set()
        async with asyncio.timeout(30):
            await asyncio.gather(*speaking, *hearing)
            assert sum(await asyncio.gather(*asking)) > 20
            until.set_result(len(stored(old.data)))
            await asyncio.gather(*listening)
        said = stored(old.data)
        sent = [id for each in senders for id in each.sent]
        stated.acked = sum(len(each.acked) for each in senders)
        stated.lost = len({*sent} - {*said.values()})
        stated.twice = len(said) - len({*said.values()})
        stated.came_back(max(b - a for each in senders for a, b in pairwise(each.acked)))
        for copy, cookie in zip(copies, cookies, strict=True):
            await copy.page_back(port, cookie)
            assert {id: message["text"] for id, message in copy.messages.items()} == said
            assert copy.resets == 0

    everybody: list[GustProcess] = []
    try:
        run(scene())
        stated.besides = "No request was refused; what is told is the longest wait for an answer"
        stated.hold()
        assert not any(server.complaints for server in everybody)
    finally:
        for server in everybody:
            server.kill()


@pytest.fixture
def updated(tmp_path: Path) -> Path:
    """A Gust of another version, with another schema and other scripts."""
    root = tmp_path / "updated"
    for part in ("handlers", "models", "static", "templates"):
        shutil.copytree(ROOT / part, root / part)
    shutil.copy(ROOT / "chat.py", root)
    number = f"{int(newest()) + 1:04}"
    (root / "models/store/migrations/versions" / f"{number}_nothing.py").write_text(
        f'revision = "{number}"\ndown_revision = "{newest()}"\n\n\ndef upgrade():\n    pass\n'
    )
    words = root / "static/js/words/page.js"
    words.write_text(words.read_text() + "// another version\n")
    return root


def test_an_update_that_changes_the_schema_keeps_people_waiting_for_a_moment_only(old, updated):
    async def scene() -> None:
        cookie = await sign_in(old.port, "ada")
        ada = await call(old.port, cookie)
        await ada.say("before")
        welcome = ada.events[0]
        stop = asyncio.Event()
        asking = asyncio.ensure_future(ask_on(old.port, cookie, stop))
        new.begin()
        assert await asyncio.to_thread(old.wait) == 0
        ada = await call(old.port, cookie)
        assert (await ada.until("history"))["messages"][0]["text"] == "before"
        assert ada.events[0]["version"] != welcome["version"]
        stop.set()
        assert await asking > 0
        # A document that came from the old one is asked for anew; no version is mixed with another.
        static = f"/static/{welcome['version']}/js"
        first = await fetch(old.port, f"{static}/first.js")
        assert b"location.reload" in first
        assert first.startswith(b"HTTP/1.1 200")
        assert (await fetch(old.port, f"{static}/views/account.js")).startswith(b"HTTP/1.1 404")

    new = old.successor(root=updated)
    try:
        run(scene())
        assert not new.complaints
    finally:
        new.kill()


async def fetch(port: int, path: str) -> bytes:
    """Give the whole answer to a request."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
    answer = await reader.read(-1)
    writer.close()
    return answer
