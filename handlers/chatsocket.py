"""The socket: one connection, as the application sees it.

``open``, ``on_message`` and ``on_close`` return at once. What has to be waited
for is awaited in ``prepare``, before there is a socket, or goes on in a future
with a callback behind it.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from msgspec import UNSET

from handlers.asking import Asking
from handlers.frames import Listener, ack_frame
from handlers.reader import Reader
from models import events, markup
from models.cache import Cache
from models.channel import Channel
from models.errors import BadEvent, ChatError, Empty, TooLong
from models.policy import LOBBY
from models.store.messages import Post, Stored
from models.store.writer import Outcome

log = logging.getLogger("gust.socket")


class ChatSocketHandler(Asking):
    """One client's connection.

    :cvar waiters: every open connection
    :cvar cache: the recent history of the live rooms, bounded
    """

    waiters: ClassVar[set[ChatSocketHandler]] = set()
    cache: ClassVar[Cache]

    # ------------------------------------------------------------ the connection

    def open(self, *args: str, **kwargs: str) -> None:
        """Welcome the newcomer: who they are, then history, then what is live."""
        assert isinstance(self.ws_connection, Reader) or self.ws_connection is None
        if self.ws_connection is None or self.ws_connection.stream.closed():
            return  # they left while they were still being prepared for
        if self.revoked:
            self.close(*self.revoked)
            return
        self.person = self.application.live.place.current(self.person)
        self.set_nodelay(True)
        self.listener = Listener(self.key, self.ws_connection, self.application.turn)
        self.application.live.arrive(self.person)
        self.tell(self._welcome())
        self.join_ready()
        self.waiters.add(self)
        self.is_here = True
        self.forget_handshake()
        log.info("open %s user=%d address=%s", self.key, self.person.id, self.request.remote_ip)

    def on_message(self, message: str | bytes) -> None:
        """Take one event: parsed and checked in one step, answered or passed on."""
        self.heard = True
        try:
            if isinstance(message, bytes):
                raise BadEvent("This is a binary frame; send JSON in a text frame.")
            event = events.parse(message)
        except ChatError as error:
            ref, msg_id = events.labels(message) if isinstance(message, str) else (None, None)
            self.refuse(error, ref, msg_id)
            return
        try:
            _HANDLERS[type(event)](self, event)
        except ChatError as error:
            self.refuse(error, event.ref, getattr(event, "msgId", None))

    def on_close(self) -> None:
        self.arriving.discard(self)
        if self.gone is not None and not self.gone.done():
            self.gone.set_result(None)
        if self.listener is None:
            return  # refused, or gone before it was open
        self.withdraw()
        code, reason = self.goodbye or (self.close_code, (self.close_reason or "")[:100])
        log.info(
            "close %s user=%d address=%s code=%s reason=%r",
            self.key,
            self.person.id,
            self.request.remote_ip,
            code,
            reason,
        )

    def withdraw(self, at_once: bool = False) -> None:
        if not self.is_here:
            return
        self.is_here = False
        self.waiters.discard(self)
        for room in list(self.joined):
            self.leave(room, at_once)
        self.application.live.depart(self.person, at_once)

    def _welcome(self) -> events.Welcome:
        return events.Welcome(
            clientKey=self.key,
            user=self.person,
            rooms=self.take_entries(),
            epoch=self.application.store.epoch,
            limits=self.application.limits,
            date=time.time_ns() // 1_000_000,
        )

    # ------------------------------------------------------------ events

    def on_post(self, event: events.Post) -> None:
        limit = self.application.limits["text"]
        if len(event.text) > limit:
            raise TooLong("This message", len(event.text), limit, "text-limit")
        if not event.text.strip() and not event.files:
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
            files=tuple(event.files),
        )
        self.when_readable(post.room, event, partial(self._post, event, post))

    def _post(self, event: events.Post, post: Post) -> None:
        posted = partial(self._posted, event.ref, post)
        self._when_open(post.room, event, lambda: self.application.store.post(post, posted))

    def _posted(self, ref: str | None, post: Post, outcome: Outcome) -> None:
        """Answer the sender, and tell the others: it is on disk."""
        if isinstance(outcome, ChatError):
            self.refuse(outcome, ref, post.msg_id)
            return
        assert isinstance(outcome, Stored)
        change = outcome.change
        if change.room != post.room:
            # Not to be answered with it: they may not be in that room any more.
            self.refuse(
                BadEvent("This msgId is taken by a message in another room."), ref, post.msg_id
            )
            return
        channel = self.cache.get(change.room)
        # Otherwise it was told already: long ago, or out of the database, over a gap.
        untold = outcome.new and channel is not None and change.seq > channel.seq
        if outcome.new:
            self.application.bus.publish(change)
        if self.listener is None:
            return
        if channel is not None:
            if untold and self.listener in channel.listeners:
                return  # the ack comes with the change, in its place
            self.application.turn.settle(channel)  # what was told before comes before
        self.listener.send(ack_frame(change))

    def on_ping(self, event: Any) -> None:
        if isinstance(event, bytes):
            return  # a control frame; Tornado has answered it
        self.tell(events.Pong(n=UNSET if event.n is None else event.n))

    # ------------------------------------------------------------ answers

    def _when_open(self, room: int, event: events.Post, then: Callable[[], None]) -> None:
        """Go on once a room is live; in the order of asking."""

        def opened(outcome: Channel | ChatError) -> None:
            if isinstance(outcome, ChatError):
                self.refuse(outcome, event.ref, event.msgId)
            else:
                then()

        self.cache.open(room, opened)


_HANDLERS: dict[type[events.ClientEvent], Callable[[ChatSocketHandler, Any], None]] = {
    events.Post: ChatSocketHandler.on_post,
    events.Join: ChatSocketHandler.on_join,
    events.Leave: ChatSocketHandler.on_leave,
    events.Ping: ChatSocketHandler.on_ping,
}
