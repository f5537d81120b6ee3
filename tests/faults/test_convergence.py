"""Whoever drops out and comes back has exactly what everybody has."""

from __future__ import annotations

import asyncio
import json
import random
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.figures import size
from tests.faults.keeping import Copy, connect, read, read_until
from tests.faults.wire import Wire, run, sign_in
from tests.serving import GustProcess

COUNT = size(1_200, 2_000)  # messages
LISTENERS = 50
IN_FLIGHT = 16  # messages that ada has sent and not heard of yet
NUMBERED = [str(number) for number in range(1, COUNT + 1)]


@dataclass
class Sender:
    """Ada, who posts numbered messages without pause, and again what is not acknowledged."""

    cookie: str
    copy: Copy = field(default_factory=Copy)
    done: bool = False
    halfway: asyncio.Event = field(default_factory=asyncio.Event)

    async def post_all(self, port: int) -> None:
        async with asyncio.timeout(90):
            while len(self.copy.acked) < COUNT:
                wire = await connect(port, self.cookie, self.copy)
                await self._post_rest(wire)
                wire.drop()
        self.done = True

    async def _post_rest(self, wire: Wire) -> None:
        rest = [number for number in NUMBERED if number not in self.copy.acked]
        waiting = 0
        while rest or waiting:
            while rest and waiting < IN_FLIGHT:
                number = rest.pop(0)
                wire.write_message(json.dumps({"type": "message", "text": number, "msgId": number}))
                waiting += 1
            event = await read(wire, self.copy)
            if event is None:
                return
            assert event["type"] != "error", event
            waiting -= event["type"] == "ack"
            if len(self.copy.acked) >= COUNT // 2:
                self.halfway.set()


async def _wander(port: int, cookie: str, copy: Copy, ada: Sender, dice: random.Random) -> None:
    """Connect, listen for a while, and be gone, over and over until ada has done."""
    while not ada.done:
        wire = await connect(port, cookie, copy)
        for _ in range(dice.choice((0, 3, 30, 300))):
            if ada.done or await _with_patience(wire, copy) is None:
                break
            if dice.random() < 0.02:
                await _look_away(wire, copy)
        (wire.close if dice.random() < 0.5 else wire.drop)()
        await asyncio.sleep(dice.random() * dice.choice((0.0, 0.05, 0.5)))


async def _with_patience(wire: Wire, copy: Copy) -> object:
    """Wait for an event, but not for ever: ada may have done meanwhile."""
    try:
        async with asyncio.timeout(0.5):
            return await read(wire, copy)
    except TimeoutError:
        return True


async def _look_away(wire: Wire, copy: Copy) -> None:
    """Leave the room and join it again, on the same socket."""
    wire.write_message(json.dumps({"type": "leave", "room": copy.room}))
    wire.write_message('{"type":"ping","n":"left"}')
    async with asyncio.timeout(10):
        while (event := await read(wire, copy)) is not None:
            if event["type"] == "pong":
                break
    copy.begin()
    position = {"since": copy.seq, "epoch": copy.epoch} if copy.seq is not None else {}
    wire.write_message(json.dumps({"type": "join", "room": copy.room, **position}))


async def _meet(server: GustProcess, seed: int, killed: bool = False) -> list[Copy]:
    """Let everybody come and go around ada; give every copy, hers first."""
    dice = random.Random(seed)
    port = server.port
    ada = Sender(await sign_in(port, "ada"))
    cookies = [await sign_in(port, f"bob {number}") for number in range(LISTENERS)]
    copies = [Copy() for _ in cookies]
    async with asyncio.TaskGroup() as group:
        for cookie, copy in zip(cookies, copies, strict=True):
            group.create_task(_wander(port, cookie, copy, ada, random.Random(dice.random())))
        group.create_task(ada.post_all(port))
        if killed:
            group.create_task(_kill_halfway(server, ada))
    for cookie, copy in [(ada.cookie, ada.copy), *zip(cookies, copies, strict=True)]:
        wire = await connect(port, cookie, copy)
        await read_until(wire, copy, COUNT)
        await copy.page_back(port, cookie)
        wire.close()
    return [ada.copy, *copies]


async def _kill_halfway(server: GustProcess, ada: Sender) -> None:
    await ada.halfway.wait()
    server.kill()
    await asyncio.to_thread(server.start)


def _run(data: Path, *options: str, killed: bool = False) -> list[Copy]:
    seed = time.time_ns()
    print(f"seed {seed}")  # pytest shows it when the test fails
    with GustProcess(data, "--message-rate=0", *options) as server:
        copies = run(_meet(server, seed, killed))
        assert not server.complaints
    for copy in copies:
        assert copy.texts == NUMBERED
        assert sorted(message["seq"] for message in copy.messages.values()) == [
            *range(1, COUNT + 1)
        ]
    return copies


def test_everybody_who_comes_and_goes_has_all_of_it_in_order(tmp_path):
    _run(tmp_path)


def test_so_do_they_where_memory_holds_five_changes(tmp_path):
    _run(tmp_path, "--cache-size=5")


def test_so_do_they_when_the_server_is_killed_in_the_middle(tmp_path):
    _run(tmp_path, killed=True)
