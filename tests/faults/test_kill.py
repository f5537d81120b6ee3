"""Killed again and again under twenty people who post: nothing is lost, nothing doubled."""

from __future__ import annotations

import asyncio
import random
import time

from tests.faults.crowd import Crowd
from tests.faults.figures import Fault, rounds
from tests.faults.watched import Watched
from tests.faults.wire import run

PEOPLE = 20
LISTENERS = 3
KILLS = rounds(12, 100)
PAUSE = 0.01  # seconds between an answer and the next message: the cores are for the server


async def _post_and_kill(server: Watched, dice: random.Random, stated: Fault) -> Crowd:
    async with Crowd(server, posting=PEOPLE, listening=LISTENERS, pause=PAUSE) as crowd:
        for _ in range(KILLS):
            await asyncio.sleep(dice.random() * 0.2)  # it is in the midst of it
            killed = time.monotonic()
            server.kill()
            await asyncio.to_thread(server.start)
            await crowd.served(killed)
            stated.came_back(time.monotonic() - killed)
    return crowd


def test_kills_under_twenty_posting_people_lose_and_double_nothing(tmp_path, fault):
    seed = time.time_ns()
    print(f"seed {seed}")
    stated = fault(
        "Killed (SIGKILL) at a random moment, and started again",
        f"{KILLS} times, while {PEOPLE} people post, 5 in flight for each",
        times=KILLS,
    )
    with Watched(tmp_path, "--message-rate=0") as server:
        crowd = run(_post_and_kill(server, random.Random(seed), stated))
        stated.look_at(server)
    kept = crowd.compare(tmp_path)
    stated.acked, stated.lost, stated.twice, _ = kept
    assert kept.acked > KILLS * PEOPLE
    stated.hold()
