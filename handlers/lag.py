"""How late the event loop is: what holds it up, holds up everybody."""

from __future__ import annotations

import asyncio
import logging

from models.counts import Histogram

log = logging.getLogger("gust.loop")

PAUSE = 0.25  # seconds between two looks
LONG = 0.5  # seconds that are worth a line in the log


class Lag:
    """Look again and again how much later than asked for the loop comes.

    A block is seen by what is left of it when its turn has come: the figures are those of
    somebody who speaks at any moment.
    """

    def __init__(self, found: Histogram) -> None:
        self._found = found
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_at(loop.time() + PAUSE, self._look, loop.time() + PAUSE)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _look(self, due: float) -> None:
        late = asyncio.get_running_loop().time() - due
        self._found.observe(max(late, 0.0))
        if late > LONG:
            log.warning("the event loop was held up for %.1f s", late)
        self.start()
