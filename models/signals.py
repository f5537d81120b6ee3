"""Signals: what every process must hear of besides the changes of messages.

They tell that something is so now; whoever needs more of it reads the database.
"""

from __future__ import annotations

from msgspec import Struct

from models.events import User


class Signal(Struct, tag=True):
    pass


class CameIn(Signal):
    """Somebody is in a room now."""

    user: int
    room: int


class TakenOut(Signal):
    """Somebody is no longer in a room."""

    user: int
    room: int


class RoomChanged(Signal):
    """A room's name, topic or kind is another now."""

    room: int


class RoomEnded(Signal):
    """A room is no more."""

    room: int


class PersonChanged(Signal):
    """Somebody's name, avatar or role is another now."""

    user: User


class SignedOut(Signal):
    """These sessions, by their hashes, are over."""

    sessions: list[bytes]


class SessionsRenewed(Signal):
    """These sessions go on by other tokens; the hashes are of the old ones."""

    sessions: list[bytes]


class Banned(Signal):
    """Somebody may not be here any more, and these were their sessions.

    No guest may come from these networks either.
    """

    user: int
    sessions: list[bytes]
    networks: list[str]


class FiltersChanged(Signal):
    """The word filter has other rules now."""


class Typing(Signal):
    """Somebody is writing something in a room."""

    user: User
    room: int


class HasRead(Signal):
    """Somebody has come further in a room; as :class:`models.store.positions.Moved`."""

    user: int
    room: int
    received: int
    read: int
    date: int
    unread: int
    mentions: int
    told: bool


AnySignal = (
    CameIn
    | TakenOut
    | RoomChanged
    | RoomEnded
    | PersonChanged
    | SignedOut
    | SessionsRenewed
    | Banned
    | FiltersChanged
    | Typing
    | HasRead
)
