"""The socket: one connection from its handshake to its close.

``open``, ``on_message`` and ``on_close`` return at once. What has to be waited
for is awaited in ``prepare``, before there is a socket, or goes on in a future
with a callback behind it.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar, NamedTuple

from msgspec import UNSET
from tornado.ioloop import IOLoop

from handlers.frames import Listener, ack_frame, frame
from handlers.handshake import Handshake
from models import events, markup
from models.cache import Cache
from models.channel import Channel, Older
from models.errors import BadEvent, ChatError, Empty, TooLong
from models.events import User, encode
from models.policy import LOBBY
from models.store import rooms
from models.store.messages import Post, Stored
from models.store.writer import Outcome

log = logging.getLogger("gust.socket")

GOING_DOWN = 1001
TOO_BIG = 1009
SIGNED_OUT = 4001


class Joining(NamedTuple):
    """A room that has been made ready to be joined.

    :ivar since: the change up to which the newcomer has everything; None: nothing
    :ivar older: what the database had after that, where memory does not go so far
    """

    channel: Channel
    since: int | None
    older: Older | None


class ChatSocketHandler(Handshake):
    """One client's connection.

    :cvar waiters: every open connection
    :cvar cache: the recent history of the live rooms, bounded
    :ivar joined: the rooms that it is told about
    """

    waiters: ClassVar[set[ChatSocketHandler]] = set()
    cache: ClassVar[Cache]

    listener: Listener | None = None
    heard = True  # since the last ping
    gone: asyncio.Future[None] | None = None  # done when it is closed, once it is to be
    goodbye: tuple[int | None, str] | None = None  # why we closed it, if we did
    _joinings: list[Joining | ChatError]
    _preparing: asyncio.Future[Joining] | None = None  # the last room that is on its way

    # ------------------------------------------------------------ the connection

    async def prepare(self) -> None:
        """Await all that opening will need: nothing may be awaited in ``open``."""
        await super().prepare()
        self.joined: dict[int, Channel] = {}
        self._joinings = [await self._try_prepare(*position) for position in self.positions()]

    def open(self, *args: str, **kwargs: str) -> None:
        """Welcome the newcomer: who they are, then history, then what is live."""
        if self._on_close_called:
            return  # they left while they were still being prepared for
        assert self.ws_connection is not None
        self.set_nodelay(True)
        live = self.application.live
        self.listener = Listener(self.key, self.ws_connection, self.application.turn)  # type: ignore[arg-type]
        live.arrive(self.person)
        self._send(
            events.Welcome(
                clientKey=self.key,
                user=self.person,
                rooms=self._entries,
                epoch=self.application.store.epoch,
                limits=self.application.limits,
                date=time.time_ns() // 1_000_000,
            )
        )
        for joining in self._joinings:
            self._join(joining)
        self.waiters.add(self)
        del self._entries, self._joinings
        log.info("open %s user=%d address=%s", self.key, self.person.id, self.request.remote_ip)

    def on_message(self, message: str | bytes) -> None:
        """Take one event: parsed and checked in one step, answered or passed on."""
        self.heard = True
        try:
            if isinstance(message, bytes):
                raise BadEvent("This is a binary frame; send JSON in a text frame.")
            if self._is_too_big(message):
                self.bid_goodbye(TOO_BIG, "a frame over the limit")
                return
            event = events.parse(message)
        except ChatError as error:
            ref, msg_id = events.labels(message) if isinstance(message, str) else (None, None)
            self._refuse(error, ref, msg_id)
            return
        try:
            _HANDLERS[type(event)](self, event)
        except ChatError as error:
            self._refuse(error, event.ref, getattr(event, "msgId", None))

    def on_pong(self, data: bytes) -> None:
        self.heard = True

    def on_close(self) -> None:
        if self.gone is not None and not self.gone.done():
            self.gone.set_result(None)
        if self.listener is None:
            return  # refused, or gone before it was open
        self.withdraw()
        code, reason = self.goodbye or (self.close_code, (self.close_reason or "")[:100])
        log.info("close %s user=%d code=%s reason=%r", self.key, self.person.id, code, reason)

    def withdraw(self, at_once: bool = False) -> None:
        """Take this connection out of everything that is live.

        :param at_once: the person said so, it is not a connection that dropped
        """
        assert self.listener is not None
        if self not in self.waiters:
            return
        self.waiters.discard(self)
        for channel in self.joined.values():
            self.application.live.leave(self.listener, self.person, channel, at_once)
        self.joined.clear()
        self.application.live.depart(self.person, at_once)

    def bid_goodbye(self, code: int, reason: str) -> None:
        """Say all that was to be said, then close."""
        if self.listener is not None and self.ws_connection is not None:
            self.listener.finish()
            self.withdraw(at_once=code == SIGNED_OUT)
            self.goodbye = (code, reason)
            self.gone = asyncio.get_running_loop().create_future()
            self.close(code, reason)

    def cut(self) -> None:
        """Give up a connection that does not answer any more."""
        if self.ws_connection is not None:
            self.goodbye = (None, "no answer to a ping")
            self.ws_connection.stream.close()  # type: ignore[union-attr]

    def _is_too_big(self, message: str) -> bool:
        limit = self.application.limits["frame"]
        # A character is up to four bytes; few messages are long enough to count.
        return len(message) * 4 > limit and len(message.encode()) > limit

    # ------------------------------------------------------------ what others do

    @classmethod
    def tell(cls, user: int, event: events.ServerEvent) -> None:
        """Tell every connection of one person."""
        for waiter in cls.waiters:
            if waiter.person.id == user:
                waiter._send(event)

    @classmethod
    def rename(cls, user: User) -> None:
        """Carry a person's new name to all who may be looking at it."""
        told = frame(encode(events.UserChanged(user=user)))
        for waiter in cls.waiters:
            if waiter.person.id == user.id:
                waiter.person = user
            assert waiter.listener is not None
            waiter.listener.send(told)

    @classmethod
    def take_out(cls, user: int, room: int) -> None:
        """End what a person receives of a room."""
        for waiter in cls.waiters:
            if waiter.person.id == user:
                waiter.mine.discard(room)
                waiter.leave(room)
                waiter._send(events.Removed(room=room))

    @classmethod
    def sign_out(cls, token: str) -> None:
        """Close every connection of one session."""
        for waiter in list(cls.waiters):
            if waiter.token == token:
                waiter.bid_goodbye(SIGNED_OUT, "signed out")

    # ------------------------------------------------------------ joining

    async def _prepare(self, room: int | str, since: int | None) -> Joining:
        store = self.application.store
        if room not in self.mine:
            entry = await store.read(rooms.find, self.person.id, room)
            room = entry.id
            if room not in self.mine and await store.write(rooms.enter, self.person.id, room):
                self.tell(self.person.id, events.Room(room=entry))
            self.mine.add(room)
        assert isinstance(room, int)
        channel, older = await self.application.live.open(room, since)
        return Joining(channel, since, older)

    async def _try_prepare(self, room: int, since: int | None) -> Joining | ChatError:
        try:
            return await self._prepare(room, since)
        except ChatError as error:
            return error

    def _join(self, joining: Joining | ChatError) -> None:
        if isinstance(joining, ChatError):
            self._refuse(joining)
            return
        room = joining.channel.room
        if self.cache.get(room) is not joining.channel:
            # It was quiet and let go of meanwhile: what it holds is not the present.
            self.on_join(events.Join(room=room, since=joining.since))
            return
        assert self.listener is not None
        self.joined[room] = joining.channel
        self.application.live.join(self.listener, self.person, *joining)

    # ------------------------------------------------------------ events

    def on_post(self, event: events.Post) -> None:
        limit = self.application.limits["text"]
        if len(event.text) > limit:
            raise TooLong("This message", len(event.text), limit, "text-limit")
        if not event.text.strip():
            raise Empty("There is nothing in this message.")
        if "\0" in event.text:
            raise BadEvent("A message can't contain the character U+0000.")
        self.application.rates.take(self.person.id, time.monotonic())
        post = Post(
            room=event.room or LOBBY,
            user=self.person,
            text=event.text,
            html=markup.render(event.text),
            msg_id=event.msgId or secrets.token_hex(8),
            origin=self.key,
        )
        posted = partial(self._posted, event.ref, post.msg_id)
        self._when_open(post.room, event, lambda: self.application.store.post(post, posted))

    def _posted(self, ref: str | None, msg_id: str, outcome: Outcome) -> None:
        """Answer the sender, and tell the others: it is on disk."""
        if isinstance(outcome, ChatError):
            self._refuse(outcome, ref, msg_id)
            return
        assert isinstance(outcome, Stored)
        change = outcome.change
        channel = self.cache.get(change.room)
        if outcome.new:
            self.application.bus.publish(change)
        in_order = outcome.new and channel is not None and self.listener in channel.listeners
        if self.listener is not None and not in_order:
            self.listener.send(ack_frame(change))

    def on_join(self, event: events.Join) -> None:
        known = event.epoch in (None, self.application.store.epoch)
        since = event.since if known else None
        prepared = asyncio.ensure_future(self._prepare_after(self._preparing, event.room, since))
        self._preparing = prepared
        IOLoop.current().add_future(prepared, partial(self._prepared, event))

    async def _prepare_after(
        self, previous: asyncio.Future[Joining] | None, room: int | str, since: int | None
    ) -> Joining:
        """Prepare one room after the other: the client sees them in its own order."""
        if previous is not None:
            await asyncio.wait([previous])
        return await self._prepare(room, since)

    def _prepared(self, event: events.Join, prepared: asyncio.Future[Joining]) -> None:
        if self._preparing is prepared:
            self._preparing = None
        if self not in self.waiters:
            prepared.exception()  # nobody is left to be told
            return
        try:
            self._join(prepared.result())
        except ChatError as error:
            self._refuse(error, event.ref)

    def on_leave(self, event: events.Leave) -> None:
        if self._preparing is None:
            self.leave(event.room)
        else:  # perhaps of just this room
            IOLoop.current().add_future(self._preparing, lambda _: self.leave(event.room))

    def leave(self, room: int) -> None:
        """Stop telling this connection what happens in a room."""
        channel = self.joined.pop(room, None)
        if channel is not None:
            assert self.listener is not None
            self.application.live.leave(self.listener, self.person, channel, at_once=True)

    def on_ping(self, event: Any) -> None:
        if isinstance(event, bytes):
            return  # a control frame; Tornado has answered it
        self._send(events.Pong(n=UNSET if event.n is None else event.n))

    # ------------------------------------------------------------ answers

    def _when_open(self, room: int, event: events.Post, then: Callable[[], None]) -> None:
        """Go on once a room is live; in the order of asking."""

        def opened(outcome: Channel | ChatError) -> None:
            if isinstance(outcome, ChatError):
                self._refuse(outcome, event.ref, event.msgId)
            else:
                then()

        self.cache.open(room, opened)

    def _refuse(self, error: ChatError, ref: str | None = None, msg_id: str | None = None) -> None:
        """Turn an error into an ``error`` event: the only place that does, for sockets."""
        self._send(
            events.Error(
                code=error.code,
                message=error.message,
                ref=UNSET if ref is None else ref,
                msgId=UNSET if msg_id is None else msg_id,
                retry=getattr(error, "retry", UNSET),
            )
        )

    def _send(self, event: events.ServerEvent) -> None:
        if self.listener is not None:
            self.listener.send(frame(encode(event)))


_HANDLERS: dict[type[events.ClientEvent], Callable[[ChatSocketHandler, Any], None]] = {
    events.Post: ChatSocketHandler.on_post,
    events.Join: ChatSocketHandler.on_join,
    events.Leave: ChatSocketHandler.on_leave,
    events.Ping: ChatSocketHandler.on_ping,
}
