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
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar, NamedTuple

from tornado.ioloop import IOLoop
from tornado.websocket import WebSocketHandler

from handlers import live
from handlers.base import Handler
from handlers.frames import Listener, frame
from models import events, markup, names
from models.cache import Cache
from models.channel import Channel, Older
from models.errors import BadEvent, ChatError, Empty, Taken, TooLong
from models.events import RoomEntry, User, encode
from models.policy import LOBBY
from models.store import rooms, users
from models.store.messages import Post, Stored
from models.store.writer import Outcome

log = logging.getLogger("gust.socket")

GOING_DOWN = 1001
TOO_BIG = 1009
SIGNED_OUT = 4001
MOST_RESUMED = 200  # rooms in one handshake


class Joining(NamedTuple):
    """A room that has been made ready to be joined.

    :ivar since: the change up to which the newcomer has everything; None: nothing
    :ivar older: what the database had after that, where memory does not go so far
    """

    channel: Channel
    since: int | None
    older: Older | None


class ChatSocketHandler(Handler, WebSocketHandler):
    """One client's connection.

    :cvar waiters: every open connection
    :cvar cache: the recent history of the live rooms, bounded
    :ivar key: names this connection to its client and to the bus
    """

    waiters: ClassVar[set[ChatSocketHandler]] = set()
    cache: ClassVar[Cache]

    key = ""
    listener: Listener | None = None
    heard = True  # since the last ping
    goodbye: tuple[int | None, str] | None = None  # why we closed it, if we did
    _user: User
    _entries: list[RoomEntry]
    _joinings: list[Joining | ChatError]

    # ------------------------------------------------------------ the connection

    async def prepare(self) -> None:
        """Await all that opening will need: nothing may be awaited in ``open``.

        :raises SignedOut: nobody is asking, where that is not allowed
        """
        await super().prepare()
        self.key = str(uuid.uuid4())
        self.joined: dict[int, Channel] = {}
        self._user = await self._identify()
        self._entries = await self.application.store.read(rooms.of, self._user.id)
        self._mine = {entry.id for entry in self._entries}
        self._joinings = [await self._try_prepare(*position) for position in self._positions()]

    def open(self, *args: str, **kwargs: str) -> None:
        """Welcome the newcomer: who they are, then history, then what is live."""
        if self._on_close_called:
            return  # they left while they were still being prepared for
        assert self.ws_connection is not None
        self.set_nodelay(True)
        live = self.application.live
        self.listener = Listener(self.key, self.ws_connection, self.application.turn)  # type: ignore[arg-type]
        live.arrive(self._user)
        self._send(
            events.Welcome(
                clientKey=self.key,
                user=self._user,
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
        log.info("open %s user=%d address=%s", self.key, self._user.id, self.request.remote_ip)

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
        if self.listener is None:
            return  # refused, or gone before it was open
        self.withdraw()
        code, reason = self.goodbye or (self.close_code, (self.close_reason or "")[:100])
        log.info("close %s user=%d code=%s reason=%r", self.key, self._user.id, code, reason)

    def withdraw(self, at_once: bool = False) -> None:
        """Take this connection out of everything that is live.

        :param at_once: the person said so, it is not a connection that dropped
        """
        assert self.listener is not None
        if self not in self.waiters:
            return
        self.waiters.discard(self)
        for channel in self.joined.values():
            self.application.live.leave(self.listener, self._user, channel, at_once)
        self.joined.clear()
        self.application.live.depart(self._user, at_once)

    def bid_goodbye(self, code: int, reason: str) -> None:
        """Say all that was to be said, then close."""
        if self.listener is not None and self.ws_connection is not None:
            self.listener.finish()
            self.withdraw(at_once=code == SIGNED_OUT)
            self.goodbye = (code, reason)
            self.close(code, reason)

    def cut(self) -> None:
        """Give up a connection that does not answer any more."""
        if self.ws_connection is not None:
            self.goodbye = (None, "no answer to a ping")
            self.ws_connection.stream.close()  # type: ignore[union-attr]

    @property
    def closed(self) -> bool:
        return self._on_close_called

    def _is_too_big(self, message: str) -> bool:
        limit = self.application.limits["frame"]
        # A character is up to four bytes; few messages are long enough to count.
        return len(message) * 4 > limit and len(message.encode()) > limit

    # ------------------------------------------------------------ what others do

    @classmethod
    def tell(cls, user: int, event: events.ServerEvent) -> None:
        """Tell every connection of one person."""
        for waiter in cls.waiters:
            if waiter._user.id == user:
                waiter._send(event)

    @classmethod
    def rename(cls, user: User) -> None:
        """Carry a person's new name to all who may be looking at it."""
        told = frame(encode(events.UserChanged(user=user)))
        for waiter in cls.waiters:
            if waiter._user.id == user.id:
                waiter._user = user
            assert waiter.listener is not None
            waiter.listener.send(told)

    @classmethod
    def take_out(cls, user: int, room: int) -> None:
        """End what a person receives of a room."""
        for waiter in cls.waiters:
            if waiter._user.id == user:
                waiter._mine.discard(room)
                waiter.leave(room)
                waiter._send(events.Removed(room=room))

    @classmethod
    def sign_out(cls, token: str) -> None:
        """Close every connection of one session."""
        for waiter in list(cls.waiters):
            if waiter.token == token:
                waiter.bid_goodbye(SIGNED_OUT, "signed out")

    # ------------------------------------------------------------ who and where

    async def _identify(self) -> User:
        user = await self.session_user()
        if user is not None:
            return await self._with_free_name(user)
        place, store = self.application.live.place, self.application.store
        name = self.get_query_argument("name", None)
        if name is None:
            made_up = place.free(f"guest {secrets.randbelow(9000) + 1000}")
            return await store.write(users.create, made_up)
        name = names.clean(name, names.LONGEST_USER)
        user = await store.write(users.find_or_create_unclaimed, name)
        if place.holder(name) not in (None, user.id):
            raise Taken("Somebody", name)
        return user

    async def _with_free_name(self, user: User) -> User:
        """Give a returning guest another name where theirs is somebody's by now."""
        free = self.application.live.place.free(user.name, user.id)
        if free == user.name:
            return user
        return await self.application.store.write(users.rename, user.id, free)

    def _positions(self) -> list[tuple[int, int | None]]:
        """Read what the client already has: ``resume=1:130,5:12&epoch=…``.

        :returns: rooms, each with the number up to which the client has everything
        :raises BadEvent: it is malformed
        """
        text = self.get_query_argument("resume", "")
        if not text:
            return [(LOBBY, None)]
        pairs = [pair.partition(":") for pair in text.split(",")]
        if len(pairs) > MOST_RESUMED or not all(
            part.isascii() and part.isdigit() and len(part) <= 16
            for room, _, seq in pairs
            for part in (room, seq)
        ):
            raise BadEvent(
                "“resume” must be ROOM:SEQ,ROOM:SEQ,… in whole numbers, "
                f"at most {MOST_RESUMED} rooms."
            )
        known = self.get_query_argument("epoch", None) == self.application.store.epoch
        return [(int(room), int(seq) if known else None) for room, _, seq in pairs]

    async def _prepare(self, room: int | str, since: int | None) -> Joining:
        store = self.application.store
        if room not in self._mine:
            entry = await store.read(rooms.find, self._user.id, room)
            room = entry.id
            if room not in self._mine and await store.write(rooms.enter, self._user.id, room):
                self.tell(self._user.id, events.Room(room=entry))
            self._mine.add(room)
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
        assert self.listener is not None
        self.joined[joining.channel.room] = joining.channel
        self.application.live.join(self.listener, self._user, *joining)

    # ------------------------------------------------------------ events

    def on_post(self, event: events.Post) -> None:
        limit = self.application.limits["text"]
        if len(event.text) > limit:
            raise TooLong("This message", len(event.text), limit, "text-limit")
        if not event.text.strip():
            raise Empty("There is nothing in this message.")
        if "\0" in event.text:
            raise BadEvent("A message can't contain the character U+0000.")
        self.application.rates.take(self._user.id, time.monotonic())
        post = Post(
            room=event.room or LOBBY,
            user=self._user,
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
            live.ack(self.listener, change)

    def on_join(self, event: events.Join) -> None:
        known = event.epoch in (None, self.application.store.epoch)
        prepared = asyncio.ensure_future(self._prepare(event.room, event.since if known else None))
        IOLoop.current().add_future(prepared, partial(self._prepared, event))

    def _prepared(self, event: events.Join, prepared: asyncio.Future[Joining]) -> None:
        if self not in self.waiters:
            prepared.exception()  # nobody is left to be told
            return
        try:
            self._join(prepared.result())
        except ChatError as error:
            self._refuse(error, event.ref)

    def on_leave(self, event: events.Leave) -> None:
        self.leave(event.room)

    def leave(self, room: int) -> None:
        """Stop telling this connection what happens in a room."""
        channel = self.joined.pop(room, None)
        if channel is not None:
            assert self.listener is not None
            self.application.live.leave(self.listener, self._user, channel, at_once=True)

    def on_ping(self, event: Any) -> None:
        if isinstance(event, bytes):
            return  # a control frame; Tornado has answered it
        self._send(events.Pong(n=events.UNSET if event.n is None else event.n))

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
                ref=events.UNSET if ref is None else ref,
                msgId=events.UNSET if msg_id is None else msg_id,
                retry=getattr(error, "retry", events.UNSET),
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
