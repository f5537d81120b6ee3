"""One room as it is live here: the order of its changes, and the latest of them.

Plain rules without I/O. What is missing is read from the database by whoever
holds the channel, and handed back through :meth:`Channel.fill`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from msgspec import Struct

from models.presence import Presence


class Change(Struct, frozen=True, gc=False):
    """One change of a room: the state in which it left its message.

    :ivar seq: its number in the room: 1, 2, 3, …
    :ivar id: the message
    :ivar user: who wrote the message
    :ivar body: the message's whole state, encoded once as JSON for everybody
    :ivar msg_id: the sender's own name for the message
    :ivar origin: the ``clientKey`` of the socket that is answered with ``ack``
        instead of being told; None: everybody is told
    """

    room: int
    seq: int
    id: int
    user: int
    body: bytes
    msg_id: str = ""
    origin: str | None = None


Older = tuple[list[Change], int]


class Latest(NamedTuple):
    """The latest page of a room, as the database has it.

    :ivar changes: ordered by message id
    :ivar seq: the room's number at that moment
    :ivar more: older messages than these exist
    """

    changes: list[Change]
    seq: int
    more: bool


class CatchUp(NamedTuple):
    """What brings a client to the room's present.

    :ivar changes: ordered by message id
    :ivar reset: they do not continue what the client has: it starts anew
    :ivar more: older messages than these exist
    """

    changes: list[Change]
    reset: bool
    more: bool


class Recent(NamedTuple):
    """What a channel begins with, as the database has it.

    :ivar changes: ordered by ``seq``
    :ivar seq: the room's number at that moment; the others as in :class:`Channel`
    """

    changes: list[Change]
    seq: int
    since: int
    floor: int


@dataclass(slots=True, eq=False)  # the same room, live anew, is another one
class Channel:
    """The live part of one room.

    ``recent`` holds the latest state of every message that changed after
    ``since``, ordered by ``seq``: just what ``SELECT … WHERE seq > since ORDER
    BY seq`` would give. A message that changes again moves to the end.

    :ivar seq: the number of the last change that was passed on; -1: not loaded
    :ivar since: the earliest position that can be caught up from memory
    :ivar floor: ``recent`` holds every message with at least this id
    :ivar ahead: changes that came too early, waiting for those before them
    """

    room: int
    size: int
    seq: int = -1
    since: int = 0
    floor: int = 0
    recent: dict[int, Change] = field(default_factory=dict)
    ahead: dict[int, Change] = field(default_factory=dict)
    listeners: set[Any] = field(default_factory=set)
    presence: Presence = field(default_factory=Presence)

    def load(self, recent: Recent) -> None:
        """Begin with what the database holds; changes that came meanwhile follow."""
        self.recent = {change.id: change for change in recent.changes}
        self.seq, self.since, self.floor = recent.seq, recent.since, recent.floor
        self.fill((), recent.seq)

    def receive(self, change: Change) -> list[Change]:
        """Take a change off the bus.

        The bus may lose, repeat or reorder; what comes out does not.

        :returns: the changes that are to be passed on now, in order; none when
            the change is old, or when one before it is missing (see ``gap``)
        """
        if change.seq <= self.seq:
            return []
        self.ahead[change.seq] = change
        return self._in_order() if self.loaded else []

    @property
    def loaded(self) -> bool:
        return self.seq >= 0

    @property
    def gap(self) -> bool:
        """Tell whether something was missed and must be read from the database."""
        return self.loaded and bool(self.ahead)

    def fill(self, changes: Iterable[Change], seq: int) -> list[Change]:
        """Take what the database had after ``self.seq``, when it stood at ``seq``.

        Changes whose message changed again meanwhile are not among them: only a
        message's latest state is stored, and only that is promised.

        :returns: the changes that are to be passed on now, in order
        """
        found = {stored.seq: stored for stored in changes}
        stood = max([seq, *found])
        # Those off the bus know whom to acknowledge, also where their message changed again.
        found |= {number: held for number, held in self.ahead.items() if number <= stood}
        passed = [found[number] for number in sorted(found) if number > self.seq]
        for change in passed:
            self._keep(change)
        self.seq = max(self.seq, stood)
        self.ahead = {number: held for number, held in self.ahead.items() if number > self.seq}
        return passed + self._in_order()

    def is_short(self, page: int) -> bool:
        """Tell whether memory has less than a page for a newcomer, where there is more."""
        return self.since > 0 and sum(id >= self.floor for id in self.recent) < page

    def catch_up(
        self, since: int | None, older: Older | None, most: int, latest: Latest | None = None
    ) -> CatchUp:
        """Decide what brings a client from ``since`` to ``self.seq``.

        :param since: the change up to which it has everything; None: it has nothing
        :param older: what the database had after ``since``, ordered by ``seq``,
            and the number at which it stood; needed where memory does not go back
            so far
        :param most: so many bytes at most; what is more than that starts anew
        :param latest: what who starts anew gets where memory is short of a page
        """
        changes = None if since is None else self._continue(since, older)
        if changes is None or sum(len(change.body) for change in changes) > most:
            return self._latest(most, latest)
        return CatchUp(changes, reset=False, more=bool(since))

    def _continue(self, since: int, older: Older | None) -> list[Change] | None:
        if since > self.seq:
            return None
        found: dict[int, Change] = {}
        if since < self.since:
            if older is None:
                return None
            changes, stood = older
            # The database may be ahead: the rest of that comes as it is told.
            since = min(stood, self.seq)
            if since < self.since:
                return None
            found = {change.id: change for change in changes if change.seq <= self.seq}
        found |= {change.id: change for change in self.recent.values() if change.seq > since}
        return [found[id] for id in sorted(found)]

    def _latest(self, most: int, stored: Latest | None) -> CatchUp:
        """Give the latest messages without a hole between them.

        An edit of a long-gone message is in ``recent`` and not on this page:
        between it and the next one, messages would be missing.
        """
        held = {id: change for id, change in self.recent.items() if id >= self.floor}
        more = self.since > 0
        if stored is not None and stored.changes and stored.seq >= self.since:
            # What the database is ahead with comes as it is told; where memory is, it
            # knows all that changed since.
            first = stored.changes[0].id
            held = {change.id: change for change in stored.changes if change.seq <= self.seq}
            more = stored.more or first not in held
            held |= {id: change for id, change in self.recent.items() if id >= first}
        page = newest([held[id] for id in sorted(held)], most)
        return CatchUp(page, reset=True, more=more or len(page) < len(held))

    def rewrite(self, change: Change) -> None:
        """Replace a change in memory by one that differs in its wording only."""
        if change.id in self.recent:
            self.recent[change.id] = change

    def _in_order(self) -> list[Change]:
        passed = []
        while (change := self.ahead.pop(self.seq + 1, None)) is not None:
            self.seq = change.seq
            self._keep(change)
            passed.append(change)
        return passed

    def _keep(self, change: Change) -> None:
        self.recent.pop(change.id, None)
        self.recent[change.id] = change
        if len(self.recent) > self.size:
            oldest = self.recent.pop(next(iter(self.recent)))
            self.since = oldest.seq
            self.floor = max(self.floor, oldest.id + 1)


def newest(changes: Sequence[Change], most: int) -> list[Change]:
    """Give the last of these changes that have ``most`` bytes together, and one in any case."""
    held: list[Change] = []
    for change in reversed(changes):
        most -= len(change.body)
        if most < 0 and held:
            break
        held.append(change)
    held.reverse()
    return held
