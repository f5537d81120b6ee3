"""Frames on their way in, however they are cut, and what is done to those that are wrong."""

from __future__ import annotations

import asyncio
import os
import struct
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tornado.util import _websocket_mask
from tornado.websocket import _WebSocketParams

from handlers.reader import Reader, Violation

LIMIT = 300


def masked(payload: bytes, opcode: int = 0x1, final: bool = True) -> bytes:
    """Make a frame as a client sends it."""
    length = len(payload)
    if length < 126:
        size = bytes([0x80 | length])
    elif length < 1 << 16:
        size = struct.pack("!BH", 0x80 | 126, length)
    else:
        size = struct.pack("!BQ", 0x80 | 127, length)
    mask = os.urandom(4)
    head = bytes([(0x80 if final else 0) | opcode])
    return head + size + mask + _websocket_mask(mask, payload)


class Handler:
    """Keeps what it is told."""

    listener = None

    def __init__(self) -> None:
        self.messages: list[str | bytes] = []
        self.pongs: list[bytes] = []
        self.counted = 0

    def on_message(self, message: str | bytes) -> None:
        self.messages.append(message)

    def count_frame(self) -> None:
        self.counted += 1

    def on_pong(self, data: bytes) -> None:
        self.pongs.append(data)


def reader_of(handler: Handler) -> Reader:
    params = _WebSocketParams(max_message_size=LIMIT)
    return Reader(handler, False, params)  # type: ignore[arg-type]


def fragments(text: str, cuts: list[int]) -> bytes:
    """Make a message of several frames, with a pong between each two."""
    data = text.encode()
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    parts = [data[a:b] for a, b in pairwise(edges)]
    frames = [
        masked(part, 0x1 if i == 0 else 0x0, i == len(parts) - 1) for i, part in enumerate(parts)
    ]
    return masked(b"beat", 0xA).join(frames)


texts = st.text(max_size=60)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(texts, st.lists(st.integers(0, 200), max_size=3)), max_size=6),
    st.lists(st.integers(1, 40), min_size=1),
)
def test_messages_arrive_whole_however_they_are_cut(messages, sizes) -> None:
    stream = b"".join(fragments(text, cuts) for text, cuts in messages)
    handler = Handler()
    reader = reader_of(handler)
    at = turn = 0
    while at < len(stream):
        size = sizes[turn % len(sizes)]
        reader._take(stream[at : at + size])
        at, turn = at + size, turn + 1
    assert handler.messages == [text for text, _ in messages]
    assert set(handler.pongs) <= {b"beat"}
    assert not reader._data


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_frames_or_a_violation(data) -> None:
    reader = reader_of(Handler())
    reader.close = lambda *args: None  # type: ignore[method-assign]
    reader._send_pong = lambda data: None  # type: ignore[method-assign]
    reader._handle_message = lambda opcode, data: None  # type: ignore[method-assign]
    with suppress(Violation):
        reader._take(data)


def test_binary_is_told_apart_from_text() -> None:
    handler = Handler()
    reader_of(handler)._take(masked(b"\xff\x00", 0x2))
    assert handler.messages == [b"\xff\x00"]


async def shake_hands(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        b"GET /chatsocket?name=ada HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
        b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    await reader.readuntil(b"\r\n\r\n")
    return reader, writer


async def close_code(reader: asyncio.StreamReader) -> int:
    """Read up to the close frame; give its code."""
    while True:
        opcode, length = await reader.readexactly(2)
        if length == 126:
            (length,) = struct.unpack("!H", await reader.readexactly(2))
        payload = await reader.readexactly(length)
        if opcode & 0x0F == 0x8:
            return int.from_bytes(payload[:2], "big")


def headless(first: int, second: int, rest: bytes = b"") -> bytes:
    return bytes([first, second]) + rest


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (masked(b"x" * 65_537), 1009),
        (masked(b"x" * 200_000), 1009),
        (masked(b"x" * 40_000, final=False) + masked(b"x" * 40_000, 0x0), 1009),
        (masked(b"\xff\xfe"), 1007),
        (masked(b"x", 0x3), 1002),
        (masked(b"x", 0x0), 1002),
        (masked(b"x", final=False) + masked(b"y"), 1002),
        (headless(0xC1, 0x80, b"\0\0\0\0"), 1002),
        (headless(0x81, 0x01, b"x"), 1002),
        (headless(0x09, 0x80, b"\0\0\0\0"), 1002),
        (headless(0x89, 0xFE, b"\0\x80\0\0\0\0"), 1002),
    ],
    ids=[
        "a frame too long",
        "a frame much too long",
        "a message too long",
        "no UTF-8",
        "no such opcode",
        "a continuation of nothing",
        "a message within a message",
        "a reserved bit",
        "unmasked",
        "a ping in parts",
        "a ping too long",
    ],
)
@pytest.mark.gen_test
async def test_who_does_not_keep_the_protocol_is_told_and_closed(
    http_server, http_port, sent, code
) -> None:
    reader, writer = await shake_hands(http_port)
    writer.write(sent)
    assert await close_code(reader) == code
    writer.close()
    await writer.wait_closed()


@pytest.mark.gen_test
async def test_the_goodbye_for_a_frame_too_big_is_shaken_hands_on(http_server, http_port) -> None:
    reader, writer = await shake_hands(http_port)
    writer.write(masked(b"x" * 100_000) + masked(b"and more"))
    assert await close_code(reader) == 1009
    writer.write(masked(struct.pack("!H", 1009), 0x8))
    assert await asyncio.wait_for(reader.read(), 2) == b""
    writer.close()
    await writer.wait_closed()


@pytest.mark.gen_test
async def test_a_frame_of_just_the_limit_is_read(http_server, http_port) -> None:
    reader, writer = await shake_hands(http_port)
    writer.write(masked(b"x" * 65_536))
    await reader.readuntil(b'"code":"too_long"')
    writer.close()
    await writer.wait_closed()


@pytest.mark.gen_test
async def test_a_ping_of_the_protocol_is_answered_with_its_payload(http_server, http_port) -> None:
    reader, writer = await shake_hands(http_port)
    writer.write(masked(b"are you there", 0x9))
    await reader.readuntil(b"\x8a\x0dare you there")
    writer.close()
    await writer.wait_closed()
