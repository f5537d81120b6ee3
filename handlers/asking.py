"""What a client asks about rooms: answered in its order, and only where it may know.

A room that a person is in is known to the connection, and costs nothing. Any other
is looked up; the events behind wait in line, so that none overtakes another.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

from tornado.ioloop import IOLoop

from handlers.joining import Joining
from models import events
from models.errors import ChatError
from models.store import rooms


class Question(NamedTuple):
    """An event that waits until it is known whether its room may be read."""

    room: int
    event: events.ClientEvent
    then: Callable[[], None]


class Asking(Joining):
    """A connection whose events name rooms.

    :ivar _line: what waits for the database; None: nothing ever did
    """

    _line: deque[Question] | None = None

    def when_readable(self, room: int, event: events.ClientEvent, then: Callable[[], None]) -> None:
        """Go on with an event once it is known that its sender may read a room.

        Every event that names a room goes through here, and does the rest in ``then``::

            def on_typing(self, event: events.Typing) -> None:
                self.when_readable(event.room, event, lambda: self._tell_typing(event))

        Where they are in the room, ``then`` is called at once. An open room may be read
        without being in it, but that has to be looked up: ``then`` is called later, and
        every event that comes through here behind it waits, so that all keep the
        client's order. Who may not read the room gets the same ``not_found`` as if there
        were none. A ``ChatError`` out of ``then`` is told to the client in both cases.

        :raises SlowDown: they look up rooms too fast; it counts as joining does
        """
        if not self._line and room in self.mine:
            then()
            return
        if room not in self.mine:
            self.application.rates.joins.take(self.person.id, time.monotonic())
        if self._line is None:
            self._line = deque()
        self._line.append(Question(room, event, then))
        if len(self._line) == 1:
            self._ask()

    def _ask(self) -> None:
        """Go on with those in line, up to one that only the database can answer."""
        while self._line:
            room = self._line[0].room
            if room not in self.mine:
                reading = self.application.store.read(rooms.find, self.person.id, room)
                IOLoop.current().add_future(reading, self._answered)
                return
            self._go_on()

    def _answered(self, reading: asyncio.Future[Any]) -> None:
        assert self._line is not None
        if self.goodbye is not None:  # signed out or banned: they say nothing more
            self._line.clear()
            return
        try:
            reading.result()
        except ChatError as error:
            self._refuse(self._line.popleft().event, error)
        else:
            self._go_on()
        self._ask()

    def _go_on(self) -> None:
        assert self._line is not None
        question = self._line.popleft()
        try:
            question.then()
        except ChatError as error:
            self._refuse(question.event, error)

    def _refuse(self, event: events.ClientEvent, error: ChatError) -> None:
        self.refuse(error, event.ref, getattr(event, "msgId", None))
