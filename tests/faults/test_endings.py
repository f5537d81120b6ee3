"""A room of thousands is deleted: nobody waits for it, and everybody is told."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sqlalchemy import Connection, insert, select

from benchmarks.machine import raise_file_limit
from models.store import beside
from models.store.schema import members, positions, users
from tests.faults.figures import HELD_UP_BESIDE_OTHERS
from tests.faults.watched import Watched
from tests.faults.wire import Wire, ask, run, sign_in
from tests.models.test_removals import fill

MEMBERS = 5_000
LISTENING = 500  # sockets
SAID = 300  # messages, which go in the steps that follow


def _fill(connection: Connection, room: int) -> None:
    """Have all of them in the room, each with where they are in it, and much said."""
    people = [{"name": f"bob {n}", "name_key": f"bob {n}"} for n in range(MEMBERS)]
    made = [{**each, "role": "guest", "date": 1} for each in people]
    connection.execute(insert(users), made)
    inside = connection.scalars(select(users.c.id).where(users.c.date == 1)).all()
    rows = [{"user": user, "room": room, "date": 1} for user in inside]
    connection.execute(insert(members), rows)
    at = {"received": 0, "read": 0, "message": 0}
    connection.execute(insert(positions), [row | at for row in rows])
    fill(connection, inside[0], room, SAID)


async def _is_told(wire: Wire, room: int) -> None:
    text = ""
    while not text.startswith('{"type":"removed"'):
        heard = await wire.read_message()
        assert heard is not None, wire.close_code
        text = heard
    assert text == f'{{"type":"removed","room":{room},"ended":true}}'


def test_the_end_of_a_room_of_thousands_keeps_nobody_waiting(tmp_path: Path) -> None:
    async def scene() -> None:
        port = server.port
        cookie = await sign_in(port, "ada")
        _, den, _ = await ask(port, "POST", "/api/rooms", {"name": "den"}, cookie)
        room = den["id"]
        await asyncio.to_thread(beside.write, f"sqlite:///{tmp_path}/chat.db", _fill, room)
        at_once = asyncio.Semaphore(50)

        async def come() -> Wire:
            async with at_once:
                wire = await Wire.connect(port, cookie, resume=f"{room}:0")
                while not (await wire.read_message() or "").startswith('{"type":"presence"'):
                    pass
                return wire

        wires = await asyncio.gather(*(come() for _ in range(LISTENING)))
        server.measure_anew()
        assert (await ask(port, "DELETE", f"/api/rooms/{room}", None, cookie))[0] == 204
        async with asyncio.timeout(5):
            await asyncio.gather(*(_is_told(wire, room) for wire in wires))
        await asyncio.sleep(0.5)  # the steps
        assert server.longest_turn < HELD_UP_BESIDE_OTHERS, f"{server.longest_turn:.0f} ms"
        for wire in wires:
            wire.drop()

    raise_file_limit()
    free = ("--message-rate=0", "--sockets-per-user=0", "--sockets-per-ip=0", "--join-rate=0")
    with Watched(tmp_path, *free, "--request-rate=0", "--address-request-rate=0") as server:
        run(scene())
        assert not server.told[1:], server.told
