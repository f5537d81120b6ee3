"""Frames on their way in: read by callback, as many at once as have arrived.

Tornado reads each frame with three awaits, in seven coroutines that an idle
connection keeps for good. Here a chunk is read, every whole frame in it is
handled, and nothing but a future waits for the next one: less work for each
event, and a third less memory for an idle connection. What control frames mean
is still Tornado's business.
"""

from __future__ import annotations

import asyncio
import struct
import sys
from typing import TYPE_CHECKING, NamedTuple

from tornado.iostream import StreamClosedError
from tornado.util import _websocket_mask as unmask
from tornado.websocket import WebSocketProtocol13

if TYPE_CHECKING:
    from handlers.connection import Connection

CONTINUATION, TEXT, BINARY, CLOSE = 0x0, 0x1, 0x2, 0x8

BROKEN = 1002  # the protocol was not kept
NOT_UTF8 = 1007
TOO_BIG = 1009

_CODES = {*range(1000, 1004), *range(1007, 1015)}  # of closing, that may be sent
# Bytes that are looked at in one turn: some thousand frames at most, 15 ms, before others come.
_CHUNK = 1 << 14
# Seconds for which nothing is read of who floods: to refuse each frame takes its time as well.
_REST = 1.0


class Head(NamedTuple):
    """The beginning of a frame (RFC 6455, 5.2)."""

    final: bool
    opcode: int
    start: int  # where its payload begins, behind the mask
    end: int


class Violation(Exception):
    """What a client did against RFC 6455.

    :ivar code: the close code that says so
    :ivar skip: bytes to pass over, from the beginning of the frame, until what it
        sends makes sense again
    """

    def __init__(self, code: int, reason: str, skip: int = sys.maxsize) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.skip = skip


def read_head(data: bytes | bytearray, at: int, limit: int) -> Head | None:
    """Read a client's frame header.

    :param at: where in ``data`` it begins
    :param limit: bytes that its payload may have
    :returns: None: it is not all there yet
    :raises Violation: it is not as the RFC demands, or over the limit
    """
    if len(data) - at < 2:
        return None
    first, second = data[at], data[at + 1]
    length, start = second & 0x7F, at + 6
    if first & 0x70:
        raise Violation(BROKEN, "no extension was agreed on")
    if not second & 0x80:
        raise Violation(BROKEN, "a client's frames are masked")
    if first & 0x08 and (length > 125 or not first & 0x80):
        raise Violation(BROKEN, "a control frame is short and whole")
    if length > 125:
        extended, start = ("!H", at + 8) if length == 126 else ("!Q", at + 14)
        if len(data) < start:
            return None
        length = struct.unpack_from(extended, data, at + 2)[0]
    if length > limit:
        raise Violation(TOO_BIG, f"a frame over the limit of {limit:,} bytes", start + length - at)
    return Head(bool(first & 0x80), first & 0x0F, start, start + length)


class Reader(WebSocketProtocol13):
    """The server's side of a WebSocket, reading by callback; ``on_message`` may not wait."""

    handler: Connection
    _data: bytes | bytearray = b""  # what has come of the next frame
    _skip = 0  # bytes that are passed over
    _parts: bytearray | None = None  # what has come of a fragmented message
    _parts_opcode = TEXT

    async def _receive_frame_loop(self) -> None:
        # Tornado would stay in here for as long as the connection lives.
        self._read()

    def _read(self) -> None:
        try:
            future = self.stream.read_bytes(_CHUNK, partial=True)
        except StreamClosedError:
            self._end()
            return
        future.add_done_callback(self._came)  # type: ignore[attr-defined]

    def _came(self, future: asyncio.Future[bytes]) -> None:
        if future.cancelled() or future.exception() is not None:
            self._end()
            return
        try:
            self._take(future.result())
        except Violation as violation:
            self.handler.bid_goodbye(violation.code, violation.reason)
            self._pass_over(violation.skip)
        if self.client_terminated:
            self._end()
        elif self.handler.is_flooding:
            self.handler.is_flooding = False
            asyncio.get_running_loop().call_later(_REST, self._go_on)
        else:
            self._read()

    def _go_on(self) -> None:
        if self.stream.closed():  # what it had sent before is of no use any more
            self._end()
        else:
            self._read()

    def _end(self) -> None:
        self._abort()
        self.handler.application.arrivals.pace.do(self._tell_end)

    def _tell_end(self) -> None:
        self.handler.on_ws_connection_close(self.close_code, self.close_reason)

    def _take(self, came: bytes | bytearray) -> None:
        """Handle every whole frame, and keep the rest.

        :raises Violation: what is kept then begins with the frame that is wrong
        """
        if self._skip:
            skipped = min(self._skip, len(came))
            self._skip -= skipped
            came = came[skipped:]
        if self._data:
            self._data += came
        else:
            self._data = came
        at = 0
        try:
            while not self.client_terminated:
                head = read_head(self._data, at, self.params.max_message_size)
                if head is None or head.end > len(self._data):
                    break
                at = head.end
                self._handle(head, _unmasked(self._data, head))
        finally:
            if at:
                self._data = self._data[at:]

    def _pass_over(self, size: int) -> None:
        """Go on behind a frame that is wrong: the goodbye may still be answered."""
        wrong, self._data, self._skip = self._data, b"", size
        try:
            self._take(wrong)
        except Violation:
            self._data, self._skip = b"", sys.maxsize

    def _handle(self, head: Head, payload: bytes) -> None:
        if head.opcode & 0x08:
            self.handler.count_frame()
            if head.opcode == CLOSE:
                _check_goodbye(payload)  # Tornado takes it as it is, and says it back
            self._handle_message(head.opcode, payload)
            if self.handler.listener is not None:
                self.handler.listener.let_pass()  # the answer
        elif not self.server_terminated:  # what comes behind our goodbye is not for us
            self._handle_data(head, payload)

    def _handle_data(self, head: Head, payload: bytes) -> None:
        if (head.opcode == CONTINUATION) != (self._parts is not None):
            raise Violation(BROKEN, "a fragment is out of place")
        if head.opcode > BINARY:
            raise Violation(BROKEN, "this opcode is not in use")
        if self._parts is None and head.final:
            self._deliver(head.opcode, payload)
            return
        if self._parts is None:
            self._parts, self._parts_opcode = bytearray(), head.opcode
        self._parts += payload
        limit = self.params.max_message_size
        if len(self._parts) > limit:
            raise Violation(TOO_BIG, f"a message over the limit of {limit:,} bytes")
        if not head.final:
            self.handler.count_frame()
        else:
            whole, self._parts = bytes(self._parts), None
            self._deliver(self._parts_opcode, whole)

    def _deliver(self, opcode: int, message: bytes) -> None:
        if opcode == BINARY:
            self._run_callback(self.handler.on_message, message)
            return
        self._run_callback(self.handler.on_message, _as_text(message))


def _check_goodbye(payload: bytes) -> None:
    """Refuse a close whose code or reason can't be one (RFC 6455, 5.5.1 and 7.4).

    :raises Violation: it is so
    """
    if payload:
        code = int.from_bytes(payload[:2])
        known = code in _CODES or 3000 <= code < 5000
        if len(payload) < 2 or not known:
            raise Violation(BROKEN, "there is no such close code")
        _as_text(payload[2:])


def _as_text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise Violation(NOT_UTF8, "a text is in UTF-8") from None


def _unmasked(data: bytes | bytearray, head: Head) -> bytes:
    mask = bytes(data[head.start - 4 : head.start])
    return unmask(mask, bytes(data[head.start : head.end]))
