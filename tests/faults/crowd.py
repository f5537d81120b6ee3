"""People who post and listen through whatever happens, and what became of all they said."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from tests.faults.keeping import LOBBY, Copy, connect, read
from tests.faults.wire import Wire, ask, sign_in
from tests.serving import GustProcess
from tests.talking import Event

IN_FLIGHT = 5  # messages that a person has sent and not heard of yet
AGAIN = 0.2  # seconds until what was not stored is sent again
PATIENCE = 30.0  # seconds without an answer, after which nobody waits any longer


@dataclass
class Poster:
    """Somebody who posts on and on, and again what was not stored or not answered.

    :ivar pause: seconds between an answer and the next message; 0: none
    :ivar more: what is said behind each message's own number
    :ivar refused: how often it was told ``not_stored``
    :ivar longest: seconds for which a message had to wait for its ``ack``, at the most
    """

    number: int
    cookie: str
    rooms: list[int]
    pause: float = 0.0
    more: str = ""
    acked: dict[str, Event] = field(default_factory=dict)
    waiting: dict[str, Event] = field(default_factory=dict)
    refused: int = 0
    longest: float = 0.0
    _sent: dict[str, float] = field(default_factory=dict)
    _since: float = 0.0
    _heard: asyncio.Event = field(default_factory=asyncio.Event)

    async def post_until(self, port: int, stop: asyncio.Event) -> None:
        while not stop.is_set() or self.waiting:
            wire = await connect(port, self.cookie, Copy(), within=PATIENCE)
            for event in self.waiting.values():
                wire.write_message(json.dumps(event))
            while not stop.is_set() or self.waiting:
                while len(self.waiting) < IN_FLIGHT and not stop.is_set():
                    self._post(wire)
                if not await self._hear(wire):
                    break
            wire.drop()

    async def served(self, since: float) -> None:
        """Wait until a message is acknowledged that was not sent before a moment."""
        self._since = since
        self._heard.clear()
        await self._heard.wait()

    @property
    def said(self) -> int:
        return len(self._sent)

    def _post(self, wire: Wire) -> None:
        msg_id = f"{self.number}-{self.said + 1}"
        room = self.rooms[self.said % len(self.rooms)]
        text = f"{msg_id} {self.more}".strip()
        event = {"type": "message", "text": text, "msgId": msg_id, "room": room}
        self._sent[msg_id] = time.monotonic()
        self.waiting[msg_id] = event
        wire.write_message(json.dumps(event))

    async def _hear(self, wire: Wire) -> bool:
        """Take the next event; tell whether there was one."""
        try:
            async with asyncio.timeout(PATIENCE):
                text = await wire.read_message()
        except EOFError:  # the server was killed in the middle of a frame
            return False
        if text is None:
            return False
        if text.startswith('{"type":"ack"'):
            self._take_ack(json.loads(text))
            if self.pause:
                await asyncio.sleep(self.pause)
        elif text.startswith('{"type":"error"'):
            error = json.loads(text)
            assert error["code"] == "not_stored", error
            self.refused += 1
            asyncio.get_running_loop().call_later(AGAIN, self._say_again, wire, error["msgId"])
        return True

    def _take_ack(self, ack: Event) -> None:
        msg_id = ack["msgId"]
        if self.waiting.pop(msg_id, None) is None:
            return  # it was sent twice, and this is the other answer
        self.acked[msg_id] = ack["message"]
        sent = self._sent[msg_id]
        self.longest = max(self.longest, time.monotonic() - sent)
        if sent >= self._since:
            self._heard.set()

    def _say_again(self, wire: Wire, msg_id: str) -> None:
        if msg_id in self.waiting:
            wire.write_message(json.dumps(self.waiting[msg_id]))


class Crowd:
    """Some who post and some who listen, from entering the context to leaving it.

    Leaving waits until all that was said is acknowledged, and all who listen have all of it.

    :param pause: seconds between a poster's answer and their next message
    :param more: what is said behind each message's own number
    """

    def __init__(
        self,
        server: GustProcess,
        posting: int,
        listening: int = 0,
        pause: float = 0.0,
        more: str = "",
    ) -> None:
        self._server = server
        self._counts = posting, listening
        self._manner = pause, more
        self._stop = asyncio.Event()
        self._tasks = asyncio.TaskGroup()
        self._last: int | None = None
        self.posters: list[Poster] = []
        self.copies: list[Copy] = []

    async def __aenter__(self) -> Crowd:
        port = self._server.port
        posting, listening = self._counts
        cookies = [await sign_in(port, f"bob {n}") for n in range(posting + listening)]
        status, den, _ = await ask(port, "POST", "/api/rooms", {"name": "den"}, cookies[0])
        assert status == 201, den
        rooms = [LOBBY, den["id"]]
        for cookie in cookies[:posting]:
            await _enter(port, cookie, den["id"])
        await self._tasks.__aenter__()
        for number, cookie in enumerate(cookies[:posting]):
            poster = Poster(number, cookie, rooms, *self._manner)
            self.posters.append(poster)
            self._tasks.create_task(poster.post_until(port, self._stop))
        for cookie in cookies[posting:]:
            self.copies.append(Copy())
            self._tasks.create_task(self._listen(cookie, self.copies[-1]))
        await self.served()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        if error is None:
            async with asyncio.timeout(2 * PATIENCE):
                while any(poster.waiting for poster in self.posters):
                    await asyncio.sleep(0.02)
            self._last = self.last
        await self._tasks.__aexit__(kind, error, trace)

    async def served(self, since: float | None = None) -> float:
        """Wait until everybody who posts has been answered anew.

        :param since: the moment from which on it counts; None: now
        :returns: seconds that it took
        """
        begun = time.monotonic() if since is None else since
        async with asyncio.timeout(2 * PATIENCE):
            await asyncio.gather(*(poster.served(begun) for poster in self.posters))
        return time.monotonic() - begun

    @property
    def last(self) -> int:
        """Give the last change of the lobby that anybody was told of by an ``ack``."""
        acked = (message for poster in self.posters for message in poster.acked.values())
        return max((message["seq"] for message in acked if message["room"] == LOBBY), default=0)

    @property
    def refused(self) -> int:
        return sum(poster.refused for poster in self.posters)

    @property
    def longest(self) -> float:
        """Give for how many seconds a message had to wait for its ``ack``, at the most."""
        return max(poster.longest for poster in self.posters)

    def compare(self, data: Path) -> Kept:
        """Compare what was acknowledged and heard with what is stored."""
        kept = compare(data, self.posters)
        for copy in self.copies:
            assert copy.seq == self._last, (copy.seq, self._last)
            first = min(copy.messages)
            assert copy.texts == [text for id, text in kept.lobby.items() if id >= first]
        return kept

    async def _listen(self, cookie: str, copy: Copy) -> None:
        while copy.seq is None or copy.seq != self._last:
            wire = await connect(self._server.port, cookie, copy, within=PATIENCE)
            while copy.seq is None or copy.seq != self._last:
                try:
                    async with asyncio.timeout(0.5):
                        if await read(wire, copy) is None:
                            break
                except TimeoutError:
                    pass  # perhaps all has been said
            wire.drop()


async def _enter(port: int, cookie: str, room: int) -> None:
    wire = await Wire.connect(port, cookie)
    wire.write_message(json.dumps({"type": "join", "room": room}))
    async with asyncio.timeout(PATIENCE):
        while not (await wire.read_message() or "").startswith(f'{{"type":"history","room":{room}'):
            pass
    wire.close()


class Kept(NamedTuple):
    """What a database holds of what people said.

    :ivar lobby: the texts in the lobby, by id
    """

    acked: int
    lost: int
    twice: int
    lobby: dict[int, str]


def compare(data: Path, posters: Iterable[Poster]) -> Kept:
    """Look for all that was acknowledged in a database, which must be whole.

    Nobody else may have said anything in the same rooms.
    """
    posters = list(posters)
    talked_in = posters[0].rooms
    with closing(sqlite3.connect(data / "chat.db")) as database:
        database.row_factory = sqlite3.Row
        everything = database.execute("SELECT * FROM messages ORDER BY id").fetchall()
        numbers = dict(database.execute("SELECT id, seq FROM rooms").fetchall())
        (verdict,) = database.execute("PRAGMA integrity_check").fetchone()
    assert verdict == "ok"
    rows = [row for row in everything if row["room"] in talked_in]
    seqs = defaultdict(list)
    for row in rows:
        seqs[row["room"]].append(row["seq"])
    for room, taken in seqs.items():
        assert taken == [*range(1, len(taken) + 1)], "a number is missing, or out of order"
        assert numbers[room] == len(taken)
    stored = {row["msg_id"]: (row["id"], row["room"], row["seq"], row["text"]) for row in rows}
    acked = lost = 0
    for poster in posters:
        assert len(poster.acked) == poster.said
        for msg_id, message in poster.acked.items():
            acked += 1
            told = (message["id"], message["room"], message["seq"], message["text"])
            lost += stored.get(msg_id) != told
    times = Counter(row["text"] for row in rows)
    twice = sum(count - 1 for count in times.values())
    return Kept(
        acked, lost, twice, {row["id"]: row["text"] for row in rows if row["room"] == LOBBY}
    )
