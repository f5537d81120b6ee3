"""Everybody comes back at the same moment: all are caught up soon, and who stayed is served."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field

from benchmarks.machine import raise_file_limit
from tests.faults.crowd import Crowd
from tests.faults.figures import Fault, rounds, size
from tests.faults.keeping import Copy, connect
from tests.faults.watched import Watched
from tests.faults.wire import Wire, run, sign_in

PEOPLE = size(300, 2_000)
TIMES = rounds(2, 4)
AWAY = 50  # messages that each of them is to catch up with, or more
PAUSE = 0.02  # seconds between two messages of one who posts
AT_ONCE = 500  # that ask in the very same instant; the others have to be in line behind them
SIGN_INS = 50  # at once
MEGABYTE = 1 << 20
FOUNDATION, EACH = 120, 0.03  # MiB: of a server with nobody, and of somebody who is here


@dataclass
class Visitor:
    """Somebody who comes back with what they have."""

    cookie: str
    at_once: asyncio.Semaphore
    copy: Copy = field(default_factory=Copy)
    wire: Wire | None = None
    _came: list[str] = field(default_factory=list)

    async def come(self, port: int) -> None:
        """Come, and be brought to the present."""
        async with self.at_once:
            self.wire = await connect(port, self.cookie, self.copy, within=30)
        self._came.clear()
        async with asyncio.timeout(30):
            while not self._came or not self._came[-1].startswith('{"type":"history"'):
                text = await self.wire.read_message()
                assert text is not None, self.wire.close_code
                self._came.append(text)

    def look(self) -> None:
        """Look at what came: not before all are here, which would keep the others waiting."""
        for text in self._came:
            self.copy.take(json.loads(text))

    def drop(self) -> None:
        assert self.wire is not None
        self.wire.drop()


async def _storm(server: Watched, visitors: list[Visitor], crowd: Crowd, killed: bool) -> float:
    """Drop all, or kill the server; give the seconds until all are back."""
    for visitor in visitors:
        visitor.drop()
    if killed:
        server.kill()
        await asyncio.to_thread(server.start)
    last = crowd.last
    async with asyncio.timeout(60):
        while crowd.last < last + AWAY:
            await asyncio.sleep(0.02)
    last = crowd.last
    begun = time.monotonic()
    await asyncio.gather(*(visitor.come(server.port) for visitor in visitors))
    took = time.monotonic() - begun
    for visitor in visitors:
        visitor.look()
        assert visitor.copy.seq is not None
        assert visitor.copy.seq >= last
    return took


async def _come_back_again_and_again(
    server: Watched, stated: Fault
) -> tuple[Crowd, list[Visitor], list[int]]:
    visitors = []
    at_once = asyncio.Semaphore(AT_ONCE)
    for start in range(0, PEOPLE, SIGN_INS):
        names = [f"carol {start + n}" for n in range(SIGN_INS)]
        cookies = await asyncio.gather(*(sign_in(server.port, name) for name in names))
        visitors += [Visitor(cookie, at_once) for cookie in cookies]
    async with Crowd(server, posting=2, listening=2, pause=PAUSE) as crowd:
        await asyncio.gather(*(visitor.come(server.port) for visitor in visitors))
        for visitor in visitors:
            visitor.look()
        held = [server.resident()]
        for time_ in range(TIMES):
            stated.came_back(await _storm(server, visitors, crowd, killed=time_ % 2 == 1))
            await crowd.served()
            held.append(server.resident())
        for visitor in visitors:
            visitor.drop()
    return crowd, visitors, held


def test_all_are_caught_up_soon_and_who_stayed_is_served(tmp_path, fault):
    raise_file_limit()
    stated = fault(
        "Everybody comes back in the same moment",
        f"{TIMES} times {PEOPLE:,} people, each {AWAY} messages or more behind, with `resume`, "
        "while 2 people post; every other time the server was killed before",
        times=TIMES,
    )
    with Watched(tmp_path, "--message-rate=0") as server:
        crowd, visitors, held = run(_come_back_again_and_again(server, stated))
        stated.look_at(server)
        stated.acked, stated.lost, stated.twice, lobby = crowd.compare(tmp_path)
    for visitor in visitors:
        ids = [*visitor.copy.messages]
        assert visitor.copy.texts == [t for id, t in lobby.items() if min(ids) <= id <= max(ids)]
        assert visitor.copy.resets == 0
    most = max(held) / MEGABYTE
    assert most < FOUNDATION + PEOPLE * EACH, "those who left hold something"
    stated.besides = f"Memory with all of them {most:.0f} MiB at the most"
    stated.hold()
