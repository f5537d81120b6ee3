"""Rooms: made, changed, and what there may be of them."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Connection, delete, exists, func, insert, select, update

from models import names, policy
from models.bounds import UNBOUNDED, Bounds
from models.errors import Taken, concerning
from models.events import Kind, RoomEntry, User
from models.store import actions, positions
from models.store.rooms import CLOSED_KEY, entry_of, standing_of
from models.store.schema import ENDED, members, now, rooms, users


class Changes(NamedTuple):
    """What a room is to have instead; None: what it has."""

    name: str | None = None
    topic: str | None = None
    kind: Kind | None = None


def create(
    connection: Connection,
    user: int,
    name: str,
    topic: str,
    kind: Kind = "open",
    bounds: Bounds = UNBOUNDED,
) -> RoomEntry:
    """Make an open or closed room, with its maker in it.

    :raises Taken: it is to be open, and there is an open one of that name
    :raises Forbidden: there are too many, or they are in too many
    """
    there_are = select(func.count()).where(rooms.c.kind.not_in(("direct", ENDED)))
    bounds.another_room(connection.scalar(there_are) or 0)
    refuse_one_more(connection, [user], bounds)
    values = {
        "name": name,
        "name_key": _key(connection, name, kind),
        "kind": kind,
        "topic": topic,
        "maker": user,
        "date": now(),
    }
    row = connection.execute(insert(rooms).values(values).returning(rooms)).one()
    connection.execute(insert(members).values(user=user, room=row.id, date=now()))
    positions.begin(connection, [user], row.id)
    return entry_of(row)


def change(
    connection: Connection, user: User, room: int, changes: Changes
) -> tuple[RoomEntry, list[int]]:
    """Change a room's name, topic or kind.

    :returns: it, and the people who are no longer in it: where it was closed, those
        whom anybody can be who says their name
    :raises Taken: there is an open room of that name
    :raises ChatError: they may not
    """
    row, standing = standing_of(connection, user, room)
    policy.describe(standing)
    kind, name = changes.kind or row.kind, changes.name or row.name
    values = {"kind": kind, "name": name}
    if changes.topic is not None:
        values["topic"] = changes.topic
    if kind != row.kind:
        policy.change_kind(standing)
    if kind != row.kind or (kind == "open" and names.key(name) != row.name_key):
        values["name_key"] = _key(connection, name, kind)
    changed = update(rooms).where(rooms.c.id == room).values(values).returning(rooms)
    entry = entry_of(connection.execute(changed).one())
    closed = row.kind == "open" and kind == "closed"
    if closed:
        if not standing.maker:
            actions.record(connection, user.id, "room", room=room, note="kind: closed")
        actions.outlive(connection, room, row.name)
        changes = changes._replace(kind=None)
    if not standing.maker and (note := _told(changes)):
        actions.record(connection, user.id, "room", room=room, note=note)
    return entry, _put_out_unclaimed(connection, room) if closed else []


def _told(changes: Changes) -> str:
    """Say what was changed, for those who read what was done."""
    return ", ".join(f"{what}: {new}" for what, new in changes._asdict().items() if new is not None)


def _key(connection: Connection, name: str, kind: Kind) -> str:
    """Give what keeps the names of open rooms apart.

    A closed room's name is nobody else's business: that it is taken would tell
    that there is such a room.
    """
    if kind != "open":
        return closed_key()
    key = names.key(name)
    with concerning("name"):
        if connection.scalar(select(exists().where(rooms.c.name_key == key))):
            raise Taken("A room", name)
    return key


def refuse_one_more(
    connection: Connection, people: Collection[int], bounds: Bounds, direct: bool = False
) -> None:
    """Keep people from being in more rooms than there is sense in: each is told all of theirs.

    :param direct: of those count the direct ones; else all others. Nobody can leave them, so
        that others could keep somebody out of every room by them
    :raises Forbidden: one of them is in as many as one may be
    """
    kind = rooms.c.kind == "direct" if direct else rooms.c.kind != "direct"
    inside = members.join(rooms, rooms.c.id == members.c.room)
    each = select(func.count()).select_from(inside).where(members.c.user.in_(people), kind)
    most = max(connection.scalars(each.group_by(members.c.user)), default=0)
    (bounds.another_direct if direct else bounds.another_for_one)(most)


def closed_key() -> str:
    """Give what stands for the name of a closed room, where those of open ones are told apart."""
    return CLOSED_KEY + secrets.token_hex(16)


def _put_out_unclaimed(connection: Connection, room: int) -> list[int]:
    anybody = select(users.c.id).where(users.c.unclaimed)
    gone = delete(members).where(members.c.room == room, members.c.user.in_(anybody))
    return list(connection.scalars(gone.returning(members.c.user)))
