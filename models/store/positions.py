"""How far people are in rooms: one row for each person and room, and what is unread.

A position is a change number, as clients count. What is unread is counted by message:
an edit gives an old message a new number, and does not make it unread.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    bindparam,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from models.errors import NotFound
from models.events import RoomEntry
from models.mentions import EVERYBODY
from models.policy import LOBBY
from models.store.people import here_to_stay
from models.store.prepared import Prepared
from models.store.schema import members, mentions, messages, now, positions, rooms, users

COUNTED = 1_000  # unread messages; more are told as so many
LATELY = 200  # positions that are told of at once
INTIMATE = 50  # members of a room, up to which they are told how far each of them is


class Move(NamedTuple):
    """How far somebody has come."""

    user: int
    room: int
    received: int = 0
    read: int = 0


class Moved(NamedTuple):
    """Where somebody is now.

    :ivar date: when ``read`` was last moved
    :ivar told: whether the others in the room are to know
    """

    user: int
    room: int
    received: int
    read: int
    date: int
    unread: int
    mentions: int
    told: bool


# As they stand in the statement: SQLAlchemy would make parameters of them.
_MOST: ColumnElement[int] = literal_column(str(COUNTED))
_NONE: ColumnElement[int] = literal_column("0")

_unread = Prepared(
    select(func.count()).select_from(
        select(messages.c.id)
        .where(
            messages.c.room == bindparam("room"),
            messages.c.id > bindparam("message"),
            messages.c.user != bindparam("user"),
            ~messages.c.deleted,
        )
        .limit(_MOST)
        .offset(_NONE)
        .subquery()
    ),
    ("room", "message", "user"),
)
_known = select(positions).where(positions.c.user.in_(bindparam("people", expanding=True)))
_named = Prepared(
    select(func.count()).select_from(
        select(mentions.c.message)
        .join(messages, messages.c.id == mentions.c.message)
        .where(
            mentions.c.room == bindparam("room"),
            or_(mentions.c.user == bindparam("user"), mentions.c.user == bindparam("everybody")),
            mentions.c.message > bindparam("message"),
            messages.c.user != bindparam("author"),
        )
        .limit(_MOST)
        .offset(_NONE)
        .subquery()
    ),
    ("room", "user", "everybody", "message", "author"),
)


def begin(connection: Connection, people: Iterable[int], room: int) -> None:
    """Let people who come into a room begin at its present."""
    seq = connection.scalar(select(rooms.c.seq).where(rooms.c.id == room)) or 0
    last = _last(connection, room)
    for user in people:
        at = {"received": seq, "read": seq, "message": last, "date": now()}
        _keep(connection, user, room, at)


def move(connection: Connection, moves: Sequence[Move]) -> list[Moved]:
    """Move people on; give those who are somewhere else than before."""
    moved = (_move(connection, one) for one in moves)
    return [one for one in moved if one is not None]


def go_back(connection: Connection, user: int, room: int, message: int) -> Moved:
    """Make a message unread again, with all behind it.

    :raises NotFound: it is not in this room
    """
    found = select(messages.c.posted).where(messages.c.id == message, messages.c.room == room)
    posted = connection.scalar(found)
    if posted is None:
        raise NotFound("message in this room")
    at = {"read": posted - 1, "message": message - 1, "date": now()}
    return _moved(connection, _keep(connection, user, room, at))


def moved_since(connection: Connection, date: int) -> list[Moved]:
    """List who has moved on since a date, in ms since 1970; of very many, some."""
    later = select(positions).where(positions.c.date >= date).limit(LATELY)
    return [_moved(connection, row) for row in connection.execute(later).all()]


def tell(connection: Connection, lines: Mapping[int, Sequence[RoomEntry]]) -> None:
    """Put into people's lines of rooms how far they are, and what is unread."""
    known = connection.execute(_known, {"people": list(lines)})
    rows = {(row.user, row.room): row for row in known}
    for user, entries in lines.items():
        for entry in entries:
            row = rows.get((user, entry.id))
            # Who has never been told to have read anything has missed nothing.
            if row is not None and row.read < entry.seq:
                entry.read = row.read
                entry.unread, entry.mentions = _count(connection, user, entry.id, row.message)


def of_room(connection: Connection, room: int) -> list[Row[Any]]:
    """List how far the members of a small room are; of a large one, nothing."""
    if not _is_intimate(connection, room):
        return []
    inside = positions.c.room == room
    if room != LOBBY:
        inside &= positions.c.user.in_(select(members.c.user).where(members.c.room == room))
    return list(connection.execute(select(positions).where(inside).order_by(positions.c.user)))


def _move(connection: Connection, to: Move) -> Moved | None:
    seq = connection.scalar(select(rooms.c.seq).where(rooms.c.id == to.room))
    where = (positions.c.user == to.user) & (positions.c.room == to.room)
    row = connection.execute(select(positions).where(where)).first()
    if seq is None:
        return None
    if row is None:
        received = read = _begun(connection, to.user, to.room)
    else:
        received, read = row.received, row.read
    at: dict[str, int] = {"received": max(received, min(max(to.received, to.read), seq))}
    if row is None or min(to.read, seq) > read:
        new = max(read, min(to.read, seq))
        at |= {"read": new, "message": _last_read(connection, to.room, new, seq), "date": now()}
    if row is not None and all(row._mapping[name] == value for name, value in at.items()):
        return None
    return _moved(connection, _keep(connection, to.user, to.room, at))


def _moved(connection: Connection, row: Row[Any]) -> Moved:
    unread, named = _count(connection, row.user, row.room, row.message)
    told = _is_intimate(connection, row.room)
    return Moved(row.user, row.room, row.received, row.read, row.date, unread, named, told)


def _begun(connection: Connection, user: int, room: int) -> int:
    """Find where somebody begins of whom nothing was heard yet: when they came to the place.

    Everybody is in the lobby without coming into it; what was said before is nothing they missed.
    """
    came = select(users.c.date).where(users.c.id == user).scalar_subquery()
    newest = select(messages.c.posted, messages.c.date).where(messages.c.room == room)
    counted = newest.order_by(messages.c.id.desc()).limit(COUNTED + 1).subquery()
    before = select(func.max(counted.c.posted)).where(counted.c.date < came)
    return connection.scalar(before) or 0


def _last_read(connection: Connection, room: int, read: int, seq: int) -> int:
    """Find the last message that had been posted by a change number."""
    last = _last(connection, room)
    if read >= seq:
        return last
    # What has not changed since is found by its number; from there on, few have to be
    # looked at: those that did change.
    within = messages.c.room == room
    unchanged = select(messages.c.id).where(within, messages.c.seq <= read)
    known = connection.scalar(unchanged.order_by(messages.c.seq.desc()).limit(1)) or 0
    later = select(messages.c.id).where(within, messages.c.id > known, messages.c.posted > read)
    first = connection.scalar(later.order_by(messages.c.id).limit(1))
    return last if first is None else first - 1


def _last(connection: Connection, room: int) -> int:
    return connection.scalar(select(func.max(messages.c.id)).where(messages.c.room == room)) or 0


def _keep(connection: Connection, user: int, room: int, at: dict[str, int]) -> Row[Any]:
    where = (positions.c.user == user) & (positions.c.room == room)
    changed = update(positions).where(where).values(at).returning(positions)
    row = connection.execute(changed).first()
    if row is None:
        made = insert(positions).values({"user": user, "room": room, "received": 0} | at)
        made = made.returning(positions)
        row = connection.execute(made).one()
    return row


def _count(connection: Connection, user: int, room: int, message: int) -> tuple[int, int]:
    unread = _unread.run(connection, (room, message, user))[0][0]
    if not unread:
        return 0, 0
    values = (room, user, EVERYBODY, message, user)
    return unread, _named.run(connection, values)[0][0]


def _is_intimate(connection: Connection, room: int) -> bool:
    inside = select(members.c.user).where(members.c.room == room)
    if room == LOBBY:
        inside = select(users.c.id).where(here_to_stay)
    return len(connection.scalars(inside.limit(INTIMATE + 1)).all()) <= INTIMATE
