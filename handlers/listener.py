"""One socket's way out, and how many of them are written to at once.

Nobody is ever waited for. Tornado's ``write_message`` would encode for each socket and make
a task for each write; at a thousand listeners that is eight times the work.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from tornado.iostream import IOStream, SSLIOStream, StreamClosedError

from handlers.frames import CLOSE, frame

if TYPE_CHECKING:
    from tornado.websocket import WebSocketProtocol13

    from handlers.turn import Turn

WAITING_LIMIT = 1 << 20  # bytes that may wait for one slow reader
LINGER = 60.0  # seconds in which a slow reader can still learn why it was closed
TOO_SLOW = 4008

Way = Callable[[bytes], int]  # writes what it can at once; tells how much

_CHUNK = 1 << 16  # bytes handed to a backed-up stream at once


class Listener:
    """One socket's way out.

    A socket that is not backed up is written directly. Otherwise the stream gets
    a little at a time and the rest waits here in whole frames, so that a close
    frame can still take the place of everything that waits.

    :ivar key: the connection's ``clientKey``
    :ivar pending: what this turn has collected so far
    :ivar way: the socket's own ``send``, while nothing waits for it; None: use :meth:`write`
    """

    __slots__ = (
        "_backlog",
        "_closing",
        "_protocol",
        "_send",
        "_stream",
        "_turn",
        "_waiting",
        "key",
        "pending",
        "way",
    )

    def __init__(self, key: str, protocol: WebSocketProtocol13, turn: Turn) -> None:
        self.key = key
        self.pending: bytes | list[bytes] | None = None
        self._protocol: WebSocketProtocol13 | None = protocol
        self._stream: IOStream = protocol.stream
        # TLS has to see every byte.
        direct = not isinstance(protocol.stream, SSLIOStream)
        self._send = protocol.stream.socket.send if direct else None
        self.way: Way | None = self._send
        self._turn = turn
        self._backlog: list[bytes] = []
        self._waiting = 0
        self._closing = False
        self.let_pass()

    def send(self, data: bytes) -> None:
        """Send frames to this socket, joined with all else it is sent in this turn."""
        if self.pending is None:
            self.pending = data
            self._turn.dirty(self)
        elif isinstance(self.pending, bytes):
            self.pending = [self.pending, data]
        else:
            self.pending.append(data)

    def take(self) -> bytes | None:
        """Take what this turn has collected; None: nothing."""
        pending, self.pending = self.pending, None
        return b"".join(pending) if isinstance(pending, list) else pending

    def write(self, data: bytes) -> None:
        """Write to a socket that is backed up, or closing; never wait, never raise."""
        if self._closing:
            return
        if self._waiting > WAITING_LIMIT:
            self._close_slow()
        elif self._waiting:
            self._backlog.append(data)
            self._waiting += len(data)
        else:
            self._queue(data)

    def let_pass(self) -> None:
        """Overtake nothing that Tornado is writing, such as its answer to a ping."""
        if self._stream.writing():
            self._queue(b"")

    def finish(self) -> None:
        """Write what there is, and nothing after it: a close frame follows."""
        if (data := self.take()) is not None:
            write_each([(self, data)])
        self._close()

    def fail(self, error: OSError) -> None:
        """Give up a socket that can't be written to."""
        self._stream.close(exc_info=(type(error), error, error.__traceback__))

    def hang_up(self) -> None:
        """Close the socket itself, with nothing more to say."""
        self._stream.close()

    def let_go(self) -> None:
        """Forget a connection that is closed.

        The two hold each other: they would stay until everything is searched for garbage.
        """
        self._close()
        self._protocol = None

    def _close(self) -> None:
        self._closing = True
        self._lead(None)
        self._backlog.clear()

    def _lead(self, way: Way | None) -> None:
        if way is not self.way:
            self.way = way
            self._turn.line_up_again()

    def _queue(self, data: bytes) -> None:
        self._lead(None)
        self._waiting += len(data)
        try:
            future = self._stream.write(data)
        except StreamClosedError:
            return
        future.add_done_callback(lambda future: self._written(future, len(data)))

    def _written(self, future: asyncio.Future[None], size: int) -> None:
        if future.cancelled() or future.exception() is not None:
            return  # closed; whoever watches the connection is told there
        self._waiting -= size
        if self._closing:
            return
        if self._backlog:
            chunk = self._take_chunk()
            self._waiting -= len(chunk)
            self._queue(chunk)
        elif not self._stream.writing():
            self._lead(self._send)

    def _take_chunk(self) -> bytes:
        size = count = 0
        for data in self._backlog:
            size += len(data)
            count += 1
            if size >= _CHUNK:
                break
        chunk = b"".join(self._backlog[:count])
        del self._backlog[:count]
        return chunk

    def _close_slow(self) -> None:
        """Close with 4008: the reader comes back with ``resume`` and misses nothing.

        Tornado would give it 5 s to answer; a reader that stands still learns
        the reason only when it goes on, so it gets longer. All that waited for
        it is let go at once.
        """
        self._close()
        self._turn.too_slow(self)
        if self._protocol is not None:
            self._protocol.server_terminated = True  # nothing may follow a close frame
        reason = struct.pack("!H", TOO_SLOW) + b"reading too slowly; resume"
        try:
            self._stream.write(frame(reason, CLOSE))
        except StreamClosedError:
            return
        asyncio.get_running_loop().call_later(LINGER, self._stream.close)


def write_all(listeners: Sequence[Listener], ways: Iterable[Way], data: bytes) -> None:
    """Write the same to many sockets directly; never wait, never raise.

    This runs for every listener of every message, so there is nothing in it but the
    ``send``: a method and a flag for each would cost a third of the system call itself.
    """
    size = len(data)
    for place, way in enumerate(ways):
        try:
            if (sent := way(data)) == size:
                continue
        except BlockingIOError:
            sent = 0
        except OSError as error:
            listeners[place].fail(error)
            continue
        listeners[place].write(data[sent:])


def write_each(told: Iterable[tuple[Listener, bytes]]) -> None:
    """Write to each socket its own, directly where nothing waits; never wait, never raise."""
    for listener, data in told:
        if listener.way is None:
            listener.write(data)
        else:
            write_all((listener,), (listener.way,), data)
