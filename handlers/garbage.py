"""Garbage, collected in pauses that nobody notices.

By itself Python looks through all the objects there are, again each time that they have
grown by a quarter: 300 ms with ten thousand connections. Here only what is young is looked
through; what survives that is put aside (``gc.freeze``) and not looked at again. Most of
it needs no collector: a closed connection is freed as soon as nothing refers to it.

The price: circles of references that were put aside stay, until everything is looked
through while few are connected.
"""

from __future__ import annotations

import gc
import logging
from collections.abc import Sized

from tornado.ioloop import PeriodicCallback

log = logging.getLogger("gust.garbage")

YOUNG, MIDDLE = 5_000, 4  # new objects, and times as many, that are looked through at once
NEVER = 1 << 30  # times until Python would look through everything by itself
PAUSE = 60.0  # seconds
FEW = 1_000  # connections with which everything can be looked through
WORTH = 4  # portions put aside since then that make it worth while
EACH = 200  # objects that a connection may be made of
GROWN = 50_000  # other objects put aside since then, before any of them is likely to be garbage
WAVE = 100  # connections more than a look before: they are coming back from somewhere
QUIET = 2  # looks without a wave, before everything is looked through
MOST = 2_000_000  # other objects put aside, at which it is done in spite of many


class Collector:
    """Collect in small portions, and everything when few are connected.

    The process has one collector of garbage, so it has one of these.

    :param waiters: every open connection
    """

    def __init__(self, waiters: Sized) -> None:
        self._waiters = waiters
        self._portions = 0
        self._kept = 0
        self._seen = len(waiters)
        self._quiet = QUIET
        self._timer = PeriodicCallback(self.look, 1000 * PAUSE)
        self._before = gc.get_threshold()

    def start(self) -> None:
        """Put aside what there is, and begin; needs a running event loop."""
        self._collect_all()
        gc.set_threshold(YOUNG, MIDDLE, NEVER)
        gc.callbacks.append(self._put_aside)
        self._timer.start()

    def stop(self) -> None:
        """Leave the collector as it was found."""
        self._timer.stop()
        gc.callbacks.remove(self._put_aside)
        gc.set_threshold(*self._before)
        gc.unfreeze()

    def look(self) -> None:
        """Collect everything, where it is worth while and few would have to wait for it.

        Not in the midst of a wave of arrivals: there are few at its beginning, and all are
        in a hurry.
        """
        here, before = len(self._waiters), self._seen
        self._seen = here
        self._quiet = 0 if here > before + WAVE else self._quiet + 1
        if self._quiet < QUIET or self._portions < WORTH:
            return
        if self._has_grown() if here <= FEW else self._is_too_much():
            log.info("collecting everything after %d portions", self._portions)
            self._collect_all()

    def _has_grown(self) -> bool:
        """Tell whether there is garbage among what was put aside, as far as its number tells.

        Mostly there is none, and looking through everything is a pause of 60 ms.
        """
        return self._others() > self._kept + GROWN

    def _others(self) -> int:
        """Give how many objects are put aside, beside those of connections."""
        return gc.get_freeze_count() - EACH * len(self._waiters)

    def _is_too_much(self) -> bool:
        if self._portions * YOUNG * MIDDLE < MOST:
            return False  # without counting: that looks at each
        return self._others() > MOST

    def _put_aside(self, phase: str, info: dict[str, int]) -> None:
        """Be one of ``gc.callbacks``."""
        if phase == "stop" and info["generation"] == 1:
            gc.freeze()
            self._portions += 1

    def _collect_all(self) -> None:
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        self._portions = 0
        self._kept = self._others()
