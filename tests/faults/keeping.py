"""What a client keeps of a room, by the protocol's one rule, and what it was told."""

from __future__ import annotations

import asyncio
import json

from tests.faults.wire import Wire, ask
from tests.talking import Event

LOBBY = 1


class Copy:
    """A person's copy of one room, over any number of connections.

    :ivar messages: the state with the highest ``seq`` of each message, by id
    :ivar seq: up to which change it is complete; None: it has nothing
    :ivar acked: the answer to each ``msgId`` of one's own
    :ivar resets: how often it had to start anew
    """

    def __init__(self, room: int = LOBBY) -> None:
        self.room = room
        self.messages: dict[int, Event] = {}
        self.seq: int | None = None
        self.epoch = ""
        self.acked: dict[str, Event] = {}
        self.resets = 0
        self._more = False
        self._live = False

    @property
    def texts(self) -> list[str]:
        return [self.messages[id]["text"] for id in sorted(self.messages)]

    @property
    def position(self) -> dict[str, str]:
        """Give the query that tells the server what is here."""
        if self.seq is None:
            return {}
        return {"resume": f"{self.room}:{self.seq}", "epoch": self.epoch}

    def begin(self) -> None:
        """Begin a connection: nothing is live on it before its history."""
        self._live = False

    def take(self, event: Event) -> None:
        """Take an event, and hold the server to its promise about the order."""
        if event["type"] == "history" and event["room"] == self.room:
            self._take_history(event)
        elif event["type"] == "message" and event["room"] == self.room:
            self._take_change(event)
        elif event["type"] == "ack":
            message = event["message"]
            assert self.acked.setdefault(event["msgId"], message) == message
            if self.seq is None or message["seq"] > self.seq:
                self._take_change(message)

    async def page_back(self, port: int, cookie: str, until: int = 1) -> None:
        """Fetch what is older than the first page, back to a message."""
        while self._more and (before := min(self.messages)) > until:
            path = f"/api/rooms/{self.room}/messages?limit=100&before={before}"
            status, page, _ = await ask(port, "GET", path, cookie=cookie)
            assert status == 200, page
            assert all(message["id"] < before for message in page["messages"])
            self._upsert(page["messages"])
            self._more = page["more"]

    def _take_history(self, event: Event) -> None:
        ids = [message["id"] for message in event["messages"]]
        assert ids == sorted(set(ids))
        assert all(message["seq"] <= event["seq"] for message in event["messages"])
        if event["reset"] or event["epoch"] != self.epoch:
            self.resets += self.seq is not None
            assert event["reset"], "another epoch without a reset"
            self.messages.clear()
            self._more = event["more"]
        else:
            assert self.seq is not None
            assert [m["seq"] for m in event["messages"]] == [*range(self.seq + 1, event["seq"] + 1)]
        self.seq, self.epoch, self._live = event["seq"], event["epoch"], True
        self._upsert(event["messages"])

    def _take_change(self, message: Event) -> None:
        assert self._live, "a change before the history"
        assert self.seq is not None
        assert message["seq"] == self.seq + 1, (message["seq"], self.seq)
        self.seq = message["seq"]
        self._upsert([message])

    def _upsert(self, messages: list[Event]) -> None:
        for message in messages:
            kept = self.messages.get(message["id"])
            if kept is None or message["seq"] > kept["seq"]:
                self.messages[message["id"]] = message


async def connect(port: int, cookie: str, copy: Copy, within: float = 15.0) -> Wire:
    """Come back with what one has; try again while the server is away."""
    until = asyncio.get_running_loop().time() + within
    while True:
        try:
            wire = await Wire.connect(port, cookie, **copy.position)
        except ConnectionError:
            if asyncio.get_running_loop().time() > until:
                raise
            await asyncio.sleep(0.02)
        else:
            copy.begin()
            return wire


async def read(wire: Wire, copy: Copy) -> Event | None:
    """Take the next event into the copy; None: the connection ended."""
    try:
        text = await wire.read_message()
    except EOFError:  # the server was killed in the middle of a frame
        text = None
    if text is None:
        return None
    event: Event = json.loads(text)
    copy.take(event)
    return event


async def read_until(wire: Wire, copy: Copy, seq: int, timeout: float = 20.0) -> None:
    """Read until the copy is complete up to a change."""
    async with asyncio.timeout(timeout):
        while copy.seq is None or copy.seq < seq:
            assert await read(wire, copy) is not None, "the connection ended"
