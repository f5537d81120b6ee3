"""What is live: changes off the bus, to those who listen.

Between a newcomer's history and its place among the listeners nothing is
awaited: that is what leaves no gap.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import NamedTuple

from msgspec import Raw

from handlers.frames import frame
from handlers.listener import Listener
from handlers.presences import Presences, presence_of
from handlers.turn import Turn
from models import events
from models.cache import Cache
from models.channel import Change, Channel, Latest, Older
from models.counts import Counts
from models.events import User, encode
from models.store import Store, messages, states

log = logging.getLogger("gust.live")

CATCH_UP = 1_000  # messages; who is further behind starts anew
NEWCOMERS_PAGE = 50  # messages; where memory has fewer, they are read


class Ready(NamedTuple):
    """A room that has been made ready to be joined.

    It may wait for many others, so it holds no more than will be told.

    :ivar most: bytes of the newcomer's history, and of what is held for it
    :ivar since: the change up to which the newcomer has everything; None: nothing
    :ivar older: what the database had after that, where memory does not go so far
    :ivar latest: the page to begin with, where memory is short of one
    """

    channel: Channel
    most: int
    since: int | None
    older: Older | None
    latest: Latest | None


class Live:
    """Everything that is told to sockets without their asking.

    :ivar alone: no other process writes to the database
    """

    def __init__(
        self, store: Store, cache: Cache, turn: Turn, counts: Counts, presences: Presences
    ) -> None:
        self.alone = True
        self._store = store
        self._cache = cache
        self._turn = turn
        self._counts = counts
        self._presences = presences
        self._filling: dict[Channel, int] = {}  # with how far the database is, at least
        self._last_history: tuple[object, bytes] = (None, b"")

    # ------------------------------------------------------------ changes

    def hear(self, change: Change) -> None:
        """Take a change off the bus and tell it, in its order."""
        channel = self._cache.get(change.room)
        if channel is None:
            return
        self._pass_on(channel, channel.receive(change))
        if channel.gap and channel not in self._filling:
            if self.alone:  # nothing but the bus brings changes, and that one is a function call
                log.warning("room=%d missed changes after %d", channel.room, channel.seq)
            self._filling[channel] = channel.seq
            self._fill(channel)

    def read_on(self, numbers: Mapping[int, int]) -> None:
        """Pass on what another process has written.

        :param numbers: how far the database is in some rooms
        """
        for room, seq in numbers.items():
            channel = self._cache.get(room)
            if channel is None or not channel.loaded or channel.seq >= seq:
                continue
            filling = channel in self._filling
            self._filling[channel] = max(seq, self._filling.get(channel, 0))
            if not filling:
                self._fill(channel)

    def _pass_on(self, channel: Channel, changes: list[Change]) -> None:
        self._counts.changes += len(changes)
        self._counts.deliveries += len(changes) * len(channel.listeners)
        for change in changes:
            self._turn.tell(channel, change)

    def _fill(self, channel: Channel) -> None:
        """Read what the bus did not bring."""
        missing = self._store.read(messages.changes, channel.room, channel.seq)
        missing.add_done_callback(lambda future: self._filled(channel, future))

    def _filled(self, channel: Channel, future: asyncio.Future[Older]) -> None:
        error = future.exception()
        if self._cache.get(channel.room) is not channel:  # deleted, or quiet and let go of
            del self._filling[channel]
            return
        if error is not None:
            log.error("room=%d could not be read: %s", channel.room, error)
            asyncio.get_running_loop().call_later(1.0, self._fill, channel)
            return
        self._pass_on(channel, channel.fill(*future.result()))
        if channel.gap or channel.seq < self._filling[channel]:
            self._fill(channel)  # something was committed since
        else:
            del self._filling[channel]

    # ------------------------------------------------------------ joining

    async def open(self, room: int, since: int | None, most: int) -> Ready:
        """Await all that joining a room needs.

        :param most: bytes of the newcomer's history
        :param since: the change up to which the newcomer has everything
        :returns: what :meth:`join` takes
        :raises ChatError: there is no such room, or it can't be read
        """
        channel = self._cache.get(room)
        if channel is None or not channel.loaded:
            channel = await self._open(room)
        older = latest = None
        if since is not None and since > channel.seq and not self.alone:
            # Another process told them what was not noticed here yet.
            missing = await self._store.read(messages.changes, room, channel.seq)
            self._pass_on(channel, channel.fill(*missing))
        if since is not None and since < channel.since:
            older = await self._store.read(messages.changes_up_to, room, since, CATCH_UP, most)
            since = since if older is not None else None
        page = min(NEWCOMERS_PAGE, channel.size)
        if since is None and channel.is_short(page):
            latest = await self._store.read(messages.latest, room, page, most)
        return Ready(channel, most, since, older, latest)

    async def _open(self, room: int) -> Channel:
        opened: asyncio.Future[Channel] = asyncio.get_running_loop().create_future()

        def resolve(outcome: Channel | Exception) -> None:
            if opened.cancelled():
                return
            if isinstance(outcome, Exception):
                opened.set_exception(outcome)
            else:
                opened.set_result(outcome)

        self._cache.open(room, resolve)
        return await opened

    def join(self, listener: Listener, user: User, ready: Ready) -> None:
        """Bring a newcomer to the present, and add it to the listeners, in one go."""
        channel = ready.channel
        self._turn.settle(channel)
        listener.send(self._history(ready))
        again = listener in channel.listeners
        if not again and self._presences.join(channel, user):
            self._turn.settle(channel)
        channel.listeners.add(listener)
        listener.send(frame(encode(presence_of(channel))))

    def _history(self, ready: Ready) -> bytes:
        """Make the frame that brings a newcomer to the present.

        The last one is kept: a server that comes back tells a thousand people the
        same, one after the other.
        """
        channel, most, since, older, latest = ready
        asked = (channel.room, channel.seq, since, most)
        from_memory = older is None and latest is None
        if from_memory and self._last_history[0] == asked:
            return self._last_history[1]
        caught_up = channel.catch_up(since, older, most, latest)
        history = events.History(
            room=channel.room,
            messages=[Raw(change.body) for change in caught_up.changes],
            seq=channel.seq,
            reset=caught_up.reset,
            more=caught_up.more,
            epoch=self._store.epoch,
        )
        made = frame(encode(history))
        if from_memory:
            self._last_history = (asked, made)
        return made

    def leave(self, listener: Listener, user: User, channel: Channel, at_once: bool) -> None:
        """Take a socket out of a room.

        :param at_once: it was said, not a connection that dropped: tell it now
        """
        if listener not in channel.listeners:
            return
        self._turn.settle(channel)
        channel.listeners.discard(listener)
        self._presences.leave(channel, user, at_once)

    def end(self, room: int) -> None:
        """Let go of a room that is no more: from here on nobody is told anything of it."""
        channel = self._cache.drop(room)
        if channel is not None:
            self._turn.settle(channel)
            channel.listeners.clear()

    # ------------------------------------------------------------ names

    @property
    def authors(self) -> set[int]:
        """Give whose messages are in memory."""
        return {change.user for channel in self._cache for change in channel.recent.values()}

    def known_otherwise(self, people: Mapping[int, User]) -> list[User]:
        """Give those of these people of whom a message in memory tells something else."""
        told = {id: b'"user":' + encode(user) for id, user in people.items()}
        found = {
            change.user
            for channel in self._cache
            for change in channel.recent.values()
            if change.user in told and told[change.user] not in change.body
        }
        return [people[id] for id in found]

    def rename(self, user: User) -> None:
        """Carry a new name to where people are present and messages are kept."""
        self._presences.place.rename(user)
        self._last_history = (None, b"")
        for channel in self._cache:
            channel.presence.rename(user)
            for change in list(channel.recent.values()):
                if change.user == user.id or b'"quote":' in change.body:
                    channel.rewrite(states.under_name(change, user))
