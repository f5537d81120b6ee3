"""What a thousand want in the same moment, begun a part at a time.

The event loop goes through all that is ready before it looks for anything new: a thousand
handshakes, or closed connections, that are ready together hold up everybody else for as long as
all of them take. Here a part of them is begun in each turn of the loop, in their order, and
whoever only wants to say something comes between.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial

PART = 100  # begun in one turn: some ms


class Pace:
    """Let so many begin in each turn of the loop.

    :param part: how many
    """

    def __init__(self, part: int = PART) -> None:
        self._part = part
        self._begun = 0
        self._waiting: deque[Callable[[], object]] = deque()
        self._is_counting = False

    def do(self, work: Callable[[], object]) -> None:
        """Do it now; later, where as many have begun something in this turn already."""
        if self._has_room():
            work()
        else:
            self._waiting.append(work)

    async def turn(self) -> None:
        """Wait until one's turn has come: not at all, where few want theirs."""
        if not self._has_room():
            come: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(partial(_resolve, come))
            await come

    def _has_room(self) -> bool:
        """Count one more, where there is room in this turn."""
        if self._waiting or self._begun >= self._part:
            return False
        self._begun += 1
        if not self._is_counting:
            self._is_counting = True
            asyncio.get_running_loop().call_soon(self._next_turn)
        return True

    def _next_turn(self) -> None:
        loop = asyncio.get_running_loop()
        self._begun = min(self._part, len(self._waiting))
        for _ in range(self._begun):
            loop.call_soon(self._waiting.popleft())
        self._is_counting = self._begun > 0
        if self._is_counting:
            loop.call_soon(self._next_turn)


def _resolve(come: asyncio.Future[None]) -> None:
    if not come.done():  # who waited has given up
        come.set_result(None)
