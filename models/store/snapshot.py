"""What is so now of those who are connected: for when another process may have changed it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeVar

from sqlalchemy import Connection, select

from models.events import User
from models.filters import Rule
from models.store import filters, positions, who
from models.store.loader import MOST
from models.store.positions import Moved
from models.store.schema import ENDED, bans, members, rooms, sessions, users

T = TypeVar("T")


class Snapshot(NamedTuple):
    """What a transaction found.

    :ivar people: those who were asked for
    :ivar members: which of them is in which room, but for the lobby
    :ivar banned: which of them are
    :ivar sessions: the hashes of those asked for that are good
    :ivar rooms: what is told of each room: its name, topic, kind and maker
    :ivar moved: who has come how far since the date that was given
    """

    people: dict[int, User]
    members: set[tuple[int, int]]
    banned: set[int]
    sessions: set[bytes]
    rooms: dict[int, tuple[object, ...]]
    moved: list[Moved]
    rules: list[Rule]


def take(
    connection: Connection, people: Sequence[int], hashes: Sequence[bytes], since: int
) -> Snapshot:
    """Read all that connections keep in memory of these people and their sessions.

    :param since: ms since 1970
    """
    found: dict[int, User] = {}
    inside: set[tuple[int, int]] = set()
    banned: set[int] = set()
    for some in _portions(people):
        named = connection.execute(select(*who.columns()).where(users.c.id.in_(some)))
        found |= {row.id: who.in_row(row) for row in named}
        joined = select(members.c.user, members.c.room).where(members.c.user.in_(some))
        inside |= {(user, room) for user, room in connection.execute(joined)}
        banned |= set(connection.scalars(select(bans.c.user).where(bans.c.user.in_(some))))
    good: set[bytes] = set()
    for each in _portions(hashes):
        kept = select(sessions.c.token_hash).where(sessions.c.token_hash.in_(each))
        good |= set(connection.scalars(kept))
    told = select(rooms.c.id, rooms.c.name, rooms.c.topic, rooms.c.kind, rooms.c.maker)
    return Snapshot(
        people=found,
        members=inside,
        banned=banned,
        sessions=good,
        rooms={row.id: tuple(row) for row in connection.execute(told.where(rooms.c.kind != ENDED))},
        moved=positions.moved_since(connection, since),
        rules=filters.rules(connection),
    )


def _portions(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Divide what is asked for: databases bound a statement's parameters."""
    for at in range(0, len(values), MOST):
        yield values[at : at + MOST]
