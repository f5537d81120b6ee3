"""A connection that is open: what it is told, and how it ends."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from msgspec import UNSET

from handlers.frames import frame
from handlers.handshake import BANNED, Handshake
from handlers.listener import Listener
from models import events
from models.errors import ChatError
from models.events import encode

GOING_DOWN = 1001
COME_BACK = GOING_DOWN  # to a client it is the same: its session is good, and this socket over
SIGNED_OUT = 4001
CROWDED = 4029


class MostSockets(NamedTuple):
    """How many sockets may be open at once; 0: any number."""

    each: int  # of one person
    at: int  # from one address


class Connection(Handshake):
    """One client's connection, from its welcome to its close.

    :ivar listener: its way out; None before it is open
    :ivar is_here: it is open, and has not been withdrawn
    :ivar heard: it has given a sign of life since the last ping
    :ivar is_flooding: it has sent more than is answered; nothing is read of it for a moment
    :ivar goodbye: the close code and reason, where it is we who closed it
    :ivar gone: done when it is closed, once it is being closed
    """

    listener: Listener | None = None
    is_here = False
    heard = True
    is_flooding = False
    goodbye: tuple[int | None, str] | None = None
    gone: asyncio.Future[None] | None = None

    def tell(self, event: events.ServerEvent) -> None:
        """Tell this client something, at the end of the turn."""
        if self.listener is not None:
            self.listener.send(frame(encode(event)))

    def refuse(self, error: ChatError, ref: str | None = None, msg_id: str | None = None) -> None:
        """Turn an error into an ``error`` event: the only place that does, for sockets."""
        self.application.counts.errors[error.code] += 1
        self.tell(
            events.Error(
                code=error.code,
                message=error.message,
                ref=UNSET if ref is None else ref,
                msgId=UNSET if msg_id is None else msg_id,
                retry=getattr(error, "retry", UNSET),
            )
        )

    def withdraw(self, at_once: bool = False) -> None:
        """Take this connection out of everything that is live.

        :param at_once: the person said so, it is not a connection that dropped
        """
        raise NotImplementedError

    def bid_goodbye(self, code: int, reason: str) -> None:
        """Say all that was to be said, then close."""
        if self.listener is not None and self.ws_connection is not None:
            self.listener.finish()
            self.withdraw(at_once=code in (SIGNED_OUT, BANNED))
            self.goodbye = (code, reason)
            self.gone = asyncio.get_running_loop().create_future()
            self.close(code, reason)

    def cut(self) -> None:
        """Give up a connection that does not answer any more."""
        self.goodbye = (None, "no answer to a ping")
        self.hang_up()

    def count_frame(self) -> None:
        """Count a frame that is no whole event: who sends too many floods."""
        raise NotImplementedError

    def hang_up(self) -> None:
        """Close the connection without waiting for an answer."""
        if self.listener is not None:
            self.listener.hang_up()

    def on_pong(self, data: bytes) -> None:
        self.heard = True
