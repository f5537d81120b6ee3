"""As many who read slowly, or not at all, as who read well: these notice nothing."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from tests.faults.crowd import Crowd
from tests.faults.figures import Fault, size
from tests.faults.keeping import Copy, connect, read, read_until
from tests.faults.watched import Watched
from tests.faults.wire import Wire, run, sign_in

HEALTHY = size(24, 100)
BAD = size(24, 100)  # every other one of them has stopped, the rest is slow
LONG = "all work and no play " * 180  # so that less is to be said until a MiB waits for each
PAUSE = 0.02  # seconds between two messages of one who posts
SLOWLY = 0.2  # seconds for each message
EACH = 2 << 20  # bytes of memory that one of them may cost
MEGABYTE = 1 << 20


@dataclass
class Reader:
    """Somebody who does not read as fast as people post."""

    cookie: str
    wire: Wire
    copy: Copy

    @classmethod
    async def arrive(cls, port: int, name: str) -> Reader:
        cookie, copy = await sign_in(port, name), Copy()
        # With so little room in between, nearly all has to wait in the server.
        wire = await Wire.connect(port, cookie, receive_buffer=4096)
        while copy.seq is None:
            await read(wire, copy)
        return cls(cookie, wire, copy)

    async def read_to_the_end(self, hurry: asyncio.Event) -> None:
        """Take what there is until the close: slowly at first."""
        while await read(self.wire, self.copy) is not None:
            await asyncio.sleep(0 if hurry.is_set() else SLOWLY)
        assert self.wire.close_code == 4008

    async def come_back(self, port: int, seq: int) -> None:
        self.wire = await connect(port, self.cookie, self.copy)
        await read_until(self.wire, self.copy, seq)
        self.wire.close()


async def _read_badly(server: Watched, stated: Fault) -> tuple[Crowd, list[Reader], int]:
    port = server.port
    async with Crowd(server, posting=4, listening=HEALTHY, pause=PAUSE, more=LONG) as crowd:
        most = before = server.resident()
        readers = [await Reader.arrive(port, f"carol {number}") for number in range(BAD)]
        hurry = asyncio.Event()
        slow = [asyncio.create_task(one.read_to_the_end(hurry)) for one in readers[::2]]
        async with asyncio.timeout(60):
            while _cut(server) < BAD:
                most = max(most, server.resident())
                await asyncio.sleep(0.05)
        hurry.set()
        await asyncio.gather(*slow, *(one.read_to_the_end(hurry) for one in readers[1::2]))
        begun = time.monotonic()
        await asyncio.gather(*(one.come_back(port, crowd.last) for one in readers))
        stated.came_back(time.monotonic() - begun)
        await crowd.served()
    assert _cut(server) == BAD, "somebody was cut who reads well"
    return crowd, readers, most - before


def _cut(server: Watched) -> int:
    return sum("slow reader" in line for line in server.log)


def test_those_who_read_well_notice_nothing_and_the_others_miss_nothing(tmp_path, fault):
    stated = fault(
        "Slow and stopped readers",
        f"{BAD // 2} read one message in {SLOWLY:g} s and {BAD // 2} none, "
        f"among {HEALTHY} who read all of 100 a second",
    )
    with Watched(tmp_path, "--message-rate=0") as server:
        crowd, readers, cost = run(_read_badly(server, stated))
        stated.look_at(server)
        kept = crowd.compare(tmp_path)
    stated.acked, stated.lost, stated.twice, lobby = kept
    for reader in readers:
        ids = [*reader.copy.messages]
        expected = [text for id, text in lobby.items() if min(ids) <= id <= max(ids)]
        assert reader.copy.texts == expected
    assert cost < BAD * EACH
    stated.besides = (
        f"All are closed with 4008 and come back; together they cost {cost / MEGABYTE:.0f} MiB; "
        f"no message waits longer than {crowd.longest:.2f} s for its `ack`"
    )
    stated.hold()
