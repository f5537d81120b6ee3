"""A database that is busy for as long as a test wants."""

from __future__ import annotations

import asyncio
from threading import Event
from typing import Any


class Busy:
    """Keep the writer busy until the end of the ``async with``: what is written waits, in order."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._begun, self._free = Event(), Event()

    async def __aenter__(self) -> Busy:
        self._writing = self._app.store.write(self._hold)
        await asyncio.to_thread(self._begun.wait, 10)
        return self

    async def __aexit__(self, *_: Any) -> None:
        self._free.set()
        await self._writing

    async def until_waiting(self, count: int) -> None:
        """Wait until so many writes wait behind it."""
        while self._app.store.waiting <= count:
            await asyncio.sleep(0.001)

    def _hold(self, _connection: Any) -> None:
        self._begun.set()
        self._free.wait(10)
