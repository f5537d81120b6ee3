"""A client over a real socket, as somebody else would write it from the protocol."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import urlencode

from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

Event = dict[str, Any]

# The headers of a handshake, for ``call`` of the handlers' tests.
HANDSHAKE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec_WebSocket_Version": "13",
}


class Client:
    """One connection; keeps everything it was told.

    :ivar events: every event so far
    """

    def __init__(self, socket: WebSocketClientConnection) -> None:
        self.socket = socket
        self.events: list[Event] = []

    @classmethod
    async def connect(
        cls,
        port: int,
        cookie: str | None = None,
        headers: dict[str, str] | None = None,
        **query: str,
    ) -> Client:
        sent = dict(headers or {})
        if cookie:
            sent["Cookie"] = cookie
        url = f"ws://127.0.0.1:{port}/chatsocket" + (f"?{urlencode(query)}" if query else "")
        request = HTTPRequest(url, headers=sent, connect_timeout=10, request_timeout=10)
        return cls(await websocket_connect(request, max_message_size=1 << 26))

    async def next(self, timeout: float = 5.0) -> Event:
        """Wait for the next event of any kind; a close is ``{"type": "closed"}``."""
        text = await asyncio.wait_for(self.socket.read_message(), timeout)
        if text is None:
            return {"type": "closed", "code": self.socket.close_code}
        event: Event = json.loads(text)
        self.events.append(event)
        return event

    async def until(self, type: str, timeout: float = 5.0, **fields: Any) -> Event:
        """Wait for an event of a type (and with these fields), passing over others."""
        while True:
            event = await self.next(timeout)
            if event["type"] == type and all(event.get(k) == v for k, v in fields.items()):
                return event
            assert event["type"] != "closed" or type == "closed", event

    async def say(self, text: str, **fields: Any) -> Event:
        """Post a message and wait for its ``ack``."""
        self.send(type="message", text=text, **fields)
        return await self.until("ack")

    async def ask(self, **event: Any) -> Event:
        """Send an event; give what comes in answer to a ping right behind it, or before."""
        self.send(**event)
        return await self.next()

    def send(self, **event: Any) -> None:
        self.raw(json.dumps(event))

    def raw(self, frame: str | bytes) -> None:
        self.socket.write_message(frame, binary=isinstance(frame, bytes))

    def close(self) -> None:
        self.socket.close()
