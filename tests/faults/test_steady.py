"""Some minutes of everything that people do: memory does not grow with what was done."""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import time

from tests.faults.crowd import Crowd
from tests.faults.figures import SOAK, rounds, size
from tests.faults.keeping import Copy, connect, read
from tests.faults.test_uploads import upload
from tests.faults.watched import Watched
from tests.faults.wire import Wire, ask, run, sign_in

SECONDS = rounds(5, 150)
POSTING, LISTENING, WANDERING = 10, size(5, 30), size(3, 10)
PAUSE = 0.1  # seconds between two messages of one who posts
MEGABYTE = 1 << 20
# Until SQLite's caches are full (16 MB for each of 5 connections), memory grows by what is read.
GROWN = 10.0 if SOAK else 30.0  # MiB, from the middle of the time to its end


class Busy:
    """People who do everything else, beside those who post and listen."""

    def __init__(self, port: int, crowd: Crowd) -> None:
        self._port = port
        self._crowd = crowd
        self._dice = random.Random(1)
        self.done = 0
        self.is_over = False

    async def begin(self, tasks: asyncio.TaskGroup) -> None:
        cookies = [await sign_in(self._port, f"carol {n}") for n in range(WANDERING + 3)]
        changing, looking, uploading, *wandering = cookies
        everything = [self._change(changing), self._look(looking), self._upload(uploading)]
        everything += [self._wander(cookie) for cookie in wandering]
        for one in everything:
            tasks.create_task(one)

    async def _wander(self, cookie: str) -> None:
        copy = Copy()
        while not self.is_over:
            wire = await connect(self._port, cookie, copy)
            for _ in range(self._dice.randrange(20)):
                await read(wire, copy)
            (wire.close if self._dice.random() < 0.5 else wire.drop)()
            self.done += 1
            await asyncio.sleep(0.2)

    async def _change(self, cookie: str) -> None:
        """Post, and react to it, change it, remove it; type, and read."""
        status, attic, _ = await ask(self._port, "POST", "/api/rooms", {"name": "attic"}, cookie)
        assert status == 201, attic
        wire = await Wire.connect(self._port, cookie)
        post = {"type": "message", "room": attic["id"], "text": "*hello* @bob"}
        while not self.is_over:
            wire.write_message(json.dumps(post))
            while not (text := await wire.read_message() or "").startswith('{"type":"ack"'):
                assert text, wire.close_code
            message = json.loads(text)["message"]
            for event in (
                {"type": "react", "id": message["id"], "emoji": "👍", "on": True},
                {"type": "edit", "id": message["id"], "text": "again"},
                {"type": "typing", "room": attic["id"]},
                {"type": "read", "room": attic["id"], "seq": message["seq"]},
                {"type": "delete", "id": message["id"]},
            ):
                wire.write_message(json.dumps(event))
                self.done += 1
            await asyncio.sleep(0.2)

    async def _look(self, cookie: str) -> None:
        while not self.is_over:
            before = self._dice.randrange(2, self._crowd.last + 3)
            for path in (
                f"/api/rooms/1/messages?limit=50&before={before}",
                f"/api/search?q={self._dice.randrange(1_000)}",
                "/api/me",
                "/api/rooms",
            ):
                status, answer, _ = await ask(self._port, "GET", path, None, cookie)
                assert status == 200, answer
                self.done += 1
            await asyncio.sleep(0.2)

    async def _upload(self, cookie: str) -> None:
        while not self.is_over:
            content = self._dice.randbytes(self._dice.randrange(1, 100_000))
            status, answer = await upload(self._port, cookie, content)
            assert status == 201, answer
            self.done += 1
            await asyncio.sleep(0.5)


async def _live(server: Watched) -> tuple[Crowd, list[int], int]:
    """Live for a while; give what memory was at each second, and how much else was done."""
    held = []
    crowd = Crowd(server, posting=POSTING, listening=LISTENING, pause=PAUSE)
    async with crowd, asyncio.TaskGroup() as tasks:
        busy = Busy(server.port, crowd)
        await busy.begin(tasks)
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            await asyncio.sleep(1)
            held.append(server.resident())
        busy.is_over = True
    return crowd, held, busy.done


def test_memory_does_not_grow_with_what_was_done(tmp_path, fault):
    stated = fault(
        "Nothing: a steady run",
        f"{SECONDS} s, in which {POSTING} people post, {LISTENING} listen, {WANDERING} come and "
        "go, others edit, react, remove, upload, search and turn pages",
    )
    with Watched(tmp_path, "--message-rate=0", "--upload-rate=0") as server:
        crowd, held, done = run(_live(server))
        stated.look_at(server)
        assert not server.told
    stated.acked, stated.lost, stated.twice, _ = crowd.compare(tmp_path)
    fifth = max(len(held) // 5, 1)
    middle, end = (statistics.median(held[at:][:fifth]) / MEGABYTE for at in (2 * fifth, -fifth))
    assert end - middle < GROWN, held
    stated.besides = (
        f"{done:,} other things were done; no message waited longer than {crowd.longest:.2f} s for "
        f"its `ack`; memory {middle:.0f} MiB in the middle of it, {end:.0f} at the end"
    )
    stated.hold()
