"""Rooms: made, found, listed, changed. Who is in them is in ``members``."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from copy import copy
from typing import Any, Concatenate, NamedTuple, ParamSpec, TypeVar

from msgspec import UNSET
from sqlalchemy import (
    Connection,
    Row,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from models import names, policy
from models.bounds import UNBOUNDED, Bounds
from models.errors import NotFound, Taken, concerning
from models.events import Kind, RoomEntry, User
from models.policy import LOBBY, Standing, may_enter
from models.store import actions, positions, who
from models.store.schema import ENDED, members, now, rooms, users

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


class Changes(NamedTuple):
    """What a room is to have instead; None: what it has."""

    name: str | None = None
    topic: str | None = None
    kind: Kind | None = None


# ---------------------------------------------------------------- making and changing


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
    return _entry(row)


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
    entry = _entry(connection.execute(changed).one())
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
    lobby = _entry(connection.execute(_lobby).one())
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
        entry = _entry(row)
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


def _entry(row: Row[Any]) -> RoomEntry:
    return RoomEntry(
        id=row.id,
        name=row.name,
        kind=row.kind,
        topic=row.topic,
        seq=row.seq,
        read=row.seq,
        maker=UNSET if row.maker is None else row.maker,
    )
