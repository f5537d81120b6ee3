"""A WebSocket in raw frames: for what a proper client never does.

It stops reading, splits frames, breaks off in the middle, and sees where each
frame begins and ends. A :class:`tests.talking.Client` talks over it as it does
over Tornado's own client.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import socket
import struct
from collections.abc import Coroutine
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlencode

from tests.talking import Client

TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA

T = TypeVar("T")

_READ = 1 << 18  # bytes
_open: list[Wire] = []  # in the test that runs now


class Frame(NamedTuple):
    fin: bool
    opcode: int
    payload: bytes


class Refused(Exception):
    """Be an answer to a handshake that is not 101."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(f"{status}: {body[:200]!r}")
        self.status = status
        self.body = body


class Wire:
    """One connection.

    :ivar close_code: what the server closed it with; None: it did not say, or is open
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.close_code: int | None = None
        self._buffer = bytearray()
        _open.append(self)

    @classmethod
    async def connect(
        cls,
        port: int,
        cookie: str | None = None,
        headers: dict[str, str] | None = None,
        receive_buffer: int = 0,
        **query: str,
    ) -> Wire:
        """Open a connection and upgrade it.

        :param receive_buffer: bytes that the system may hold for us; 0: its own choice
        :raises Refused: the answer is not 101
        """
        near = socket.socket()
        if receive_buffer:
            near.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        near.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(near, ("127.0.0.1", port))
            reader, writer = await asyncio.open_connection(sock=near)
        except OSError:
            near.close()
            raise
        wire = cls(reader, writer)
        try:
            writer.write(_handshake(port, cookie, headers or {}, query))
            head = await reader.readuntil(b"\r\n\r\n")
            status = int(head.split(b" ", 2)[1])
            if status != 101:
                raise Refused(status, await reader.read(_READ))
        except asyncio.IncompleteReadError as error:
            wire.drop()
            raise ConnectionResetError("closed during the handshake") from error
        except BaseException:
            wire.drop()
            raise
        return wire

    async def next_frame(self) -> Frame | None:
        """Wait for a whole frame; None: the connection ended, at a frame's end.

        :raises EOFError: it ended within a frame
        """
        while (found := self._take()) is None:
            try:
                data = await self.reader.read(_READ)
            except OSError:
                data = b""
            if not data:
                if self._buffer:
                    raise EOFError(f"{len(self._buffer)} bytes of a broken frame")
                return None
            self._buffer += data
        return found

    async def read_message(self) -> str | None:
        """Wait for a text; answer pings and the close as a client must. None: closed."""
        while (frame := await self.next_frame()) is not None:
            if frame.opcode == TEXT:
                return frame.payload.decode()
            if frame.opcode == PING:
                self.write_frame(frame.payload, PONG)
            elif frame.opcode == CLOSE:
                if len(frame.payload) > 1:
                    (self.close_code,) = struct.unpack("!H", frame.payload[:2])
                self.write_frame(frame.payload[:2], CLOSE)
                break
        self.writer.close()
        return None

    def write_message(self, message: str | bytes, binary: bool = False) -> None:
        data = message.encode() if isinstance(message, str) else message
        self.write_frame(data, BINARY if binary else TEXT)

    def write_frame(self, payload: bytes, opcode: int = TEXT, fin: bool = True) -> None:
        """Send one frame, masked with zeros."""
        if not self.writer.is_closing():
            self.writer.write(_masked(payload, opcode, fin))

    def close(self, code: int = 1000) -> None:
        """Say goodbye, and go without waiting for the answer."""
        self.write_frame(struct.pack("!H", code), CLOSE)
        self.writer.close()

    def drop(self) -> None:
        """Vanish: the other side gets a reset and no word."""
        near = self.writer.get_extra_info("socket")
        if near is not None and near.fileno() >= 0:
            near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    def _take(self) -> Frame | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        start, length = 2, buffer[1]
        if length == 126:
            start, length = 4, int.from_bytes(buffer[2:4], "big")
        elif length == 127:
            start, length = 10, int.from_bytes(buffer[2:10], "big")
        if len(buffer) < start + length:
            return None
        frame = Frame(buffer[0] > 0x7F, buffer[0] & 0xF, bytes(buffer[start : start + length]))
        del buffer[: start + length]
        return frame


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run a test's coroutine; close what it left open, as it does when it fails."""

    async def whole() -> T:
        try:
            return await main
        finally:
            while _open:
                _open.pop().drop()
            # One that was closed goes on sending what it has, with nobody to read it.
            loop: Any = asyncio.get_running_loop()
            for transport in list(loop._transports.values()):
                transport.abort()
            await asyncio.sleep(0)

    return asyncio.run(whole())


async def call(port: int, cookie: str | None = None, **query: str) -> Client:
    """Connect a client over raw frames."""
    return Client(await Wire.connect(port, cookie, **query))  # type: ignore[arg-type]


async def ask(
    port: int, method: str, path: str, body: object = None, cookie: str | None = None
) -> tuple[int, Any, str]:
    """Make one HTTP request.

    :returns: status, the answer's JSON, and the cookie that it sets
    """
    content = b"" if body is None else json.dumps(body).encode()
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: close"]
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
    if cookie:
        lines.append(f"Cookie: {cookie}")
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + content)
    head, _, answer = (await reader.read(-1)).partition(b"\r\n\r\n")
    writer.close()
    given = [line for line in head.decode().split("\r\n") if line.startswith("Set-Cookie:")]
    pair = given[0].split(": ", 1)[1].split(";")[0] if given else ""
    return int(head.split()[1]), json.loads(answer or b"null"), pair


async def sign_in(port: int, name: str) -> str:
    """Be a guest of a name; give the session's cookie."""
    status, answer, cookie = await ask(port, "POST", "/api/session", {"name": name})
    assert status == 200, answer
    return cookie


def _handshake(
    port: int, cookie: str | None, headers: dict[str, str], query: dict[str, str]
) -> bytes:
    sent = {
        "Host": f"127.0.0.1:{port}",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        "Sec-WebSocket-Version": "13",
    }
    if cookie:
        sent["Cookie"] = cookie
    sent |= headers
    target = "/chatsocket" + (f"?{urlencode(query)}" if query else "")
    lines = [f"GET {target} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _masked(payload: bytes, opcode: int, fin: bool) -> bytes:
    first = (0x80 if fin else 0) | opcode
    length = len(payload)
    if length < 126:
        head = struct.pack("!BB", first, 0x80 | length)
    elif length < 1 << 16:
        head = struct.pack("!BBH", first, 0x80 | 126, length)
    else:
        head = struct.pack("!BBQ", first, 0x80 | 127, length)
    return head + bytes(4) + payload
