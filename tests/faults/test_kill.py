"""Killed twenty times under twenty people who post: nothing is lost, nothing doubled."""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.keeping import LOBBY, Copy, connect
from tests.faults.wire import Wire, ask, run, sign_in
from tests.serving import GustProcess
from tests.talking import Event

PEOPLE = 20
KILLS = 20
IN_FLIGHT = 5  # messages that a person has sent and not heard of yet
BACK_WITHIN = 5.0  # seconds


@dataclass
class Person:
    """Somebody who posts on and on, and again what was not acknowledged."""

    number: int
    cookie: str
    rooms: list[int]
    acked: dict[str, Event] = field(default_factory=dict)
    waiting: dict[str, Event] = field(default_factory=dict)
    sent: int = 0
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    async def post_until(self, port: int, stop: asyncio.Event) -> None:
        while not stop.is_set() or self.waiting:
            wire = await connect(port, self.cookie, Copy())
            for event in self.waiting.values():
                wire.write_message(json.dumps(event))
            while not stop.is_set() or self.waiting:
                while len(self.waiting) < IN_FLIGHT and not stop.is_set():
                    self._post(wire)
                if not await self._hear(wire):
                    break
            wire.drop()

    def _post(self, wire: Wire) -> None:
        self.sent += 1
        msg_id = f"{self.number}-{self.sent}"
        room = self.rooms[self.sent % len(self.rooms)]
        event = {"type": "message", "text": msg_id, "msgId": msg_id, "room": room}
        self.waiting[msg_id] = event
        wire.write_message(json.dumps(event))

    async def _hear(self, wire: Wire) -> bool:
        try:
            async with asyncio.timeout(20):
                text = await wire.read_message()
        except EOFError:
            return False
        if text is None:
            return False
        event = json.loads(text)
        assert event["type"] != "error", event
        if event["type"] == "ack":
            del self.waiting[event["msgId"]]
            self.acked[event["msgId"]] = event["message"]
            self.heard.set()
        return True


async def _post_and_kill(server: GustProcess, dice: random.Random) -> list[Person]:
    port = server.port
    cookies = [await sign_in(port, f"bob {number}") for number in range(PEOPLE)]
    status, den, _ = await ask(port, "POST", "/api/rooms", {"name": "den"}, cookies[0])
    assert status == 201
    people = [Person(n, cookie, [LOBBY, den["id"]]) for n, cookie in enumerate(cookies)]
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for person in people:
            group.create_task(person.post_until(port, stop))
        for _ in range(KILLS):
            for person in people:
                person.heard.clear()
            for person in people:
                await person.heard.wait()  # it is in the midst of it
            await asyncio.sleep(dice.random() * 0.2)
            server.kill()
            assert await asyncio.to_thread(server.start) < BACK_WITHIN
        stop.set()
    return people


def _stored(data: Path) -> tuple[list[dict[str, Any]], dict[int, int], str]:
    """Read the messages, the rooms' numbers and the database's own check."""
    with sqlite3.connect(data / "chat.db") as database:
        database.row_factory = sqlite3.Row
        rows = database.execute("SELECT * FROM messages ORDER BY id").fetchall()
        numbers = dict(database.execute("SELECT id, seq FROM rooms").fetchall())
        (verdict,) = database.execute("PRAGMA integrity_check").fetchone()
    database.close()
    return [dict(row) for row in rows], numbers, verdict


def test_twenty_kills_under_twenty_posting_people_lose_and_double_nothing(tmp_path):
    seed = time.time_ns()
    print(f"seed {seed}")
    with GustProcess(tmp_path, "--message-rate=0") as server:
        people = run(_post_and_kill(server, random.Random(seed)))
        assert not server.complaints
    rows, numbers, verdict = _stored(tmp_path)
    assert verdict == "ok"

    by_text = {row["text"]: row for row in rows}
    assert len(by_text) == len(rows), "something was stored twice"
    for person in people:
        assert len(person.acked) == person.sent
        for msg_id, message in person.acked.items():
            kept = by_text[msg_id]
            assert (kept["id"], kept["room"], kept["seq"], kept["msg_id"]) == (
                message["id"],
                message["room"],
                message["seq"],
                msg_id,
            )

    seqs = defaultdict(list)
    for row in rows:
        seqs[row["room"]].append(row["seq"])
    assert len(seqs) == 2
    for room, taken in seqs.items():
        assert taken == [*range(1, len(taken) + 1)]
        assert numbers[room] == len(taken)
