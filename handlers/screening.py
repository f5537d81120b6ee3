"""The word filter as it is at present: read at the start, and anew whenever it changes."""

from __future__ import annotations

import asyncio
import logging

from models.filters import Filter
from models.store import Store, filters

log = logging.getLogger("gust.filters")


class Screening:
    """Hold the filter that is in force.

    :ivar filter: it; on the way of every message
    """

    def __init__(self, store: Store) -> None:
        self.filter = store.read_at_start(filters.current)
        self._store = store
        self._reading: asyncio.Future[Filter] | None = None

    def reload(self) -> None:
        """Read the rules; until that is done, the old ones are in force."""
        reading = self._store.read(filters.current)
        self._reading = reading
        reading.add_done_callback(self._reloaded)

    def _reloaded(self, reading: asyncio.Future[Filter]) -> None:
        if self._reading is not reading:
            return  # they changed again, and that is being read
        self._reading = None
        error = reading.exception()
        if error is None:
            self.filter = reading.result()
        else:
            log.error("the word filter could not be read, the old one stays: %s", error)

    async def settle(self) -> None:
        """Wait until what was changed is in force."""
        while self._reading is not None:
            await asyncio.wait([self._reading])
