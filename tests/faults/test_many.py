"""Many of everything: rooms, connections, joins. Nothing is lost, and nothing piles up."""

from __future__ import annotations

import asyncio
import json
import re
import time
from pathlib import Path

from tests.faults.wire import TEXT, Wire, ask, call, run, sign_in
from tests.serving import GustProcess

ROOMS = 600  # more than stay in memory while nobody listens
RESUMED = 200  # rooms in one handshake
COMING = 1_000  # connections, one after the other
MEGABYTE = 1 << 20


async def _rooms(port: int, cookie: str, count: int) -> list[int]:
    made = []
    for number in range(count):
        status, entry, _ = await ask(port, "POST", "/api/rooms", {"name": f"den {number}"}, cookie)
        assert status == 201, entry
        made.append(entry["id"])
    return made


async def _texts(wire: Wire, count: int) -> set[tuple[int, str]]:
    texts = set()
    async with asyncio.timeout(30):
        while len(texts) < count:
            text = await wire.read_message()
            assert text is not None, wire.close_code
            event = json.loads(text)
            if event["type"] == "message":
                texts.add((event["room"], event["text"]))
    return texts


async def _presences(wire: Wire, count: int) -> None:
    async with asyncio.timeout(30):
        while count:
            text = await wire.read_message()
            assert text is not None, wire.close_code
            count -= text.startswith('{"type":"presence"')


def test_hundreds_of_rooms_resumed_at_once_are_all_live(tmp_path):
    async def scene() -> None:
        port = server.port
        ada = await call(port, cookie)
        resumes = [
            ",".join(f"{room}:0" for room in rooms[at : at + RESUMED])
            for at in range(0, ROOMS, RESUMED)
        ]
        cookies = [await sign_in(port, f"bob {number}") for number in range(len(resumes))]
        wires = await asyncio.gather(
            *(Wire.connect(port, of, resume=r) for of, r in zip(cookies, resumes, strict=True))
        )
        for wire in wires:
            await _presences(wire, RESUMED)
        for room in rooms:
            ada.send(type="message", room=room, text=f"hello {room}")
        for number, wire in enumerate(wires):
            expected = rooms[number * RESUMED : (number + 1) * RESUMED]
            assert await _texts(wire, RESUMED) == {(room, f"hello {room}") for room in expected}
            wire.close()
        ada.close()

    options = ("--message-rate=0", "--room-rate=0", "--rooms-per-user=0")
    with GustProcess(tmp_path, *options) as server:
        cookie = run(sign_in(server.port, "ada"))
        rooms = run(_rooms(server.port, cookie, ROOMS))
        server.kill()  # so that no room is in memory
        server.start()
        run(scene())
        assert not server.complaints


async def _come_and_go(port: int, count: int) -> None:
    async def one(number: int) -> None:
        wire = await Wire.connect(port, name=f"bob {number % 50}")
        await wire.read_message()
        (wire.close if number % 2 else wire.drop)()

    for first in range(0, count, 50):
        await asyncio.gather(*(one(number) for number in range(first, first + 50)))


def test_a_thousand_who_came_and_went_leave_neither_memory_nor_work(tmp_path):
    async def scene() -> None:
        for _ in range(3):  # until the memory that they take for 5 s has been taken
            await _come_and_go(server.port, COMING)
        before = server.resident()
        await _come_and_go(server.port, COMING)
        await asyncio.sleep(6)  # the last of them is present for 5 s more
        assert server.resident() - before < 6 * MEGABYTE  # a thousand that stayed: 10
        worked = _worked(server)
        await asyncio.sleep(1)
        assert _worked(server) - worked < 0.1

    with GustProcess(tmp_path) as server:
        run(scene())
        assert not server.complaints
        opened = [re.search(r"open (\S+)", line) for line in server.log]
        closed = [re.search(r"close (\S+)", line) for line in server.log]
        assert {m[1] for m in opened if m} == {m[1] for m in closed if m}


def _worked(server: GustProcess) -> float:
    """Tell how many seconds of CPU it has used."""
    fields = Path(f"/proc/{server.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def test_joining_over_and_over_without_reading_costs_no_more_than_a_slow_reader(tmp_path):
    async def scene() -> None:
        ada = await call(server.port, name="ada")
        for _ in range(200):
            ada.send(type="message", text="<" * 2_000)
        for _ in range(200):
            await ada.until("ack")
        for resume in ("", ",".join(["1:0"] * RESUMED)):
            epoch = ada.events[0]["epoch"]
            query = {"resume": resume, "epoch": epoch} if resume else {}
            bob = await call(server.port, name="bob", **query)
            await bob.next()
            before = server.resident()
            bob.socket.writer.transport.pause_reading()  # type: ignore[attr-defined]
            begun = time.monotonic()
            for _ in range(1_000):
                bob.send(type="join", room=1)
            most = 0
            while time.monotonic() - begun < 2:
                most = max(most, server.resident())
                await asyncio.sleep(0.01)
                ada.send(type="ping", n=1)
                await ada.until("pong", n=1)
            assert most - before < 16 * MEGABYTE
            bob.socket.drop()  # type: ignore[attr-defined]
        ada.close()

    with GustProcess(tmp_path, "--message-rate=0", "--room-rate=0") as server:
        run(scene())


def test_empty_pieces_without_end_stop_nobody(tmp_path):
    async def scene() -> None:
        ada = await call(server.port, name="ada")
        eve = await Wire.connect(server.port, name="eve")
        eve.write_frame(b"x", TEXT, fin=False)
        for _ in range(20_000):
            eve.write_frame(b"", 0, fin=False)
        begun = time.monotonic()
        for n in range(20):
            ada.send(type="ping", n=n)
            await ada.until("pong", timeout=60, n=n)
        assert time.monotonic() - begun < 1
        eve.drop()
        ada.close()

    with GustProcess(tmp_path) as server:
        run(scene())
