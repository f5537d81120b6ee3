"""Bodies of requests that are taken, or refused, while they arrive.

An answer that is given while the client is still sending would be lost: closing a
connection with unread bytes resets it. So a refusal is sent at once, and what the
client goes on sending is read and thrown away before the connection is let go.
"""

from __future__ import annotations

import asyncio
from typing import Any

from tornado.http1connection import HTTP1Connection
from tornado.httputil import HTTPServerRequest
from tornado.web import stream_request_body

from handlers.base import Handler
from models.errors import BadEvent, ChatError

DRAINING = 30.0  # seconds that what follows a refusal is still read


@stream_request_body
class Streaming(Handler):
    """Take a body as it arrives, or refuse it meanwhile.

    :ivar refused: it was refused: what comes is to be thrown away
    """

    refused = False

    @property
    def connection(self) -> HTTP1Connection:
        assert isinstance(self.request.connection, HTTP1Connection)
        return self.request.connection

    def refuse(self, error: ChatError) -> None:
        """Answer with an error now, before the body is here."""
        self.refused = True
        if self.request.headers.get("Expect"):
            self.fail(error)  # nothing was sent yet, and nothing will be
            return
        self._transforms = []  # a compressed answer would end only with the body
        self.fail(error)
        asyncio.get_running_loop().call_later(DRAINING, self.hang_up)

    def finish(self, chunk: Any = None) -> Any:
        """End the answer; while the client is still sending, only say it."""
        if chunk is None or not self.refused or self.request.headers.get("Expect"):
            return super().finish(chunk)
        self.set_header("Content-Length", len(chunk))
        self.write(chunk)
        return self.flush()

    def hang_up(self) -> None:
        if not self._finished:
            self.connection.close()


class Oversized(Streaming):
    """Refuse a body that is too long for whoever would have got it.

    :ivar most: bytes that they would have taken
    """

    def initialize(self, most: int) -> None:
        self.most = most

    async def prepare(self) -> None:
        await super().prepare()
        length = length_of(self.request)
        # Past Tornado's limit there would be no answer, only an end.
        self.connection.set_max_body_size(length)
        self.refuse(TooLongBody(length, self.most))

    def data_received(self, chunk: bytes) -> None:
        """Throw it away."""

    async def drained(self) -> None:
        """End the answer, now that all of the body has gone by."""
        self.finish()

    get = head = post = put = patch = delete = options = drained


class TooLongBody(BadEvent):
    """Refuse a body; lengths in bytes."""

    code = "too_long"
    status = 413

    def __init__(self, length: int, most: int) -> None:
        super().__init__(f"This body has {length:,} bytes; {most:,} is the most taken here.")


def length_of(request: HTTPServerRequest) -> int:
    """Give the length that a request says its body has, in bytes; it says none: 0."""
    length = request.headers.get("Content-Length", "")
    return int(length) if length.isascii() and length.isdigit() else 0
