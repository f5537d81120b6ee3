"""Frames that no proper client sends: too big, in pieces, broken."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import pytest

from tests.faults.wire import CLOSE, TEXT, Wire, call, run
from tests.serving import GustProcess

FRAME = 65_536  # bytes


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GustProcess]:
    with GustProcess(tmp_path_factory.mktemp("data"), "--message-rate=0") as server:
        yield server
        assert not server.complaints


def test_binary_frames_are_bad_events(server):
    async def scene() -> None:
        ada = await call(server.port, name="ada")
        await ada.until("presence")
        for frame in (b"", b"hello", b'{"type":"ping"}', bytes(range(256)) * 200):
            ada.raw(frame)
            assert (await ada.until("error"))["code"] == "bad_event"
        ada.close()

    run(scene())


def _padded(size: int) -> bytes:
    event = b'{"type":"ping","pad":"%b"}'
    return event % (b"x" * (size - len(event) + 2))


def test_a_frame_of_exactly_the_limit_is_read_and_one_byte_more_closes_with_1009(server):
    async def scene() -> None:
        wire = await Wire.connect(server.port, name="ada")
        wire.write_frame(_padded(FRAME))
        await _pong(wire)
        wire.write_frame(_padded(FRAME + 1))
        assert await wire.read_message() is None
        assert wire.close_code == 1009

    run(scene())


async def _pong(wire: Wire) -> str:
    while not (text := await wire.read_message() or "").startswith('{"type":"pong"'):
        assert text, wire.close_code
    return text


@pytest.mark.parametrize("size", [70_000, 300_000, 20_000_000])
def test_a_frame_over_the_limit_closes_with_1009(server, size):
    async def scene() -> None:
        wire = await Wire.connect(server.port, name="ada")
        wire.write_frame(b"x" * size)
        while await wire.read_message() is not None:
            pass
        assert wire.close_code == 1009

    run(scene())


def test_a_frame_in_pieces_is_one_event(server):
    async def scene() -> None:
        wire = await Wire.connect(server.port, name="ada")
        text = json.dumps({"type": "ping", "n": "äöü👍"}, ensure_ascii=False).encode()
        wire.write_frame(text[:20], TEXT, fin=False)
        for at in range(20, len(text)):  # also within a character
            wire.write_frame(text[at : at + 1], 0, fin=False)
        wire.write_frame(b"", 0, fin=True)
        assert json.loads(await _pong(wire))["n"] == "äöü👍"
        for _ in range(5):
            wire.write_frame(b"x" * 20_000, TEXT if _ == 0 else 0, fin=_ == 4)
        while await wire.read_message() is not None:
            pass
        assert wire.close_code == 1009, "the pieces together are over the limit"

    run(scene())


@pytest.mark.parametrize(
    ("goodbye", "answer"),
    [
        (b"", 1005),
        (b"\x03\xe8", 1000),
        (b"\x03\xe8bye", 1000),
        (b"\x0f\xa1", 4001),
        (b"\x03", 1002),
        (b"\x03\xed", 1002),
        (b"\x2b\x07", 1002),
        (b"\x03\xe8\xff", 1007),
    ],
    ids=["none", "1000", "with a reason", "an own one", "half a code", "1005", "11015", "no text"],
)
def test_a_goodbye_is_answered_with_its_code_or_told_what_is_wrong(server, goodbye, answer):
    async def scene() -> None:
        wire = await Wire.connect(server.port, name="ada")
        wire.write_frame(goodbye, CLOSE)
        async with asyncio.timeout(10):
            while (frame := await wire.next_frame()) is not None and frame.opcode != CLOSE:
                pass
        assert frame is not None
        told = int.from_bytes(frame.payload[:2]) if frame.payload else 1005
        assert told == answer
        wire.drop()

    run(scene())


def test_broken_frames_end_their_own_connection_only(server):
    async def scene() -> None:
        broken = {
            "invalid UTF-8": lambda wire: wire.write_frame(b"\xff\xfe{", TEXT),
            "half a character": lambda wire: wire.write_frame("ä".encode()[:1], TEXT),
            "an unknown opcode": lambda wire: wire.write_frame(b"", 0xB),
            "a piece of nothing": lambda wire: wire.write_frame(b"x", 0),
            "a long ping": lambda wire: wire.write_frame(b"x" * 200, 0x9),
            "a close of one byte": lambda wire: wire.write_frame(b"x", CLOSE),
            "a close with a reason that is no text": lambda wire: wire.write_frame(
                b"\x03\xe8\xff", CLOSE
            ),
            "a close with a bad code": lambda wire: wire.write_frame(b"\0\1", CLOSE),
            "no mask": lambda wire: wire.writer.write(b"\x81\x01x"),
            "a reserved bit": lambda wire: wire.writer.write(b"\xc1\x81\0\0\0\0x"),
            "a length of 2**63": lambda wire: wire.writer.write(b"\x81\xff" + b"\xff" * 12),
            "no frame at all": lambda wire: wire.writer.write(b"GET / HTTP/1.1\r\n\r\n"),
            "half a frame": lambda wire: (wire.writer.write(b"\x81\xfe\x10"), wire.drop()),
        }
        stalled = []
        bob = await call(server.port, name="bob")
        for name, send in broken.items():
            wire = await Wire.connect(server.port, name="ada")
            send(wire)
            try:
                async with asyncio.timeout(2):
                    while await wire.read_message() is not None:
                        pass
            except TimeoutError:
                stalled.append(name)
            bob.send(type="ping", n=name)
            await bob.until("pong", n=name)
        bob.close()
        assert not stalled

    run(scene())
