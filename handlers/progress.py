"""How far people have come in rooms: gathered, stored, then told.

A client tells it with every message it shows. All that is told within a moment is one
write; the same person in the same room costs one row a second at most.
"""

from __future__ import annotations

import asyncio
import logging
import time

from models.bus import Bus
from models.errors import ChatError
from models.signals import HasRead
from models.store import Store, positions
from models.store.positions import Move, Moved

log = logging.getLogger("gust.progress")

MOMENT = 0.1  # seconds
PAUSE = 0.9  # seconds between two rows of one person and room; with the moment, one

_Key = tuple[int, int]  # person and room


class Progress:
    """What people have received and read, on its way to the database."""

    def __init__(self, store: Store, bus: Bus) -> None:
        self._store = store
        self._bus = bus
        self._moves: dict[_Key, Move] = {}
        self._stored: dict[_Key, float] = {}
        self._scheduled = False

    def note(self, move: Move) -> None:
        """Take what somebody has received or read; it is cumulative."""
        key = (move.user, move.room)
        waiting = self._moves.get(key)
        if waiting is not None:
            received, read = max(waiting.received, move.received), max(waiting.read, move.read)
            move = move._replace(received=received, read=read)
        self._moves[key] = move
        self._schedule()

    def forget(self, user: int, room: int) -> None:
        """Drop what is not stored yet: they went back behind it."""
        self._moves.pop((user, room), None)

    def stop(self) -> None:
        """Store what is not due yet as well: the server goes, and nobody says it again at once."""
        due = list(self._moves.values())
        self._moves.clear()
        self._write(due)

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_later(MOMENT, self._store_due)

    def _store_due(self) -> None:
        self._scheduled = False
        now = time.monotonic()
        self._stored = {key: at for key, at in self._stored.items() if now - at < PAUSE}
        due = [move for key, move in self._moves.items() if key not in self._stored]
        for move in due:
            self._stored[move.user, move.room] = now
            del self._moves[move.user, move.room]
        self._write(due)
        if self._moves:
            self._schedule()

    def _write(self, due: list[Move]) -> None:
        if due:
            writing = self._store.write(positions.move, due)
            writing.add_done_callback(self._tell)

    def _tell(self, writing: asyncio.Future[list[Moved]]) -> None:
        try:
            moved = writing.result()
        except ChatError as error:
            # It will be said again: with the next message, or the next visit. The store has
            # told why, once; this comes ten times a second.
            log.debug("positions could not be stored: %s", error)
            return
        for one in moved:
            self._bus.signal(HasRead(*one))
