"""What many want at once is begun a part at a time, in order, and others come between."""

from __future__ import annotations

import asyncio
from itertools import pairwise

from handlers.pace import Pace


def test_few_wait_for_nothing():
    async def scene() -> None:
        done: list[int] = []
        pace = Pace(3)
        for number in range(3):
            pace.do(lambda number=number: done.append(number))
        assert done == [0, 1, 2]

    asyncio.run(scene())


def test_of_many_a_part_is_begun_in_each_turn_and_all_in_their_order():
    async def scene() -> None:
        done: list[int] = []
        pace = Pace(3)
        for number in range(10):
            pace.do(lambda number=number: done.append(number))
        seen = []
        for _ in range(20):
            seen.append(len(done))
            await asyncio.sleep(0)
        assert done == [*range(10)]
        assert max(after - before for before, after in pairwise(seen)) <= 3

    asyncio.run(scene())


def test_who_waits_for_a_turn_and_gives_up_keeps_nobody_waiting():
    async def scene() -> None:
        pace = Pace(1)
        done: list[str] = []

        async def come(name: str) -> None:
            await pace.turn()
            done.append(name)

        tasks = [asyncio.create_task(come(name)) for name in ("ada", "bob", "carol", "dave")]
        await asyncio.sleep(0)
        tasks[2].cancel()
        await asyncio.wait(tasks, timeout=5)
        assert done == ["ada", "bob", "dave"]

    asyncio.run(scene())


def test_after_a_quiet_moment_it_begins_anew():
    async def scene() -> None:
        pace = Pace(2)
        done: list[int] = []
        for number in range(5):
            pace.do(lambda number=number: done.append(number))
        for _ in range(10):
            await asyncio.sleep(0)
        pace.do(lambda: done.append(5))
        assert done == [*range(6)]

    asyncio.run(scene())
