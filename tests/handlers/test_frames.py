"""The way out: encoded once, written once per socket and turn, never waited for.

Counts rather than times, so that the design can't quietly rot.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from tornado.iostream import IOStream

from handlers import frames
from handlers.frames import frame
from handlers.listener import Listener
from handlers.turn import Turn
from models.channel import Change, Channel, Recent


class Protocol:
    """What a listener needs of a connection."""

    def __init__(self, stream: IOStream) -> None:
        self.stream = stream
        self.server_terminated = False


class Reader:
    """The other end of a listener's socket."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._end.setblocking(False)

    async def read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            data += await asyncio.get_running_loop().sock_recv(self._end, size - len(data))
        return data

    async def frames(self, count: int) -> list[bytes]:
        return [(await self.frame())[1] for _ in range(count)]

    async def frame(self) -> tuple[int, bytes]:
        """Read one frame; give its opcode and its payload."""
        first, length = await self.read(2)
        if length == 126:
            length = int.from_bytes(await self.read(2), "big")
        elif length == 127:
            length = int.from_bytes(await self.read(8), "big")
        return first & 0x0F, await self.read(length)


Made = tuple[Listener, Reader]


@pytest.fixture
def slow() -> list[Listener]:
    return []


@pytest.fixture
def turn(slow: list[Listener]) -> Turn:
    return Turn(slow.append)


@pytest.fixture
def pair(turn: Turn) -> Iterator[Any]:
    """Make a listener and the reader at its other end."""
    ends = []

    def pair(key: str = "key", buffer: int | None = None) -> Made:
        ours, theirs = socket.socketpair()
        ends.append(theirs)
        if buffer is not None:
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, buffer)
        stream = IOStream(ours)
        ends.append(stream)
        return Listener(key, Protocol(stream), turn), Reader(theirs)  # type: ignore[arg-type]

    yield pair
    for end in ends:
        end.close()


def channel_of(*listeners: Listener) -> Channel:
    channel = Channel(1, 10)
    channel.load(Recent([], 0, 0, 0))
    channel.listeners.update(listeners)
    return channel


def change(seq: int, origin: str | None = None, size: int = 0) -> Change:
    body = b'{"seq":%d%b}' % (seq, b" " * size)
    return Change(1, seq, seq, 1, body, f"m{seq}", origin)


@pytest.mark.gen_test
async def test_a_turn_is_one_write_for_each_listener(pair, turn, monkeypatch) -> None:
    made = [pair(f"{n}") for n in range(5)]
    channel = channel_of(*(listener for listener, _ in made))
    writes: list[str] = []
    for listener, _ in made:
        count_writes(listener, writes)
    for seq in range(1, 21):
        turn.tell(channel, change(seq))
    made[0][0].send(frame(b"{}"))
    for _, reader in made[1:]:
        assert await reader.frames(20) == [b'{"type":"message","seq":%d}' % n for n in range(1, 21)]
    assert sorted(writes) == ["0", "1", "2", "3", "4"]


def count_writes(listener: Listener, writes: list[str]) -> None:
    send = listener.way
    assert send is not None

    def way(data: bytes) -> int:
        writes.append(listener.key)
        return send(data)

    listener.way = way


@pytest.mark.gen_test
async def test_one_thing_said_is_one_write_as_well(pair, turn) -> None:
    made = [pair(f"{n}") for n in range(5)]
    writes: list[str] = []
    for listener, _ in made:
        count_writes(listener, writes)
    turn.tell(channel_of(*(listener for listener, _ in made)), change(1, origin="3"))
    for listener, reader in made:
        [told] = await reader.frames(1)
        assert (b'"type":"ack"' in told) == (listener.key == "3")
    assert sorted(writes) == ["0", "1", "2", "3", "4"]


@pytest.mark.gen_test
async def test_nothing_overtakes_what_the_stream_still_has_to_write(pair, turn) -> None:
    ada, to_ada = pair("ada", buffer=4096)
    channel = channel_of(ada)
    first = frame(b"x" * 300_000)
    ada._stream.write(first)  # as the answer to a ping would be
    ada.let_pass()
    turn.tell(channel, change(1))
    await asyncio.sleep(0)
    told = await to_ada.frames(2)
    assert [len(told[0]), told[1]] == [300_000, b'{"type":"message","seq":1}']


@pytest.mark.gen_test
async def test_the_way_is_direct_again_once_the_stream_has_written_all(pair, turn) -> None:
    ada, to_ada = pair("ada", buffer=4096)
    channel = channel_of(ada)
    for size in (300_000, 200_000):
        ada._stream.write(frame(b"x" * size))
        ada.let_pass()
    turn.tell(channel, change(1))
    await asyncio.sleep(0)
    assert ada.way is None
    turn.tell(channel, change(2))
    told = await to_ada.frames(4)
    assert [len(t) for t in told[:2]] == [300_000, 200_000]
    assert told[2:] == [b'{"type":"message","seq":1}', b'{"type":"message","seq":2}']
    await asyncio.sleep(0.01)
    assert ada.way is not None
    turn.tell(channel, change(3))
    assert await to_ada.frames(1) == [b'{"type":"message","seq":3}']


@pytest.mark.gen_test
async def test_who_listens_to_two_rooms_is_written_to_once_a_turn(pair, turn) -> None:
    (ada, to_ada), (bob, to_bob) = pair("ada"), pair("bob")
    lobby, den = channel_of(ada, bob), channel_of(ada)
    den.room = 2
    writes: list[str] = []
    count_writes(ada, writes)
    count_writes(bob, writes)
    turn.tell(lobby, change(1))
    turn.tell(den, change(7, origin="ada"))
    assert await to_ada.frames(2) == [
        b'{"type":"message","seq":1}',
        b'{"type":"ack","msgId":"m7","message":{"seq":7}}',
    ]
    assert await to_bob.frames(1) == [b'{"type":"message","seq":1}']
    assert sorted(writes) == ["ada", "bob"]


@pytest.mark.gen_test
async def test_rooms_without_a_common_listener_are_told_in_one_turn(pair, turn) -> None:
    (ada, to_ada), (bob, to_bob) = pair("ada"), pair("bob")
    lobby, den = channel_of(ada), channel_of(bob)
    den.room = 2
    turn.tell(lobby, change(1))
    turn.tell(den, change(7, origin="bob"))
    assert await to_ada.frames(1) == [b'{"type":"message","seq":1}']
    assert await to_bob.frames(1) == [b'{"type":"ack","msgId":"m7","message":{"seq":7}}']


@pytest.mark.gen_test
async def test_who_has_left_is_told_nothing_more(pair, turn) -> None:
    (ada, to_ada), (bob, to_bob) = pair("ada"), pair("bob")
    channel = channel_of(ada, bob)
    turn.tell(channel, change(1))
    await to_ada.frames(1)
    turn.settle(channel)
    channel.listeners.discard(ada)
    turn.tell(channel, change(2))
    assert await to_bob.frames(2)
    ada.send(frame(b"bye"))
    assert await to_ada.frames(1) == [b"bye"]


@pytest.mark.gen_test
async def test_a_change_is_encoded_once_for_all(pair, turn, monkeypatch) -> None:
    made = [pair(f"{n}") for n in range(50)]
    encoded = []
    whole = frames.message_frame
    monkeypatch.setattr(frames, "message_frame", lambda c: (encoded.append(c.seq), whole(c))[1])
    channel = channel_of(*(listener for listener, _ in made))
    for seq in (1, 2, 3):
        turn.tell(channel, change(seq))
    for _, reader in made:
        await reader.frames(3)
    assert encoded == [1, 2, 3]


@pytest.mark.gen_test
async def test_the_sender_is_acknowledged_in_the_same_place(pair, turn) -> None:
    (ada, to_ada), (bob, to_bob) = pair("ada"), pair("bob")
    channel = channel_of(ada, bob)
    turn.tell(channel, change(1))
    turn.tell(channel, change(2, origin="ada"))
    turn.tell(channel, change(3))
    assert await to_ada.frames(3) == [
        b'{"type":"message","seq":1}',
        b'{"type":"ack","msgId":"m2","message":{"seq":2}}',
        b'{"type":"message","seq":3}',
    ]
    assert await to_bob.frames(3) == [b'{"type":"message","seq":%d}' % n for n in (1, 2, 3)]


@pytest.mark.gen_test
async def test_who_joins_in_the_middle_of_a_turn_is_told_only_what_follows(pair, turn) -> None:
    (ada, to_ada), (bob, to_bob) = pair("ada"), pair("bob")
    channel = channel_of(ada)
    turn.tell(channel, change(1))
    turn.settle(channel)
    bob.send(frame(b"history"))
    channel.listeners.add(bob)
    turn.tell(channel, change(2))
    assert len(await to_ada.frames(2)) == 2
    assert await to_bob.frames(2) == [b"history", b'{"type":"message","seq":2}']


@pytest.mark.gen_test
async def test_a_backed_up_reader_gets_everything_in_order(pair, turn, slow) -> None:
    ada, to_ada = pair("ada", buffer=4096)
    channel = channel_of(ada)
    for seq in range(1, 101):
        turn.tell(channel, change(seq, size=5_000))
        await asyncio.sleep(0)
    told = await to_ada.frames(100)
    assert [int(t[len(b'{"type":"message","seq":') :].split()[0]) for t in told] == [*range(1, 101)]
    assert slow == []


@pytest.mark.gen_test
async def test_a_reader_who_stands_still_is_closed_with_4008(pair, turn, slow) -> None:
    (ada, to_ada), (bob, to_bob) = pair("ada", buffer=4096), pair("bob")
    channel = channel_of(ada, bob)
    for seq in range(1, 301):
        turn.tell(channel, change(seq, size=5_000))
        await asyncio.sleep(0)
        assert (await to_bob.frame())[0] == frames.TEXT
    assert slow == [ada]
    opcodes = []
    while not opcodes or opcodes[-1] == frames.TEXT:
        opcode, payload = await to_ada.frame()
        opcodes.append(opcode)
    assert opcode == frames.CLOSE
    assert int.from_bytes(payload[:2], "big") == 4008


@pytest.mark.gen_test
async def test_one_listeners_broken_socket_does_not_stop_the_others(pair, turn) -> None:
    (ada, to_ada), (bob, to_bob) = pair("ada"), pair("bob")
    to_ada._end.close()
    channel = channel_of(ada, bob)
    for seq in (1, 2):
        turn.tell(channel, change(seq))
        assert await to_bob.frames(1) == [b'{"type":"message","seq":%d}' % seq]
    assert ada._stream.closed()


@pytest.mark.parametrize("size", [0, 125, 126, 65535, 65536])
def test_a_frame_tells_its_length(size) -> None:
    made = frame(b"x" * size)
    header = {0: 2, 125: 2, 126: 4, 65535: 4, 65536: 10}[size]
    assert len(made) == header + size
    assert made[0] == 0x81
