"""Bodies of requests that are taken, or refused, while they arrive.

An answer that is given while the client is still sending would be lost: closing a
connection with unread bytes resets it. So a refusal is sent at once, and what the
client goes on sending is read and thrown away before the connection is let go.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from tornado.http1connection import HTTP1Connection
from tornado.httputil import (
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerRequest,
    RequestStartLine,
    ResponseStartLine,
)
from tornado.web import stream_request_body

from handlers.base import Handler
from models.errors import BadEvent, ChatError

DRAINING = 30.0  # seconds that what follows a refusal is still read


@stream_request_body
class Streaming(Handler):
    """Take a body as it arrives, or refuse it meanwhile.

    :ivar begun: some of it is here: the client does not wait for our word any more
    :ivar refused: it was refused: what comes is to be thrown away
    """

    begun = False
    refused = False

    async def prepare(self) -> None:
        try:
            await super().prepare()
        except ChatError as error:
            if self.request.method not in self._methods:
                raise  # it ends with the refusal of the method
            self.refuse(error)

    @property
    def connection(self) -> HTTP1Connection:
        return connection_of(self.request)

    def refuse(self, error: ChatError) -> None:
        """Answer with an error now, before the body is here."""
        self.refused = True
        # Past Tornado's limit there would be no answer, only an end.
        self.connection.set_max_body_size(sys.maxsize)
        if self._is_awaited:
            self.fail(error)  # nothing was sent yet, and nothing will be
            return
        self._transforms = []  # a compressed answer would end only with the body
        self.fail(error)
        asyncio.get_running_loop().call_later(DRAINING, self.hang_up)

    def finish(self, chunk: Any = None) -> Any:
        """End the answer; while the client is still sending, only say it."""
        if chunk is None or not self.refused or self._is_awaited:
            return super().finish(chunk)
        self.set_header("Content-Length", len(chunk))
        self.write(chunk)
        return self.flush()

    def hang_up(self) -> None:
        if not self._finished:
            self.connection.close()

    @property
    def _is_awaited(self) -> bool:
        """Tell whether the client sends its body only when it is told to go on."""
        return not self.begun and "Expect" in self.request.headers


class Oversized(Streaming):
    """Refuse a body that is too long for whoever would have got it.

    :ivar most: bytes that they would have taken
    """

    def initialize(self, most: int, begun: bool = False) -> None:
        self.most = most
        self.begun = begun

    async def prepare(self) -> None:
        await super().prepare()
        if not self.refused:
            self.refuse(TooLongBody(length_of(self.request), self.most))

    def data_received(self, chunk: bytes) -> None:
        """Throw it away."""

    async def drained(self) -> None:
        """End the answer, now that all of the body has gone by."""
        self.finish()

    get = head = post = put = patch = delete = options = drained


class Measured(HTTPMessageDelegate):
    """Pass on a body that does not say how long it is, as long as it is not too long.

    Tornado ends such a one with a bare 400, which a client that is still sending never sees.

    :param to: who gets it
    :param most: bytes that they take
    :param refuser: makes what takes over where there are more
    """

    def __init__(
        self,
        request: HTTPServerRequest,
        to: HTTPMessageDelegate,
        most: int,
        refuser: Callable[[], HTTPMessageDelegate],
    ) -> None:
        self._request = request
        self._to = to
        self._left = most
        self._refuser = refuser
        self._is_refused = False

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> Awaitable[None] | None:
        self._begin = start_line, headers
        connection_of(self._request).set_max_body_size(sys.maxsize)  # it is counted here
        return self._to.headers_received(start_line, headers)

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        self._left -= len(chunk)
        if self._left >= 0 or self._is_refused:
            return self._to.data_received(chunk)
        self._is_refused = True
        self._to.on_connection_close()  # it lets go of what it has
        self._to = self._refuser()
        return self._to.headers_received(*self._begin)

    def finish(self) -> None:
        self._to.finish()

    def on_connection_close(self) -> None:
        self._to.on_connection_close()


class TooLongBody(BadEvent):
    """Refuse a body; lengths in bytes, 0: it is not known."""

    code = "too_long"
    status = 413

    def __init__(self, length: int, most: int) -> None:
        has = f"has {length:,} bytes" if length else "is too long"
        super().__init__(f"This body {has}; {most:,} is the most taken here.")


def connection_of(request: HTTPServerRequest) -> HTTP1Connection:
    assert isinstance(request.connection, HTTP1Connection)
    return request.connection


def length_of(request: HTTPServerRequest) -> int:
    """Give the length that a request says its body has, in bytes; it says none: 0."""
    length = request.headers.get("Content-Length", "")
    if not (length.isascii() and length.isdigit()):
        return 0
    return int(length) if len(length) < 19 else sys.maxsize


def is_chunked(request: HTTPServerRequest) -> bool:
    """Tell whether a request comes with a body that does not say how long it is."""
    return "Transfer-Encoding" in request.headers
