"""Several people say and change anything, drop, come back, while the server is killed.

At the end everybody's copy is what a newcomer gets, and what the database has.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from pathlib import Path
from typing import Any

import pytest

from tests.faults.replica import Replica, everything
from tests.faults.wire import Wire, run, sign_in
from tests.serving import GustProcess

STEPS = 200
EMOJI = ("👍", "🎉", "❤️")


class Person:
    """Somebody with a copy of the lobby, and at times a connection."""

    def __init__(self, port: int, cookie: str, dice: random.Random) -> None:
        self.port = port
        self.cookie = cookie
        self.dice = dice
        self.replica = Replica()
        self.wire: Wire | None = None
        self._pings = 0

    async def be_here(self) -> Wire:
        if self.wire is None:
            self.wire = await Wire.connect(self.port, self.cookie, **self.replica.position)
        return self.wire

    def drop(self) -> None:
        if self.wire is not None:
            self.wire.drop()
            self.wire = None

    async def act(self, number: int) -> None:
        """Say something, or change something that was said."""
        wire = await self.be_here()
        known = list(self.replica.messages)
        what = self.dice.choice(("post", "post", "reply", "edit", "delete", "react", "react"))
        event: dict[str, Any] = {"type": "message", "text": f"*{number}* @ada"}
        if known and what == "reply":
            event["replyTo"] = self.dice.choice(known)
        elif known and what in ("edit", "delete"):
            event = {"type": what, "id": self.dice.choice(known), "text": f"again {number}"}
        elif known and what == "react":
            on, emoji = self.dice.random() < 0.6, self.dice.choice(EMOJI)
            event = {"type": what, "id": self.dice.choice(known), "emoji": emoji, "on": on}
        wire.write_message(json.dumps(event))

    async def listen(self) -> None:
        """Take all that has been told so far."""
        wire = await self.be_here()
        self._pings += 1
        wire.write_message(json.dumps({"type": "ping", "n": self._pings}))
        async with asyncio.timeout(20):
            while (text := await wire.read_message()) is not None:
                event = json.loads(text)
                if event["type"] == "pong" and event["n"] == self._pings:
                    return
                self.replica.take(event)
        self.drop()


async def _live(server: GustProcess, seed: int) -> None:
    dice = random.Random(seed)
    names = ("ada", "bob", "carol", "dave")
    people = [Person(server.port, await sign_in(server.port, name), dice) for name in names]
    for number in range(STEPS):
        person = dice.choice(people)
        chance = dice.random()
        if chance < 0.65:
            await person.act(number)
        elif chance < 0.88:
            await person.listen()
        elif chance < 0.98:
            person.drop()
        else:
            for each in people:
                each.drop()
            await asyncio.to_thread(_restart, server, dice.random() < 0.5)
    await _agree(server.port, people)


def _restart(server: GustProcess, killed: bool) -> None:
    if killed:
        server.kill()
    else:
        server.stop()
    server.start()


async def _agree(port: int, people: list[Person]) -> None:
    for _ in range(2):  # what the first round's last acts did, the second is told
        for person in people:
            await person.listen()
    await asyncio.sleep(0.2)
    fresh = Person(port, people[0].cookie, people[0].dice)
    for person in (*people, fresh):
        await person.listen()
    stored = await everything(port, fresh.cookie)
    last = max((message["seq"] for message in stored.values()), default=0)
    for person in (*people, fresh):
        replica = person.replica
        assert replica.messages == {id: m for id, m in stored.items() if id >= replica.first}
        assert replica.seq == last
    assert fresh.replica.messages or not stored


@pytest.mark.parametrize("size", [200, 6], ids="cache of {}".format)
def test_everybody_agrees_with_a_newcomer_and_the_database(tmp_path: Path, size: int) -> None:
    seed = time.time_ns()
    print(f"seed {seed}")  # pytest shows it when the test fails
    options = ("--message-rate=0", "--join-rate=0", f"--cache-size={size}")
    with GustProcess(tmp_path, *options) as server:
        run(_live(server, seed))
        assert not server.complaints
