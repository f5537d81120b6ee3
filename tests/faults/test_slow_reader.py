"""Somebody stops reading while tens of thousands of messages pass; in a soak a hundred thousand."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import struct
import threading
import time
from contextlib import closing

from tests.faults.figures import size
from tests.faults.keeping import Copy, read_until
from tests.faults.watched import Watched
from tests.faults.wire import CLOSE, TEXT, Frame, Wire, run, sign_in
from tests.serving import GustProcess

COUNT = size(40_000, 100_000)  # messages, and as many before to warm up
SENDERS = 4
IN_FLIGHT = 200  # messages that each sender has sent and not heard of yet
STALLS = size(2, 5)  # people who stop reading, one after the other
BEFORE = 6_000  # messages over which memory is looked at before each of them
ATTRIBUTABLE = 2 << 20  # bytes of memory that one slow reader may cost
PAUSE = 1.0  # seconds that nobody may be kept waiting, where a busy machine does not do so itself


class Listener:
    """Bob, who reads everything, and notes how long he was kept waiting."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.seqs: list[int] = []
        self.longest_pause = 0.0
        self._marks: dict[int, asyncio.Event] = {}

    async def listen(self, last: int) -> None:
        """Read up to a change; JSON is not decoded: that would be slower than the server."""
        heard = 0.0
        while not self.seqs or self.seqs[-1] < last:
            text = await self.wire.read_message()
            assert text is not None, self.wire.close_code
            if not text.startswith('{"type":"message"'):
                continue
            if heard:
                self.longest_pause = max(self.longest_pause, time.monotonic() - heard)
            heard = time.monotonic()
            start = text.index('"seq":') + 6
            seq = int(text[start : text.index(",", start)])
            self.seqs.append(seq)
            if seq in self._marks:
                self._marks[seq].set()

    async def at(self, seq: int) -> None:
        """Wait until he has read a change."""
        if not self.seqs or self.seqs[-1] < seq:
            await self._marks.setdefault(seq, asyncio.Event()).wait()


class Gauge:
    """The most memory that a server holds, from one look to the next."""

    def __init__(self, server: GustProcess) -> None:
        self._server = server
        self._most = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Gauge:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stop.set()
        self._thread.join()

    def look(self) -> int:
        most, self._most = self._most, 0
        return most

    def _watch(self) -> None:
        while not self._stop.wait(0.005):
            self._most = max(self._most, self._server.resident())


async def _post(port: int, cookie: str, count: int) -> None:
    """Post with many in flight, from a socket that is in no room and so hears only acks."""
    wire = await Wire.connect(port, cookie)
    wire.write_message('{"type":"leave","room":1}')
    event = json.dumps({"type": "message", "text": "all work and no play " * 8})
    sent = acked = 0
    while acked < count:
        while sent < count and sent - acked < IN_FLIGHT:
            wire.write_message(event)
            sent += 1
        text = await wire.read_message()
        assert text is not None
        assert not text.startswith('{"type":"error"'), text
        acked += text.startswith('{"type":"ack"')
    wire.close()


async def _pass(
    server: GustProcess, cookies: list[str], stalling: bool, first: int
) -> tuple[list[Wire], float]:
    """Have COUNT messages pass before two who listen.

    :returns: those who stalled meanwhile, and the seconds for which a listener heard nothing
    """
    listeners = [Listener(await Wire.connect(server.port, cookie)) for cookie in cookies[:2]]
    stalled: list[Wire] = []
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        for listener in listeners:
            group.create_task(listener.listen(first + COUNT))
        if stalling:
            group.create_task(_stall(server, listeners[0], first, stalled))
        for cookie in cookies[2:]:
            group.create_task(_post(server.port, cookie, COUNT // SENDERS))
    for listener in listeners:
        listener.wire.close()
        assert listener.seqs == [*range(first + 1, first + COUNT + 1)]
    return stalled, max(listener.longest_pause for listener in listeners)


async def _stall(server: GustProcess, bob: Listener, first: int, stalled: list[Wire]) -> None:
    """Have one person after the other stop reading, and look at what that costs.

    The server's memory drifts by more than one of them may cost, but not so fast:
    so each is compared with the moment before, and one of the lower counts.
    """
    carol = await sign_in(server.port, "carol")
    costs = []
    with Gauge(server) as gauge:
        for start in range(first, first + COUNT, COUNT // STALLS):
            await bob.at(start + 1)
            gauge.look()
            await bob.at(start + BEFORE)
            before = gauge.look()
            # With so little room in between, nearly all has to wait in the server.
            wire = await Wire.connect(server.port, carol, receive_buffer=4096)
            wire.writer.transport.pause_reading()
            stalled.append(wire)
            await bob.at(start + COUNT // STALLS)
            costs.append(gauge.look() - before)
    print("MiB that each of them cost:", [round(cost / (1 << 20), 2) for cost in costs])
    assert sorted(costs)[STALLS // 3] < ATTRIBUTABLE, "all that was said meanwhile is 7 MB"


async def _read_what_is_left(wire: Wire) -> list[Frame]:
    """Read on at last, up to the close frame, and answer it."""
    frames = []
    async with asyncio.timeout(20):
        while (frame := await wire.next_frame()) is not None:
            frames.append(frame)
            if frame.opcode == CLOSE:
                wire.write_frame(frame.payload[:2], CLOSE)
    wire.writer.close()
    return frames


async def _scene(server: GustProcess) -> None:
    port = server.port
    cookies = [await sign_in(port, f"bob {number}") for number in range(2 + SENDERS)]
    _, usual = await _pass(server, cookies, stalling=False, first=0)
    stalled, longest = await _pass(server, cookies, stalling=True, first=COUNT)
    assert longest < max(PAUSE, 3 * usual)
    for wire in stalled:
        wire.writer.transport.resume_reading()
        *frames, last = await _read_what_is_left(wire)
        assert all(frame.fin and frame.opcode == TEXT for frame in frames)
        assert (last.opcode, last.payload[:2]) == (CLOSE, struct.pack("!H", 4008))

    copy = Copy()
    copy.begin()
    for frame in frames:
        copy.take(json.loads(frame.payload))
    first = min(copy.messages)
    carol = await sign_in(port, "carol again")
    wire = await Wire.connect(port, carol, **copy.position)
    copy.begin()
    await read_until(wire, copy, 2 * COUNT)
    await copy.page_back(port, carol, until=first)
    assert sorted(copy.messages) == [*range(min(copy.messages), 2 * COUNT + 1)]
    wire.close()


def test_a_reader_who_stalls_is_closed_and_nobody_else_notices(tmp_path, fault):
    stated = fault(
        "One reader stops, while messages pass as fast as they can",
        f"{STALLS} times, one after the other, among {2 * COUNT:,} messages of {SENDERS} people, "
        f"{IN_FLIGHT} in flight for each",
        times=STALLS,
    )
    # Without pings: one among the messages is right, and a long stall would be cut for silence.
    with Watched(tmp_path, "--message-rate=0", "--ping-interval=0") as server:
        run(_scene(server))
        stated.look_at(server)
        assert not server.complaints
        assert len([line for line in server.log if "slow reader" in line]) == STALLS
    with closing(sqlite3.connect(tmp_path / "chat.db")) as database:
        (stored,) = database.execute("SELECT count(*) FROM messages").fetchone()
    stated.acked = 2 * COUNT
    stated.lost, stated.twice = max(2 * COUNT - stored, 0), max(stored - 2 * COUNT, 0)
    stated.hold()
