"""Rooms: found and listed. They are made in ``making``; who is in them is in ``members``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from typing import Any, Concatenate, ParamSpec, TypeVar

from msgspec import UNSET
from sqlalchemy import (
    Connection,
    Row,
    bindparam,
    exists,
    or_,
    select,
)

from models import names
from models.errors import NotFound
from models.events import RoomEntry, User
from models.policy import LOBBY, Standing, may_enter
from models.store import positions, who
from models.store.schema import members, rooms, users

P = ParamSpec("P")
T = TypeVar("T")

# What begins a key that is no open room's name: names have no control characters.
CLOSED_KEY = "\x01"

# Made once: everybody who comes asks them, and to write them takes as long as to run them.
_lobby = select(rooms).where(rooms.c.id == LOBBY)
_joined = (
    select(members.c.user, rooms)
    .join_from(members, rooms, members.c.room == rooms.c.id)
    .where(members.c.user.in_(bindparam("people", expanding=True)))
)


# ---------------------------------------------------------------- finding


def standing_of(connection: Connection, user: User, room: int) -> tuple[Row[Any], Standing]:
    """Give a room, and how somebody stands to it; whether they may know of it is not checked.

    :raises NotFound: there is none
    """
    row = connection.execute(select(rooms).where(rooms.c.id == room)).first()
    if row is None:
        raise NotFound("room")
    member = is_member(connection, user.id, room)
    maker = member and row.maker == user.id
    return row, Standing(user.role, row.kind, member, maker, lobby=room == LOBBY)


def find(connection: Connection, user: int, room: int | str) -> RoomEntry:
    """Find a room by id or name; by name an open one comes before one's own closed ones.

    :raises NotFound: there is none, or it is not open to ``user``
    """
    row = _by_name(connection, user, room) if isinstance(room, str) else _by_id(connection, room)
    if row is None or not may_enter(row.kind, is_member(connection, user, row.id)):
        raise NotFound("room")
    entry = _with_members(connection, [row])[0]
    positions.tell(connection, {user: [entry]})
    return entry


def read_in(
    connection: Connection,
    user: int,
    room: int,
    read: Callable[Concatenate[Connection, int, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Read something of a room for somebody, who may at that same moment.

    Asked and read apart, they could be taken out in between, and be given it.

    :param read: takes a room's id, then ``args``
    :raises NotFound: there is no such room, or it is not open to ``user``
    """
    row = _by_id(connection, room)
    if row is None or not may_enter(row.kind, is_member(connection, user, room)):
        raise NotFound("room")
    return read(connection, room, *args, **kwargs)


def _by_id(connection: Connection, room: int) -> Row[Any] | None:
    return connection.execute(select(rooms).where(rooms.c.id == room)).first()


def _by_name(connection: Connection, user: int, name: str) -> Row[Any] | None:
    key = names.key(name)
    if key.startswith(CLOSED_KEY):
        return None
    row = connection.execute(select(rooms).where(rooms.c.name_key == key)).first()
    if row is not None:
        return row
    closed = select(rooms).join(members, members.c.room == rooms.c.id)
    own = closed.where(members.c.user == user, rooms.c.kind == "closed").order_by(rooms.c.id)
    return next((row for row in connection.execute(own) if names.key(row.name) == key), None)


def numbers(connection: Connection, ids: Sequence[int]) -> dict[int, int]:
    """Give the numbers of these rooms' last changes."""
    found = select(rooms.c.id, rooms.c.seq).where(rooms.c.id.in_(ids))
    return {row.id: row.seq for row in connection.execute(found)}


def is_member(connection: Connection, user: int, room: int) -> bool:
    row = exists().where(members.c.user == user, members.c.room == room)
    return room == LOBBY or bool(connection.scalar(select(row)))


# ---------------------------------------------------------------- listing


def entries(connection: Connection, room: int, people: Sequence[int]) -> dict[int, RoomEntry]:
    """Give a room's line for each of these people who is in it."""
    row = _by_id(connection, room)
    if row is None:
        return {}
    within = select(members.c.user).where(members.c.room == room, members.c.user.in_(people))
    inside = people if room == LOBBY else connection.scalars(within)
    entry = _with_members(connection, [row])[0]
    found = {user: copy(entry) for user in inside}
    positions.tell(connection, {user: [own] for user, own in found.items()})
    return found


def of(connection: Connection, people: Sequence[int]) -> dict[int, list[RoomEntry]]:
    """List, for each of these people, the rooms that they are in, the lobby first."""
    lobby = entry_of(connection.execute(_lobby).one())
    found = {user: [copy(lobby)] for user in people}
    rows = connection.execute(_joined, {"people": people}).all()
    for row, entry in zip(rows, _with_members(connection, rows), strict=True):
        found[row.user].append(entry)
    positions.tell(connection, found)
    return {user: in_order(listed) for user, listed in found.items()}


def open_to(connection: Connection, user: int) -> list[RoomEntry]:
    """List the open rooms and those that somebody is in, the lobby first."""
    joined = select(members.c.room).where(members.c.user == user)
    found = select(rooms).where(or_(rooms.c.kind == "open", rooms.c.id.in_(joined)))
    listed = _with_members(connection, connection.execute(found).all())
    positions.tell(connection, {user: listed})
    return in_order(listed)


def in_order(listed: Iterable[RoomEntry]) -> list[RoomEntry]:
    """Put the lobby first, the others by name."""
    return sorted(listed, key=lambda entry: (entry.id != LOBBY, names.key(entry.name), entry.id))


def _with_members(connection: Connection, rows: Sequence[Row[Any]]) -> list[RoomEntry]:
    """Make entries; a direct room's tells whose it is."""
    direct = {row.id for row in rows if row.kind == "direct"}
    people = _people_of(connection, direct) if direct else {}
    listed = []
    for row in rows:
        entry = entry_of(row)
        if row.kind == "direct":
            entry.members = people[row.id]
        listed.append(entry)
    return listed


def _people_of(connection: Connection, direct: Iterable[int]) -> dict[int, list[User]]:
    whose = select(members.c.room, *who.columns()).join_from(
        members, users, members.c.user == users.c.id
    )
    found: dict[int, list[User]] = defaultdict(list)
    rows = connection.execute(whose.where(members.c.room.in_(direct)).order_by(users.c.id))
    for row in rows:
        found[row.room].append(who.in_row(row))
    return found


def entry_of(row: Row[Any]) -> RoomEntry:
    """Give what is told of a room; how far somebody has read is told by ``positions``."""
    return RoomEntry(
        id=row.id,
        name=row.name,
        kind=row.kind,
        topic=row.topic,
        seq=row.seq,
        read=row.seq,
        maker=UNSET if row.maker is None else row.maker,
    )
