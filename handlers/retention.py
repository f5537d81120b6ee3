"""What is older than ``--keep-days``: taken away beside everything else that goes on."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime

from handlers import steps
from models.bus import Bus
from models.errors import ChatError
from models.store import Store, retention
from models.store.schema import now

log = logging.getLogger("gust.retention")

EVERY = 3600.0  # seconds
PART = 0.1  # of all messages: where more went, all of the search index is written anew
DOUBT = 7 * 86400.0  # seconds in which somebody may look after a clock that seems wrong
PAUSE = 0.05  # seconds between two steps, for those who talk


class Retention:
    """Take away what is too old, at the start and once an hour.

    :param days: for which messages are kept; 0: for ever
    """

    def __init__(self, store: Store, bus: Bus, days: int) -> None:
        self._store = store
        self._bus = bus
        self._days = days
        self._task: asyncio.Task[None] | None = None
        self._doubted: float | None = None  # since when the clock is

    def start(self) -> None:
        if self._days:
            self._task = asyncio.ensure_future(self._run())

    def stop(self) -> None:
        """Leave the rest to the next start."""
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        while True:
            try:
                await self.apply()
            except ChatError as error:
                log.error("what is too old is left for later: %s", error)
            await asyncio.sleep(EVERY)

    async def apply(self) -> None:
        """Take away all that is too old by now; the files go with the next sweep.

        Nothing for a while, where that would be everything: it is not told apart from a clock
        that is far ahead, as after a start with an empty battery, and what goes is gone for good.
        """
        before = now() - self._days * retention.DAY
        newest = await self._store.read(retention.newest)
        if self._doubted is None and newest is not None and newest < before:
            self._doubted = time.monotonic()
            self._warn(newest)
        if self._doubted is not None and time.monotonic() < self._doubted + DOUBT:
            return  # though something was said since: that is of this clock's date
        after: int | None = 0
        while after is not None:
            after = await steps.take(self._store, self._bus, retention.take_back, before, after)
            await asyncio.sleep(PAUSE)
        forgotten = await self._repeat(retention.forget, before - retention.GRACE)
        if forgotten > PART * await self._store.read(retention.kept):
            await self._store.write(retention.tidy_index, True)
        await self._repeat(retention.tidy_index)
        await self._repeat(retention.shrink)

    def _warn(self, newest: int) -> None:
        log.warning(
            "nothing is taken away for a week: by this machine's clock, which says %s, even the "
            "newest message, of %s, is older than --keep-days=%d. If the clock is wrong, set it "
            "and start the server again",
            _day(now()),
            _day(newest),
            self._days,
        )

    async def _repeat(self, step: Callable[..., int], *args: int) -> int:
        """Take a step again and again until it tells that there is no more; add up."""
        total = 0
        while did := await self._store.write(step, *args):
            total += did
            await asyncio.sleep(PAUSE)
        return total


def _day(date: int) -> str:
    return f"{datetime.fromtimestamp(date / 1000, UTC):%Y-%m-%d}"
