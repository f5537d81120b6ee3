"""The rooms of a connection: made ready, joined, left.

What a room needs is awaited first; then it is joined in one go (see ``live``).
"""

from __future__ import annotations

import asyncio
import time
from functools import partial

from tornado.ioloop import IOLoop

from handlers.connection import Connection
from handlers.live import Ready
from models import events
from models.channel import Channel
from models.errors import ChatError, NotFound
from models.policy import LOBBY
from models.signals import CameIn
from models.store import members, rooms

HISTORY = 1 << 19  # bytes told on joining: half of what may wait for a slow reader
SMALLEST_HISTORY = 1 << 14  # the rooms of one handshake share it, but for this


class Joining(Connection):
    """A connection with rooms that it is told about.

    :ivar joined: these rooms
    """

    joined: dict[int, Channel]
    _ready: list[Ready | ChatError | events.Removed]  # what is joined on opening
    _preparing: asyncio.Future[Ready] | None = None  # the last room that is on its way

    async def prepare(self) -> None:
        """Await all that opening will need: nothing may be awaited in ``open``."""
        await super().prepare()
        self.joined = {}
        if self.revoked:
            return  # it is closed as soon as it is open: nobody is to enter anything
        most = max(SMALLEST_HISTORY, HISTORY // max(len(self.positions), 1))
        self._ready = [
            await self._try_to_make_ready(*position, most) for position in self.positions
        ]
        await self.application.arrivals.pace.turn()  # opening is most of the work

    async def _try_to_make_ready(
        self, room: int, since: int | None, most: int
    ) -> Ready | ChatError | events.Removed:
        try:
            has_it = since is not None and room != LOBBY  # which nobody can have left
            if has_it and room not in self.mine:  # left, on another device, meanwhile
                await self.application.store.read(rooms.find, self.person.id, room)
                return events.Removed(room=room)
            return await self._make_ready(room, since, most)
        except ChatError as error:
            return error

    async def _make_ready(self, room: int | str, since: int | None, most: int) -> Ready:
        if room not in self.mine:
            room = await self._enter(room)
        assert isinstance(room, int)
        return await self.application.live.open(room, since, most)

    async def _enter(self, room: int | str) -> int:
        """Become a member of an open room, and tell one's other devices."""
        store = self.application.store
        # A room that is not open is refused without troubling the writer.
        entry = await store.read(rooms.find, self.person.id, room)
        new = False
        while True:
            self.left = set()
            entered = await store.write(
                members.enter, self.person.id, entry.id, self.application.bounds
            )
            new = new or entered.new
            # Who was taken out meanwhile asks again: a closed room is closed by now.
            if entry.id not in self.left:
                break
        self.left = None
        if new:
            self.application.bus.signal(CameIn(self.person.id, entry.id))
        self.let_in(entered.entry)
        return entry.id

    def join_ready(self) -> None:
        """Join, on opening, what has been made ready."""
        for (room, _), ready in zip(self.positions, self._ready, strict=True):
            if isinstance(ready, ChatError):
                self.refuse(ready, _ref(room))
            elif isinstance(ready, events.Removed):
                self.tell(ready)
            else:
                self._join(ready, _ref(room))
        del self._ready

    def _join(self, ready: Ready, ref: str | None) -> None:
        room = ready.channel.room
        if room not in self.mine:  # left while it was made ready
            self.tell(events.Removed(room=room))
            return
        if self.application.cache.get(room) is not ready.channel:
            # It was quiet and let go of meanwhile: what it holds is not the present.
            again = events.Join(room=room, since=ready.since, ref=ref)
            self._begin_to_join(again, ready.most)
            return
        assert self.listener is not None
        self.joined[room] = ready.channel
        self.application.live.join(self.listener, self.person, ready)

    def on_join(self, event: events.Join) -> None:
        self.application.rates.joins.take(self.person.id, time.monotonic())
        self._begin_to_join(event)

    def _begin_to_join(self, event: events.Join, most: int = HISTORY) -> None:
        known = event.epoch in (None, self.application.store.epoch)
        since = event.since if known else None
        preparing = asyncio.ensure_future(
            self._make_ready_after(self._preparing, event.room, since, most)
        )
        self._preparing = preparing
        IOLoop.current().add_future(preparing, partial(self._prepared, event))

    async def _make_ready_after(
        self,
        previous: asyncio.Future[Ready] | None,
        room: int | str,
        since: int | None,
        most: int,
    ) -> Ready:
        """Prepare one room after the other: the client sees them in its own order."""
        if previous is not None:
            await asyncio.wait([previous])
        if not self.is_here:
            raise NotFound("connection")  # nobody is left to be told
        return await self._make_ready(room, since, most)

    def _prepared(self, event: events.Join, prepared: asyncio.Future[Ready]) -> None:
        if self._preparing is prepared:
            self._preparing = None
        if not self.is_here:
            prepared.exception()  # nobody is left to be told
            return
        try:
            self._join(prepared.result(), event.ref)
        except ChatError as error:
            self.refuse(error, event.ref)

    def on_leave(self, event: events.Leave) -> None:
        if self._preparing is None:
            self.leave(event.room)
        else:  # perhaps of just this room
            IOLoop.current().add_future(self._preparing, lambda _: self.leave(event.room))

    def leave(self, room: int, at_once: bool = True) -> None:
        """Stop telling this connection what happens in a room.

        :param at_once: it was said, not a connection that dropped
        """
        channel = self.joined.pop(room, None)
        if channel is not None:
            assert self.listener is not None
            self.application.live.leave(self.listener, self.person, channel, at_once)


def _ref(room: int) -> str:
    """Name a room of the handshake in its error, as an event's ``ref`` would."""
    return f"join {room}"
