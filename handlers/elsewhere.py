"""What another process does on the same database, while one takes the other's place.

For some seconds each has connections of its own. What the other one wrote is found in the
database, and becomes here what it would be if it had been done here: changes of messages that
are passed on, and signals.
"""

from __future__ import annotations

import asyncio
import logging
from typing import NamedTuple

from handlers.chatsocket import ChatSocketHandler
from handlers.live import Live
from models import signals
from models.bus import Bus
from models.errors import ChatError
from models.policy import LOBBY
from models.store import Store, rooms, snapshot
from models.store.schema import now
from models.store.snapshot import Snapshot

log = logging.getLogger("gust.elsewhere")

PAUSE = 0.25  # seconds between two looks at who is who and may what
SOON = 0.03  # seconds until a room is looked at again that was just being loaded
LAST = 1.0  # seconds in which a handshake ends that began before the other's last word
OVERLAP = 1_000  # ms that are looked at again: a position is told at the end of its transaction


class Asked(NamedTuple):
    """Who is looked at: those connected as the look begins.

    What a connection that comes later knows is younger than what is read here.
    """

    waiters: list[ChatSocketHandler]
    people: list[int]
    hashes: list[bytes]
    rooms: set[int]


class Elsewhere:
    """Follow what another process writes."""

    def __init__(self, store: Store, live: Live, bus: Bus) -> None:
        self._store = store
        self._live = live
        self._bus = bus
        self._spoken = asyncio.Event()
        self._done = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._rooms: dict[int, tuple[object, ...]] | None = None
        self._rules: object = None
        self._since = 0
        # What was heard of while something is read is newer than that.
        self._is_looking = False
        self._heard_of: set[int] = set()
        self._heard_in: set[tuple[int, int]] = set()
        self._heard_ended: set[int] = set()

    def start(self) -> None:
        """Begin, with a look at everything; needs a running event loop."""
        self._live.alone = False
        self._since = now()
        self._bus.subscribe(None, self._hear)
        follow = asyncio.get_running_loop().create_task
        self._tasks = [follow(self._follow_rooms()), follow(self._follow_people())]
        self._store.watch(self._wrote)

    async def finish(self) -> None:
        """Look a last time at what the other one left behind; it is gone by now."""
        await asyncio.sleep(LAST)
        self.stop()
        try:
            await self._read_rooms()
            await self._look()
            authors = list(self._live.authors)
            found = await self._store.read(snapshot.take, authors, [], now())
        except ChatError as error:
            log.error("what the server before wrote last was not read: %s", error)
            return
        for user in self._live.known_otherwise(found.people):
            self._bus.signal(signals.PersonChanged(user))

    def stop(self) -> None:
        if self._tasks:
            self._store.watch(None)
            self._live.alone = True
        for task in self._tasks:
            task.cancel()
        self._tasks = []

    def _wrote(self) -> None:
        self._spoken.set()
        self._done.set()

    # ------------------------------------------------------------ messages

    async def _follow_rooms(self) -> None:
        while True:
            await self._spoken.wait()
            self._spoken.clear()
            try:
                await self._read_rooms()
            except ChatError:
                await asyncio.sleep(PAUSE)
                self._spoken.set()

    async def _read_rooms(self) -> None:
        """Have the rooms that are live here read on where the database is ahead of them."""
        here = list(ChatSocketHandler.cache)
        known = {channel.room for channel in here if channel.loaded}
        if len(known) < len(here):
            # What is being loaded may have been read before it was written.
            asyncio.get_running_loop().call_later(SOON, self._spoken.set)
        self._live.read_on(await self._store.read(rooms.numbers, list(known)))

    # ------------------------------------------------------------ people

    async def _follow_people(self) -> None:
        while True:
            await self._done.wait()
            self._done.clear()
            try:
                await self._look()
            except ChatError:
                self._done.set()
            await asyncio.sleep(PAUSE)

    async def _look(self) -> None:
        """Read what connections keep in memory, and signal what has changed."""
        asked = _asked()
        self._heard_of.clear()
        self._heard_in.clear()
        self._heard_ended.clear()
        since, self._since = self._since, now()
        self._is_looking = True
        try:
            read, back = self._store.read, since - OVERLAP
            found = await read(snapshot.take, asked.people, asked.hashes, back)
        finally:
            self._is_looking = False
        self._compare_sessions(asked, found)
        self._compare_rooms(asked, found)
        self._compare_members(asked, found)
        self._compare_people(asked, found)
        self._compare_rules(found)
        for moved in found.moved:
            self._bus.signal(signals.HasRead(*moved))
        if ChatSocketHandler.arriving or not ChatSocketHandler.waiters <= {*asked.waiters}:
            # They may have read who they are before it was written.
            self._done.set()

    def _compare_sessions(self, asked: Asked, found: Snapshot) -> None:
        for user in found.banned:
            hashes = [w.session_hash for w in asked.waiters if w.person.id == user]
            self._bus.signal(signals.Banned(user, [hash for hash in hashes if hash], []))
        # Whether they ended or go on by another token isn't known: who comes back is told.
        said = {w.session_hash for w in asked.waiters if w.person.id in found.banned}
        over = [hash for hash in asked.hashes if hash not in found.sessions and hash not in said]
        if over:
            self._bus.signal(signals.SessionsRenewed(over))

    def _compare_members(self, asked: Asked, found: Snapshot) -> None:
        inside = found.members | {(user, LOBBY) for user in asked.people}
        here = {(w.person.id, room) for w in asked.waiters if w.is_here for room in w.mine}
        people = {w.person.id for w in asked.waiters if w.is_here}
        for user, room in here - inside - self._heard_in:
            self._bus.signal(signals.TakenOut(user, room))
        for user, room in inside - here - self._heard_in:
            if user in people and room not in self._heard_ended:
                self._bus.signal(signals.CameIn(user, room))

    def _compare_people(self, asked: Asked, found: Snapshot) -> None:
        changed = {
            user.id: user
            for waiter in asked.waiters
            if (user := found.people.get(waiter.person.id)) is not None
            and waiter.is_here
            and user != waiter.person
        }
        for id, user in changed.items():
            if id not in self._heard_of:
                self._bus.signal(signals.PersonChanged(user))

    def _compare_rooms(self, asked: Asked, found: Snapshot) -> None:
        before, self._rooms = self._rooms or found.rooms, found.rooms
        made = {room for _, room in self._heard_in}  # perhaps behind what was found
        for room in (before.keys() | asked.rooms) - found.rooms.keys() - made:
            self._bus.signal(signals.RoomEnded(room))
        for room, described in found.rooms.items():
            if before.get(room, described) != described:
                self._bus.signal(signals.RoomChanged(room))

    def _compare_rules(self, found: Snapshot) -> None:
        if found.rules != self._rules:
            self._rules = found.rules
            self._bus.signal(signals.FiltersChanged())

    def _hear(self, signal: signals.AnySignal) -> None:
        if not self._is_looking:  # nor is it forgotten, once nobody looks any more
            return
        if isinstance(signal, (signals.CameIn, signals.TakenOut)):
            self._heard_in.add((signal.user, signal.room))
        elif isinstance(signal, signals.RoomEnded):
            self._heard_ended.add(signal.room)
        elif isinstance(signal, signals.PersonChanged):
            self._heard_of.add(signal.user.id)


def _asked() -> Asked:
    waiters = list(ChatSocketHandler.waiters)
    people = {waiter.person.id for waiter in waiters}
    hashes = {waiter.session_hash for waiter in waiters if waiter.session_hash}
    rooms = {room for waiter in waiters if waiter.is_here for room in waiter.mine}
    return Asked(waiters, list(people), list(hashes), rooms)
