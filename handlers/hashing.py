"""Passwords are hashed on threads of their own: it takes long, and much memory, on purpose."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from models.errors import SlowDown

P = ParamSpec("P")
T = TypeVar("T")

# Half of the machine: the other half serves those who are in already. Each thread
# takes 19 MiB while it works.
THREADS = max(1, (os.cpu_count() or 1) // 2)
WAITING = 40  # hashes in line: about a second's worth for one thread


class Hashing:
    """A small pool, with a short line before it."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="hashing")
        self._asked = 0

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run one of the functions of :mod:`models.passwords`.

        :raises SlowDown: too many wait already
        """
        assert not kwargs
        if self._asked >= WAITING + THREADS:
            raise SlowDown(1000, "Too many passwords are being checked at this moment")
        self._asked += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work, *args)
        finally:
            self._asked -= 1

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)
