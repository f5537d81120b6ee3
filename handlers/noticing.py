"""What a client lets others notice: that somebody is typing, what has arrived, what is read."""

from __future__ import annotations

import asyncio
import time
from functools import partial

from tornado.ioloop import IOLoop

from handlers.posting import Posting
from models import events
from models.errors import BadEvent, ChatError, SlowDown
from models.signals import HasRead, Typing
from models.store import positions
from models.store.positions import Move, Moved


class Noticing(Posting):
    """A connection that lets itself be noticed."""

    def on_typing(self, event: events.Type) -> None:
        self.when_readable(event.room, event, partial(self._type, event.room))

    def on_received(self, event: events.Received) -> None:
        move = Move(self.person.id, event.room, received=event.seq)
        self.when_readable(event.room, event, partial(self.application.progress.note, move))

    def on_read(self, event: events.Read) -> None:
        if (event.seq is None) == (event.unreadFrom is None):
            raise BadEvent("Give either “seq” or “unreadFrom”.")
        self.when_readable(event.room, event, partial(self._read, event))

    def _read(self, event: events.Read) -> None:
        progress = self.application.progress
        if event.unreadFrom is None:
            progress.note(Move(self.person.id, event.room, read=event.seq or 0))
            return
        self.take_turn()
        progress.forget(self.person.id, event.room)
        going = self.application.store.write(
            positions.go_back, self.person.id, event.room, event.unreadFrom
        )
        IOLoop.current().add_future(going, partial(self._went_back, event.ref))

    def _went_back(self, ref: str | None, going: asyncio.Future[Moved]) -> None:
        try:
            self.application.bus.signal(HasRead(*going.result()))
        except ChatError as error:
            self.refuse(error, ref)

    def _type(self, room: int) -> None:
        try:
            self.application.rates.typing.take((self.person.id, room), time.monotonic())
        except SlowDown:
            return  # it was told within the last second: nothing new
        self.application.bus.signal(Typing(self.person, room))
