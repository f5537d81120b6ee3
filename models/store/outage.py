"""A database that refuses what is written: told in the log once, now and then, and when it is over.

On a full disk every transaction fails, a hundred a second where people go on posting: a line
for each would fill what is left of the disk.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

log = logging.getLogger("gust.store")

PAUSE = 60.0  # seconds between two lines that tell of the same
CALM = 1.0  # seconds without a refusal, until what is written again counts as the end


class Outage:
    """Whether writes are refused, and since when.

    :param clock: seconds, on any clock that only goes forward
    :ivar is_on: a write was refused, and nothing has told the end of it yet
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.is_on = False
        self._refused = self._told = 0
        self._begun = self._last = self._told_at = 0.0
        self._reasons: set[str] = set()

    def refuse(self, writes: int, reason: str) -> None:
        """Count writes that were refused; tell of them, unless that was done a moment ago."""
        now = self._clock()
        if not self.is_on:
            self.is_on, self._begun = True, now
            self._refused = self._told = 0
            self._reasons.clear()
        self._last = now
        self._refused += writes
        if reason not in self._reasons or now - self._told_at >= PAUSE:
            self._reasons.add(reason)
            log.error("not stored: %d writes: %s", self._refused - self._told, reason)
            self._told, self._told_at = self._refused, now

    def pass_by(self) -> None:
        """Take note that something was written while the outage was on: perhaps it is over."""
        # A small write may still find room where a large one does not.
        now = self._clock()
        if now - self._last >= CALM:
            self.is_on = False
            lasted = now - self._begun
            log.warning("stored again after %.1f s: %d writes were refused", lasted, self._refused)
