"""A disk without a byte left: what can't be stored is told, and stored once there is room."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from tests.faults.crowd import Crowd
from tests.faults.figures import Fault, rounds
from tests.faults.small_disk import OnSmallDisk, Tmpfs
from tests.faults.test_uploads import upload
from tests.faults.wire import ask, call, run, sign_in

PEOPLE = 10
PAUSE = 0.03  # seconds
TIMES = rounds(2, 5)
FULL = 2.0  # seconds


async def _fill_again_and_again(server: OnSmallDisk, stated: Fault) -> Crowd:
    cookie = await sign_in(server.port, "ada")
    async with Crowd(server, posting=PEOPLE, listening=2, pause=PAUSE) as crowd:
        for _ in range(TIMES):
            refused = crowd.refused
            with server.disk.full(server):
                async with asyncio.timeout(20):
                    while crowd.refused == refused:
                        await asyncio.sleep(0.05)
                await _others_go_on(server, cookie)
                await asyncio.sleep(FULL)
            stated.came_back(await crowd.served())
            status, _ = await upload(server.port, cookie, b"minutes")
            assert status == 201
    return crowd


async def _others_go_on(server: OnSmallDisk, cookie: str) -> None:
    """Read, be told that nothing can be kept, be here: none of it needs the disk."""
    port = server.port
    status, page, _ = await ask(port, "GET", "/api/rooms/1/messages", None, cookie)
    assert (status, bool(page["messages"])) == (200, True)
    if isinstance(server.disk, Tmpfs):  # a file of its own may still grow under the other's limit
        status, answer = await upload(port, cookie, b"minutes" * 10_000)
        assert (status, answer["error"]["code"]) in ((503, "not_stored"), (507, "full"))
    ada = await call(port, cookie)
    ada.send(type="ping", n=1)
    await ada.until("pong", n=1)
    ada.close()


def test_what_people_say_while_it_is_full_is_stored_once_when_there_is_room(tmp_path, fault):
    with OnSmallDisk(tmp_path / "disk", "--message-rate=0", "--free-space=1KB") as server:
        stated = fault(
            "The disk is full",
            f"{TIMES} times for {FULL:g} s, {server.disk.how}, while {PEOPLE} people post",
            times=TIMES,
        )
        crowd = run(_fill_again_and_again(server, stated))
        stated.look_at(server)
        server.kill()
        # SQLite follows links, and would look for it on our own disk.
        kept = Path(shutil.copytree(server.kept, tmp_path / "kept"))
    stated.acked, stated.lost, stated.twice, _ = crowd.compare(kept)
    assert all("[E" not in line or "not stored" in line for line in server.told), server.told
    stated.besides = f"{crowd.refused:,} times somebody was told `not_stored`"
    stated.hold()
