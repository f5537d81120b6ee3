"""Frames on their way out: encoded once, written once per socket and turn.

What is said during one turn of the event loop is collected in a :class:`Turn`
and written at its end: one join of bytes for a whole room, one write for each
:class:`Listener`. Nobody is ever waited for. Tornado's ``write_message`` would
encode for each socket and make a task for each write; at a thousand listeners
that is eight times the work.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable, Iterable
from itertools import chain, repeat
from typing import TYPE_CHECKING

from tornado.iostream import IOStream, SSLIOStream, StreamClosedError

from models.channel import Change, Channel
from models.events import encode

if TYPE_CHECKING:
    from tornado.websocket import WebSocketProtocol13

WAITING_LIMIT = 1 << 20  # bytes that may wait for one slow reader
LINGER = 60.0  # seconds in which a slow reader can still learn why it was closed
TOO_SLOW = 4008

TEXT, CLOSE, PING = 0x1, 0x8, 0x9  # opcodes

_CHUNK = 1 << 16  # bytes handed to a backed-up stream at once


def frame(payload: bytes, opcode: int = TEXT) -> bytes:
    """Wrap a payload in one unmasked, unfragmented frame (RFC 6455, 5.2)."""
    length = len(payload)
    if length < 126:
        return bytes((0x80 | opcode, length)) + payload
    if length < 1 << 16:
        return struct.pack("!BBH", 0x80 | opcode, 126, length) + payload
    return struct.pack("!BBQ", 0x80 | opcode, 127, length) + payload


def message_frame(change: Change) -> bytes:
    return frame(b'{"type":"message",' + change.body[1:])


def ack_frame(change: Change) -> bytes:
    return frame(b'{"type":"ack","msgId":%b,"message":%b}' % (encode(change.msg_id), change.body))


class Listener:
    """One socket's way out.

    A socket that is not backed up is written directly. Otherwise the stream gets
    a little at a time and the rest waits here in whole frames, so that a close
    frame can still take the place of everything that waits.

    :ivar key: the connection's ``clientKey``
    :ivar pending: what this turn has collected so far
    :ivar way: the socket's own ``send``, while nothing waits for it; None: use :meth:`write`
    :ivar behind: truthy while the stream still has something of its own to write,
        such as the answer to a ping: nothing may overtake that
    """

    __slots__ = (
        "_backlog",
        "_closing",
        "_protocol",
        "_send",
        "_stream",
        "_turn",
        "_waiting",
        "behind",
        "key",
        "pending",
        "way",
    )

    def __init__(self, key: str, protocol: WebSocketProtocol13, turn: Turn) -> None:
        self.key = key
        self.pending: bytes | list[bytes] | None = None
        self._protocol = protocol
        self._stream: IOStream = protocol.stream
        # TLS has to see every byte.
        direct = not isinstance(protocol.stream, SSLIOStream)
        self._send = protocol.stream.socket.send if direct else None
        self.way = self._send
        self.behind = protocol.stream._write_futures
        self._turn = turn
        self._backlog: list[bytes] = []
        self._waiting = 0
        self._closing = False

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

    def finish(self) -> None:
        """Write what there is, and nothing after it: a close frame follows."""
        if (data := self.take()) is not None:
            write_all([(self, data)])
        self._close()

    def fail(self, error: OSError) -> None:
        """Give up a socket that can't be written to."""
        self._stream.close(exc_info=(type(error), error, error.__traceback__))

    def hang_up(self) -> None:
        """Close the socket itself, with nothing more to say."""
        self._stream.close()

    def _close(self) -> None:
        self._closing = True
        self.way = None
        self._backlog.clear()

    def _queue(self, data: bytes) -> None:
        self.way = None
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
        else:
            self.way = self._send

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
        self._protocol.server_terminated = True  # nothing may follow a close frame
        reason = struct.pack("!H", TOO_SLOW) + b"reading too slowly; resume"
        try:
            self._stream.write(frame(reason, CLOSE))
        except StreamClosedError:
            return
        asyncio.get_running_loop().call_later(LINGER, self._stream.close)


class Turn:
    """Everything said during one turn of the event loop.

    :param too_slow: called with a listener that is being closed for reading too slowly
    """

    def __init__(self, too_slow: Callable[[Listener], None]) -> None:
        self.too_slow = too_slow
        self._rooms: dict[int, tuple[Channel, list[bytes | Change]]] = {}
        self._dirty: list[Listener] = []
        self._scheduled = False

    def tell(self, channel: Channel, said: bytes | Change) -> None:
        """Say something to all who listen to a room: a frame, or a change.

        Whoever sent the change is told by an ``ack``, in the same place.
        """
        said_before = self._rooms.get(channel.room)
        if said_before is None:
            self._rooms[channel.room] = (channel, [said])
            self._schedule()
        else:
            said_before[1].append(said)

    def dirty(self, listener: Listener) -> None:
        self._dirty.append(listener)
        self._schedule()

    def settle(self, channel: Channel) -> None:
        """Hand out what was said in a room so far: its listeners are about to change."""
        told = self._rooms.pop(channel.room, None)
        if told is not None:
            self._hand_out(*told)

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        self._scheduled = False
        rooms, self._rooms = self._rooms, {}
        if len(rooms) == 1 and not self._dirty:
            # The one thing said: nothing has to be collected for anybody.
            for told in rooms.values():
                write_all(_told(*told))
            return
        for channel, said in rooms.values():
            self._hand_out(channel, said)
        dirty, self._dirty = self._dirty, []
        taken = ((listener, listener.take()) for listener in dirty)
        write_all((listener, data) for listener, data in taken if data is not None)

    def _hand_out(self, channel: Channel, said: list[bytes | Change]) -> None:
        for listener, data in _told(channel, said):
            listener.send(data)


def write_all(told: Iterable[tuple[Listener, bytes]]) -> None:
    """Write to each socket, directly where nothing waits; never wait, never raise.

    This runs for every listener of every message, so there is no call in it but
    the ``send``: a method and a flag for each would cost a third of the system
    call itself.
    """
    for listener, data in told:
        if listener.way is None or listener.behind:
            listener.write(data)
            continue
        try:
            sent = listener.way(data)
        except BlockingIOError:
            sent = 0
        except OSError as error:
            listener.fail(error)
            continue
        if sent < len(data):
            listener.write(data[sent:])


def _told(channel: Channel, said: list[bytes | Change]) -> Iterable[tuple[Listener, bytes]]:
    """Give what each listener is told; a copy: who reads too slowly leaves meanwhile."""
    frames = [s if isinstance(s, bytes) else message_frame(s) for s in said]
    whole = b"".join(frames)
    origins = {s.origin for s in said if isinstance(s, Change) and s.origin}
    senders = [listener for listener in channel.listeners if listener.key in origins]
    own = [(sender, _own(sender.key, said, frames)) for sender in senders]
    return chain(zip(channel.listeners.difference(senders), repeat(whole)), own)


def _own(key: str, said: list[bytes | Change], frames: list[bytes]) -> bytes:
    """Join the frames for a sender, with ``ack`` in place of each of its own."""
    return b"".join(
        ack_frame(s) if isinstance(s, Change) and s.origin == key else told
        for s, told in zip(said, frames, strict=True)
    )
