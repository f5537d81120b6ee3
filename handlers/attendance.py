"""When each session was last used, written down now and then; and what ends with its use."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable
from typing import Any, Protocol

from models.bus import Bus
from models.errors import ChatError
from models.signals import RoomChanged
from models.store import Store, keepers, sessions

log = logging.getLogger("gust.sessions")

PAUSE = 300.0  # seconds between two writings: a thousand people coming back cost one
DAY = 86_400.0


class _Connected(Protocol):
    """An open connection, as far as it matters here."""

    session_hash: bytes | None

    @property
    def origin(self) -> sessions.Origin: ...


class Attendance:
    """Collect the sessions that are used, and write them to the database together.

    :param connected: the open connections: theirs are used all the time
    """

    def __init__(self, store: Store, bus: Bus, connected: Iterable[_Connected]) -> None:
        self._store = store
        self._bus = bus
        self._connected = connected
        self._noted: dict[bytes, str] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._swept = -DAY

    def note(self, session: bytes, address: str) -> None:
        """Take down that a session is used."""
        self._noted[session] = address

    def start(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(PAUSE, self._tick)

    def stop(self) -> None:
        """Write down what there is; it is on disk when the store is closed."""
        if self._timer is not None:
            self._timer.cancel()
        self.write()

    def write(self) -> None:
        """Write down what was noted."""
        noted, self._noted = self._noted, {}
        for each in self._connected:
            if each.session_hash:
                noted[each.session_hash] = each.origin.address
        self._store.write(sessions.note_seen, noted).add_done_callback(_written)

    def sweep(self) -> None:
        """Forget the sessions that nobody uses any more, and hand on rooms of who stays away."""
        self._swept = time.monotonic()
        self._store.write(sessions.forget_unseen).add_done_callback(_written)
        self._store.write(keepers.relieve).add_done_callback(self._relieved)

    def _relieved(self, future: asyncio.Future[list[int]]) -> None:
        _written(future)
        for room in [] if future.exception() else future.result():
            self._bus.signal(RoomChanged(room))

    def _tick(self) -> None:
        self.write()
        if time.monotonic() - self._swept >= DAY:
            self.sweep()
        self.start()


def _written(future: asyncio.Future[Any]) -> None:
    error = future.exception()
    if error is not None:  # the next time tells it as well
        assert isinstance(error, ChatError)
        log.info("not noted when sessions were last used: %s", error.message)
