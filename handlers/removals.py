"""Removing all that somebody said, beside everything else that goes on."""

from __future__ import annotations

import asyncio
import logging

from handlers import steps
from models.bus import Bus
from models.errors import ChatError
from models.store import Store, removals

log = logging.getLogger("gust.removals")

PAUSE = 0.05  # seconds between two steps: who looks on is told 2,000 changes a second at most
LATER = 10.0  # seconds, after the database refused


class Removals:
    """Carry out the removals that are written down in the database."""

    def __init__(self, store: Store, bus: Bus) -> None:
        self._store = store
        self._bus = bus
        self._running: dict[int, asyncio.Task[None]] = {}

    def start(self) -> None:
        """Go on with what a restart interrupted."""
        self._store.read(removals.waiting).add_done_callback(self._resume)

    def _resume(self, reading: asyncio.Future[list[int]]) -> None:
        if not reading.cancelled() and reading.exception() is None:
            for user in reading.result():
                self.remove_all_of(user)

    def remove_all_of(self, user: int) -> None:
        """Begin to remove all messages of somebody; every room hears of its own.

        Call it after :func:`models.store.removals.begin` is committed.
        """
        if user not in self._running:
            task = asyncio.get_running_loop().create_task(self._remove(user))
            self._running[user] = task
            task.add_done_callback(lambda _: self._running.pop(user))

    async def _remove(self, user: int) -> None:
        after: str | None = ""
        while after is not None:
            try:
                after = await steps.take(self._store, self._bus, removals.step, user, after)
            except ChatError as error:
                log.error("messages of user=%d are still to be removed: %s", user, error)
                await asyncio.sleep(LATER)
                continue
            if after is not None:
                await asyncio.sleep(PAUSE)

    @property
    def busy(self) -> bool:
        return bool(self._running)

    def stop(self) -> None:
        """Leave the rest to the next start."""
        for task in self._running.values():
            task.cancel()
