"""Removing all that somebody said, or all of a room, beside everything else that goes on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from handlers import steps
from models.bus import Bus
from models.errors import ChatError
from models.store import Store
from models.store.steps import Step

log = logging.getLogger("gust.removals")

PAUSE = 0.05  # seconds between two steps: who looks on is told 2,000 changes a second at most
LATER = 10.0  # seconds, after the database refused


class Removals:
    """Carry out the removals that are written down in the database.

    :param whose: what has an id and messages: a user, or a room
    :param waiting: lists the ids of those of whom something is still to be removed
    :param step: takes the next step of one of them; see :mod:`models.store.steps`
    """

    def __init__(
        self,
        store: Store,
        bus: Bus,
        whose: str,
        waiting: Callable[..., list[int]],
        step: Callable[..., Step[Any]],
    ) -> None:
        self._store = store
        self._bus = bus
        self._whose = whose
        self._waiting = waiting
        self._step = step
        self._running: dict[int, asyncio.Task[None]] = {}
        self._asked: set[int] = set()

    def start(self) -> None:
        """Go on with what a restart interrupted."""
        self._store.read(self._waiting).add_done_callback(self._resume)

    def _resume(self, reading: asyncio.Future[list[int]]) -> None:
        if not reading.cancelled() and reading.exception() is None:
            for id in reading.result():
                self.remove_all_of(id)

    def remove_all_of(self, id: int) -> None:
        """Begin to remove all messages of somebody, or of a room; who is to hear of it does.

        Call it after that was committed which made it so. Where it runs already it runs once
        more: its last step may have been taken before that commit.
        """
        self._asked.add(id)
        if id not in self._running:
            task = asyncio.get_running_loop().create_task(self._remove(id))
            self._running[id] = task
            task.add_done_callback(partial(self._removed, id))

    def _removed(self, id: int, task: asyncio.Task[None]) -> None:
        del self._running[id]
        if id in self._asked and not task.cancelled():
            self.remove_all_of(id)

    async def _remove(self, id: int) -> None:
        self._asked.discard(id)
        after: Any = None
        while True:
            try:
                after = await steps.take(self._store, self._bus, self._step, id, after)
            except ChatError as error:
                still = "messages of %s=%d are still to be removed: %s"
                log.error(still, self._whose, id, error)
                await asyncio.sleep(LATER)
                continue
            if after is None:
                return
            await asyncio.sleep(PAUSE)

    @property
    def busy(self) -> bool:
        return bool(self._running)

    def stop(self) -> None:
        """Leave the rest to the next start."""
        for task in self._running.values():
            task.cancel()
