"""Rooms and who is in them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, exists, insert, or_, select

from models import names
from models.errors import NotFound, Taken
from models.events import RoomEntry
from models.policy import LOBBY, may_enter
from models.store.schema import members, rooms


def create(connection: Connection, user: int, name: str, topic: str) -> RoomEntry:
    """Make an open room, with its maker in it.

    :raises Taken: there is one of that name
    """
    key = names.key(name)
    if connection.scalar(select(exists().where(rooms.c.name_key == key))):
        raise Taken("A room", name)
    values = {
        "name": name,
        "name_key": key,
        "kind": "open",
        "topic": topic,
        "maker": user,
        "date": _now(),
    }
    row = connection.execute(insert(rooms).values(values).returning(rooms)).one()
    connection.execute(insert(members).values(user=user, room=row.id, date=_now()))
    return _entry(row)


def enter(connection: Connection, user: int, room: int) -> bool:
    """Make somebody a member of a room.

    :returns: whether they were not yet
    """
    if room == LOBBY or _is_member(connection, user, room):
        return False
    connection.execute(insert(members).values(user=user, room=room, date=_now()))
    return True


def leave(connection: Connection, user: int, room: int) -> bool:
    """Take somebody out of a room.

    :returns: whether they were in it
    """
    row = (members.c.user == user) & (members.c.room == room)
    return connection.execute(delete(members).where(row)).rowcount > 0


def find(connection: Connection, user: int, room: int | str) -> RoomEntry:
    """Find a room by id or name.

    :raises NotFound: there is none, or it is not open to ``user``
    """
    known = rooms.c.id == room if isinstance(room, int) else rooms.c.name_key == names.key(room)
    row = connection.execute(select(rooms).where(known)).first()
    if row is None or not may_enter(row.kind, _is_member(connection, user, row.id)):
        raise NotFound("room")
    return _entry(row)


def entries(connection: Connection, room: int, people: Sequence[int]) -> dict[int, RoomEntry]:
    """Give a room's line for each of these people who is in it."""
    row = connection.execute(select(rooms).where(rooms.c.id == room)).first()
    if row is None:
        return {}
    within = select(members.c.user).where(members.c.room == room, members.c.user.in_(people))
    inside = people if room == LOBBY else connection.scalars(within)
    return {user: _entry(row) for user in inside}


def of(connection: Connection, people: Sequence[int]) -> dict[int, list[RoomEntry]]:
    """List, for each of these people, the rooms that they are in, the lobby first."""
    lobby = _entry(connection.execute(select(rooms).where(rooms.c.id == LOBBY)).one())
    found = {user: [lobby] for user in people}
    joined = select(members.c.user, rooms).join_from(members, rooms, members.c.room == rooms.c.id)
    ordered = joined.where(members.c.user.in_(people)).order_by(rooms.c.name_key)
    for row in connection.execute(ordered):
        found[row.user].append(_entry(row))
    return found


def open_to(connection: Connection, user: int) -> list[RoomEntry]:
    """List the open rooms and those that somebody is in, the lobby first."""
    joined = select(members.c.room).where(members.c.user == user)
    found = select(rooms).where(or_(rooms.c.kind == "open", rooms.c.id.in_(joined)))
    ordered = found.order_by(rooms.c.id != LOBBY, rooms.c.name_key)
    return [_entry(row) for row in connection.execute(ordered)]


def _is_member(connection: Connection, user: int, room: int) -> bool:
    row = exists().where(members.c.user == user, members.c.room == room)
    return room == LOBBY or bool(connection.scalar(select(row)))


def _entry(row: Row[Any]) -> RoomEntry:
    return RoomEntry(
        id=row.id, name=row.name, kind=row.kind, topic=row.topic, seq=row.seq, read=row.seq
    )


def _now() -> int:
    return time.time_ns() // 1_000_000
