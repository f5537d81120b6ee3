"""The socket: one connection, as the application sees it.

``open``, ``on_message`` and ``on_close`` return at once. What has to be waited
for is awaited in ``prepare``, before there is a socket, or goes on in a future
with a callback behind it.
"""

from __future__ import annotations

import logging
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import suppress
from typing import Any, ClassVar

from msgspec import UNSET

from handlers.connection import CROWDED
from handlers.listener import TOO_SLOW, Listener
from handlers.noticing import Noticing
from handlers.reader import Reader
from models import events, parsing
from models.cache import Cache
from models.errors import BadEvent, ChatError, SlowDown

log = logging.getLogger("gust.socket")


class ChatSocketHandler(Noticing):
    """One client's connection.

    :cvar waiters: every open connection
    :cvar of: the same by person: each signal about somebody would otherwise look at all
    :cvar at: how many of them there are from each address
    :cvar cache: the recent history of the live rooms, bounded
    """

    waiters: ClassVar[set[ChatSocketHandler]] = set()
    of: ClassVar[defaultdict[int, set[ChatSocketHandler]]] = defaultdict(set)
    at: ClassVar[Counter[str]] = Counter()
    cache: ClassVar[Cache]

    # ------------------------------------------------------------ the connection

    def open(self, *args: str, **kwargs: str) -> None:
        """Welcome the newcomer: who they are, then history, then what is live."""
        assert isinstance(self.ws_connection, Reader) or self.ws_connection is None
        if self.ws_connection is None or self.ws_connection.stream.closed():
            return  # they left while they were still being prepared for
        if revoked := self.revoked or self.crowded():
            self.close(*revoked)
            return
        self.person = self.application.presences.place.current(self.person)
        self.set_nodelay(True)  # Tornado takes it back behind its answer
        self.listener = Listener(self.key, self.ws_connection, self.application.turn)
        self.application.presences.arrive(self.person)
        self.tell(self._welcome())
        self.join_ready()
        self.waiters.add(self)
        self.of[self.person.id].add(self)
        self.at[self.network] += 1
        self.is_here = True
        self.forget_handshake()
        log.info("open %s user=%d address=%s", self.key, self.person.id, self.request.remote_ip)

    def on_message(self, message: str | bytes) -> None:
        """Take one event: parsed and checked in one step, answered or passed on."""
        self.heard = True
        try:
            self._count_event()
            if isinstance(message, bytes):
                raise BadEvent("This is a binary frame; send JSON in a text frame.")
            event = parsing.parse(message)
        except ChatError as error:
            ref, msg_id = parsing.labels(message) if isinstance(message, str) else (None, None)
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
        self.listener.let_go()
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
        self.of[self.person.id].discard(self)
        if not self.of[self.person.id]:
            del self.of[self.person.id]
        self.at[self.network] -= 1
        if not self.at[self.network]:
            del self.at[self.network]
        for room in list(self.joined):
            self.leave(room, at_once)
        self.application.presences.depart(self.person, at_once)

    def crowded(self) -> tuple[int, str] | None:
        """Give a close code and reason where this is one socket too many."""
        most = self.application.most_sockets
        if most.at and self.at[self.network] >= most.at:
            return CROWDED, f"{most.at} connections from one address (see --sockets-per-ip)"
        if most.each and len(self.of.get(self.person.id, ())) >= most.each:
            return CROWDED, f"{most.each} connections of yours (see --sockets-per-user)"
        return None

    def _welcome(self) -> events.Welcome:
        return events.Welcome(
            clientKey=self.key,
            user=self.person,
            rooms=self.take_entries(),
            epoch=self.application.store.epoch,
            limits=self.application.limits,
            date=time.time_ns() // 1_000_000,
            version=self.application.assets.version,
        )

    # ------------------------------------------------------------ events

    def count_frame(self) -> None:
        with suppress(SlowDown):  # there is nothing to refuse
            self._count_event()

    def _count_event(self) -> None:
        """:raises SlowDown: it is one too many; those behind it are left unread for a moment."""
        try:
            self.application.rates.events.take(self.person.id, time.monotonic())
        except SlowDown:
            self.is_flooding = True
            raise

    def on_ping(self, event: Any) -> None:
        if isinstance(event, bytes):
            return  # a control frame; Tornado has answered it
        self.tell(events.Pong(n=UNSET if event.n is None else event.n))


_HANDLERS: dict[type[events.ClientEvent], Callable[[ChatSocketHandler, Any], None]] = {
    events.Post: ChatSocketHandler.on_post,
    events.Edit: ChatSocketHandler.on_edit,
    events.Delete: ChatSocketHandler.on_delete,
    events.React: ChatSocketHandler.on_react,
    events.Join: ChatSocketHandler.on_join,
    events.Leave: ChatSocketHandler.on_leave,
    events.Type: ChatSocketHandler.on_typing,
    events.Received: ChatSocketHandler.on_received,
    events.Read: ChatSocketHandler.on_read,
    events.Ping: ChatSocketHandler.on_ping,
}


def too_slow(listener: Listener) -> None:
    """Take out whoever reads too slowly; the listener says so to them itself."""
    for waiter in list(ChatSocketHandler.waiters):
        if waiter.listener is listener:
            waiter.application.counts.slow_readers += 1
            waiter.goodbye = (TOO_SLOW, "reading too slowly")
            log.info("slow reader %s user=%d", listener.key, waiter.person.id)
            waiter.withdraw()
