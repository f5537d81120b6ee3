"""What a client keeps of the lobby when messages change, and what the database has."""

from __future__ import annotations

import asyncio
import json

from tests.faults.wire import Wire, ask
from tests.talking import Event

LOBBY = 1


class Replica:
    """A person's copy of the lobby from some message on, by the protocol's one rule.

    :ivar first: the id it begins with: what changes before it is no part of the copy,
        as on a page that has not been scrolled up so far
    """

    def __init__(self) -> None:
        self.messages: dict[int, Event] = {}
        self.first = 0
        self.seq: int | None = None
        self.epoch = ""
        self.histories: list[Event] = []

    @property
    def position(self) -> dict[str, str]:
        if self.seq is None:
            return {}
        return {"resume": f"{LOBBY}:{self.seq}", "epoch": self.epoch}

    def take(self, event: Event) -> None:
        if event["type"] == "history":
            self.histories.append(event)
            if event["reset"]:
                self.messages.clear()
                self.first = min((message["id"] for message in event["messages"]), default=0)
            for message in event["messages"]:
                self._upsert(message)
            self.seq, self.epoch = event["seq"], event["epoch"]
        elif event["type"] in ("message", "ack"):
            message = event.get("message", event) if event["type"] == "ack" else event
            message = {name: value for name, value in message.items() if name != "type"}
            if self.seq is not None and message["seq"] > self.seq:
                assert message["seq"] == self.seq + 1, "a hole"
                self.seq = message["seq"]
            self._upsert(message)

    def _upsert(self, message: Event) -> None:
        held = self.messages.get(message["id"])
        if message["id"] < self.first:
            return
        if held is None or message["seq"] > held["seq"]:
            self.messages[message["id"]] = message

    async def read_until(self, wire: Wire, seq: int) -> None:
        async with asyncio.timeout(30):
            while self.seq is None or self.seq < seq:
                text = await wire.read_message()
                assert text is not None, "the connection ended"
                self.take(json.loads(text))


async def everything(port: int, cookie: str) -> dict[int, Event]:
    """Read the whole lobby from the database, a page at a time."""
    found: dict[int, Event] = {}
    more, place = True, ""
    while more:
        path = f"/api/rooms/{LOBBY}/messages?limit=100{place}"
        _, page, _ = await ask(port, "GET", path, cookie=cookie)
        found |= {message["id"]: message for message in page["messages"]}
        more = page["more"]
        place = f"&before={min(found)}" if found else ""
    return found
