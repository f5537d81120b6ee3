"""Whatever comes in on a socket, it is answered, or ends it by the RFC; others never notice."""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import Iterator

import pytest

from models import events
from tests.faults.wire import CLOSE, Wire, ask, call, run
from tests.fuzz.asking import FREE, SLOW, cpu
from tests.fuzz.chance import Chance
from tests.fuzz.grammar import CODES, spoilt, valid
from tests.serving import GustProcess
from tests.talking import Client

BATCH = 20  # frames before it is looked at what came of them
PATIENCE = 0.3  # seconds; what is broken may be the beginning of something
KNOWN = {type.__struct_config__.tag for type in events.AnyServerEvent.__args__} | {"message"}
# What a client may be told that did not keep to the protocol, and what it said itself.
CODES_OF_A_CLOSE = {*range(1000, 1004), 1005, *range(1007, 1015), *range(3000, 5000)}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GustProcess]:
    with GustProcess(tmp_path_factory.mktemp("data"), *FREE, "--guest-burst=1") as server:
        yield server
        assert not server.complaints, server.complaints


def _frame(chance: Chance) -> str:
    event = valid(chance.choice(events.AnyClientEvent.__args__), chance)
    if chance.likely(0.3):
        event = spoilt(event, chance)
    frame = json.dumps(event, ensure_ascii=chance.likely(0.5)).encode("utf-8", "replace")
    if chance.likely(0.4):
        frame = chance.broken(frame)
    return frame[:60_000].decode("utf-8", "ignore")


def test_a_text_frame_is_always_answered_and_never_ends_the_socket(server):
    chance = Chance("text frames")

    async def scene() -> None:
        ada, bob = await _people(server)
        for number in chance.rounds():
            sent = [_frame(chance) for _ in range(BATCH)]
            begun = cpu(server)
            for frame in sent:
                ada.raw(frame)
            ada.send(type="ping", n=f"round {number}")
            while True:
                event = await ada.next(timeout=20)
                assert event["type"] in KNOWN, (event, sent)
                assert event.get("code") in CODES or event["type"] != "error", (event, sent)
                if event["type"] == "pong" and event.get("n") == f"round {number}":
                    break
            assert cpu(server) - begun < SLOW, sent
            ada.events.clear()
            await _drain(bob, number)
        ada.close()
        bob.close()

    run(scene())


async def _people(server: GustProcess) -> tuple[Client, Client]:
    """Give two who are in a room of their own, and have said something there."""
    _, _, cookie = await ask(server.port, "POST", "/api/session", {"name": "ada"})
    await ask(server.port, "POST", "/api/rooms", {"name": "den"}, cookie)
    ada, bob = await call(server.port, cookie), await call(server.port, name="bob")
    for text in ("one", "two", "three"):
        await ada.say(text)
    return ada, bob


async def _drain(listener: Client, number: int) -> None:
    """Have a bystander take all that they were told, and find them well."""
    listener.send(type="ping", n=number)
    await listener.until("pong", timeout=20, n=number)
    listener.events.clear()


def test_broken_frames_end_their_own_socket_at_most(server):
    chance = Chance("broken frames on the wire")

    async def one() -> None:
        eve = await Wire.connect(server.port, name="eve")
        begun = cpu(server)
        sent = b"".join(_raw(chance) for _ in range(chance.randint(1, 5)))
        eve.writer.write(chance.broken(sent) if chance.likely(0.6) else sent)
        try:
            async with asyncio.timeout(PATIENCE):
                while (frame := await eve.next_frame()) is not None:
                    if frame.opcode == CLOSE:
                        code = struct.unpack("!H", frame.payload[:2])[0] if frame.payload else 1005
                        assert code in CODES_OF_A_CLOSE, (code, sent)
                        break
        except TimeoutError:
            pass  # it is well, or waits for more
        assert cpu(server) - begun < SLOW, sent
        eve.drop()

    async def scene() -> None:
        bob = await call(server.port, name="bob")
        for number in chance.rounds():
            await asyncio.gather(*(one() for _ in range(6)))
            await _drain(bob, number)
        bob.close()

    run(scene())


def _raw(chance: Chance) -> bytes:
    """Write a frame, of any kind and length, masked with anything."""
    payload = _frame(chance).encode()[: chance.choice((0, 1, 125, 126, 1_000, 60_000))]
    opcode = chance.choice((1, 1, 1, 0, 2, 8, 9, 10, 3, 11))
    first = chance.choice((0x80, 0x80, 0x80, 0x00, 0xC0)) | opcode
    length = len(payload) if chance.likely(0.9) else chance.choice((0, 125, 2**16, 2**31, 2**63))
    if length < 126:
        head = struct.pack("!BB", first, 0x80 | length)
    elif length < 1 << 16:
        head = struct.pack("!BBH", first, 0x80 | 126, length)
    else:
        head = struct.pack("!BBQ", first, 0x80 | 127, length)
    return head + chance.randbytes(4) + payload
