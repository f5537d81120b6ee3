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
from collections.abc import Callable, Iterable, Mapping, Sequence
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

Way = Callable[[bytes], int]  # writes what it can at once; tells how much

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


class Lineup:
    """Those who are told what is said in a room, as they stand.

    It holds until somebody joins, leaves, backs up or has caught up again. A message to a
    thousand touches little more memory by it than the sockets themselves.

    :ivar ways: how to write to each of ``listeners``
    :ivar waiting: those who have to be written to through their streams
    """

    __slots__ = ("_places", "listeners", "waiting", "ways")

    def __init__(self, listeners: Iterable[Listener]) -> None:
        self.listeners: list[Listener] = []
        self.ways: list[Way] = []
        self.waiting: list[Listener] = []
        for listener in listeners:
            if listener.way is None:
                self.waiting.append(listener)
            else:
                self.listeners.append(listener)
                self.ways.append(listener.way)
        self._places = {listener.key: place for place, listener in enumerate(self.listeners)}

    def write(self, data: bytes, own: Mapping[str, bytes]) -> None:
        """Write to everybody.

        :param own: what those with these keys are told instead
        """
        listeners, ways = self.listeners, self.ways
        senders = sorted(self._places[key] for key in own if key in self._places)
        if senders:
            listeners, ways = listeners.copy(), ways.copy()
            for place in reversed(senders):
                del listeners[place], ways[place]
        write_all(listeners, ways, data)
        write_each((self.listeners[place], own[self.listeners[place].key]) for place in senders)
        for listener in self.waiting:
            listener.write(own.get(listener.key, data))


class Turn:
    """Everything said during one turn of the event loop.

    :param too_slow: called with a listener that is being closed for reading too slowly
    """

    def __init__(self, too_slow: Callable[[Listener], None]) -> None:
        self.too_slow = too_slow
        self._rooms: dict[int, tuple[Channel, list[bytes | Change]]] = {}
        self._dirty: list[Listener] = []
        self._lineups: dict[int, Lineup] = {}
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
        self._lineups.pop(channel.room, None)
        told = self._rooms.pop(channel.room, None)
        if told is not None:
            for listener, data in _told(*told):
                listener.send(data)

    def line_up_again(self) -> None:
        """Forget who can be written to directly: it has changed for somebody."""
        self._lineups.clear()

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        self._scheduled = False
        rooms, self._rooms = self._rooms, {}
        if not self._dirty and _apart([channel for channel, _ in rooms.values()]):
            # Nobody is told two things: nothing has to be collected for anybody.
            for channel, said in rooms.values():
                self._lineup(channel).write(*_frames(said))
            return
        for told in rooms.values():
            for listener, data in _told(*told):
                listener.send(data)
        dirty, self._dirty = self._dirty, []
        taken = ((listener, listener.take()) for listener in dirty)
        write_each((listener, data) for listener, data in taken if data is not None)

    def _lineup(self, channel: Channel) -> Lineup:
        lineup = self._lineups.get(channel.room)
        if lineup is None:
            lineup = self._lineups[channel.room] = Lineup(channel.listeners)
        return lineup


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


def _apart(channels: Sequence[Channel]) -> bool:
    """Tell whether nobody listens to two of these rooms."""
    if len(channels) < 2:
        return True
    everybody: set[Listener] = set().union(*(channel.listeners for channel in channels))
    return len(everybody) == sum(len(channel.listeners) for channel in channels)


def _told(channel: Channel, said: Sequence[bytes | Change]) -> list[tuple[Listener, bytes]]:
    """Give what each listener is told."""
    whole, own = _frames(said)
    return [(listener, own.get(listener.key, whole)) for listener in channel.listeners]


def _frames(said: Sequence[bytes | Change]) -> tuple[bytes, dict[str, bytes]]:
    """Join the frames of what was said.

    :returns: them, and by key what those get who said some of it: an ``ack`` in
        place of each change of their own
    """
    frames = [s if isinstance(s, bytes) else message_frame(s) for s in said]
    origins = {s.origin for s in said if isinstance(s, Change) and s.origin is not None}
    return b"".join(frames), {key: _own(key, said, frames) for key in origins}


def _own(key: str, said: Sequence[bytes | Change], frames: list[bytes]) -> bytes:
    return b"".join(
        ack_frame(s) if isinstance(s, Change) and s.origin == key else told
        for s, told in zip(said, frames, strict=True)
    )
