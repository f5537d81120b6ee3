"""A thousand posts, and edits, removals, reactions, while one is away: one catch-up."""

from __future__ import annotations

import asyncio
import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.faults.replica import Replica, everything
from tests.faults.wire import Wire, run, sign_in
from tests.serving import GustProcess


class Talker:
    """Ada, who posts and changes what she posted, and knows what has come of it."""

    def __init__(self, wire: Wire, dice: random.Random) -> None:
        self.wire = wire
        self.dice = dice
        self.ids: list[int] = []
        self.seq = 0

    async def do(self, **event: Any) -> None:
        """Do one thing, and wait until it is done."""
        self.wire.write_message(json.dumps(event))
        while True:
            told = json.loads(await self.wire.read_message())
            assert told["type"] != "error", told
            message = told["message"] if told["type"] == "ack" else told
            if told["type"] in ("ack", "message"):
                self.seq = max(self.seq, message["seq"])
                if told["type"] == "ack":
                    self.ids.append(message["id"])
                return

    async def post(self, count: int) -> None:
        for number in range(count):
            await self.do(type="message", text=f"message {number}")

    async def change(self) -> None:
        """Ten edits, ten removals, twenty reactions, in any order."""
        ids = self.dice.sample(self.ids, 40)
        changes: list[dict[str, Any]] = [
            *({"type": "edit", "id": id, "text": f"*edited* {id}"} for id in ids[:10]),
            *({"type": "delete", "id": id} for id in ids[10:20]),
            *({"type": "react", "id": id, "emoji": "👍", "on": True} for id in ids[20:]),
        ]
        self.dice.shuffle(changes)
        for change in changes:
            await self.do(**change)


async def _go_away_and_come_back(port: int, before: int, away: int) -> tuple[Replica, int]:
    """Let bob go away and come back while ada goes on; give his copy."""
    ada_cookie, bob_cookie = await sign_in(port, "ada"), await sign_in(port, "bob")
    bob, fresh = Replica(), Replica()
    ada = Talker(await Wire.connect(port, ada_cookie), random.Random(7))
    await ada.wire.read_message()
    await ada.post(before)
    wire = await Wire.connect(port, bob_cookie)
    await bob.read_until(wire, ada.seq)
    wire.drop()
    await ada.post(away)
    await ada.change()
    more = asyncio.create_task(ada.post(50))
    wire = await Wire.connect(port, bob_cookie, **bob.position)
    await more
    await bob.read_until(wire, ada.seq)
    newcomer = await Wire.connect(port, bob_cookie)
    await fresh.read_until(newcomer, ada.seq)
    stored = await everything(port, bob_cookie)
    assert {id: stored[id] for id in fresh.messages} == fresh.messages
    assert {id: stored[id] for id in bob.messages} == bob.messages
    assert fresh.messages
    for done in (wire, newcomer, ada.wire):
        done.close()
    return bob, len(stored)


@pytest.mark.parametrize("size", [200, 5], ids="cache of {}".format)
def test_who_was_away_for_long_starts_anew_without_a_hole(tmp_path: Path, size: int) -> None:
    with GustProcess(tmp_path, "--message-rate=0", f"--cache-size={size}") as server:
        bob, count = run(_go_away_and_come_back(server.port, 60, 1001))
        assert bob.histories[1]["reset"]
        assert sorted(bob.messages) == list(range(min(bob.messages), count + 1))
        assert not server.complaints


@pytest.mark.parametrize("size", [1500, 5], ids="cache of {}".format)
def test_who_was_away_for_less_is_told_every_change(tmp_path: Path, size: int) -> None:
    with GustProcess(tmp_path, "--message-rate=0", f"--cache-size={size}") as server:
        bob, count = run(_go_away_and_come_back(server.port, 60, 800))
        assert len(bob.histories) == 2
        # Where memory holds five changes, ada can be further than that from what was read
        # of the database by the time bob is in: then he starts anew, and is told so.
        if size > 5 or not bob.histories[1]["reset"]:
            assert not bob.histories[1]["reset"]
            assert len(bob.messages) >= count - 60
        assert not server.complaints
