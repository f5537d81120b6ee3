"""Pings: how a connection that is dead without a word is found out.

One timer for all sockets, in place of Tornado's task for each: at ten thousand
connections that is ten thousand coroutines less to keep.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from typing import Protocol

from tornado.ioloop import PeriodicCallback

from handlers.frames import PING, frame
from handlers.listener import Listener

log = logging.getLogger("gust.socket")

_PING = frame(b"", PING)
_SLICES = 25  # so many parts of the sockets take turns, to spread the writes


class Pinged(Protocol):
    key: str
    heard: bool
    listener: Listener | None

    def cut(self) -> None: ...


class Heartbeat:
    """Ping every socket once an interval; cut those silent since the last ping.

    :param interval: seconds; 0: never
    """

    def __init__(self, sockets: Collection[Pinged], interval: float) -> None:
        self._sockets = sockets
        self._slice = 0
        self._timer = PeriodicCallback(self._beat, max(interval, 0.001) * 1000 / _SLICES)
        if interval > 0:
            self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def _beat(self) -> None:
        self._slice = (self._slice + 1) % _SLICES
        for socket in [s for s in self._sockets if hash(s.key) % _SLICES == self._slice]:
            if not socket.heard:
                socket.cut()
            elif socket.listener is not None:
                socket.heard = False
                socket.listener.send(_PING)
