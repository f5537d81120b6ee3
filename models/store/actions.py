"""What those who look after the place have done: kept, for admins to read."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Row, exists, func, insert, or_, select, update

from models.events import User
from models.policy import LOBBY
from models.store import who
from models.store.schema import actions, members, now, rooms, users

What = Literal[
    "ban", "unban", "remove_message", "kick", "role", "filters", "room", "delete_room", "bot"
]


_IN_ROOMS = ("kick", "remove_message", "room")


class RoomName(Struct, omit_defaults=True):
    """A room, in the log.

    :ivar id: None: it was open then, and is no more, or is closed
    """

    name: str
    id: int | None = None


class Action(Struct, omit_defaults=True):
    """One entry, as an admin sees it.

    :ivar by: who did it; None: somebody at the machine itself, or who is no more
    """

    id: int
    date: int
    what: str
    by: User | None = None
    user: User | None = None
    room: RoomName | None = None
    message: int | None = None
    note: str = ""


def record(
    connection: Connection,
    by: int | None,
    what: What,
    *,
    user: int | None = None,
    room: int | None = None,
    message: int | None = None,
    note: str = "",
) -> None:
    """Write down what was done, in the transaction that does it.

    :param by: who did it; None: somebody at the machine itself
    :param user: to whom
    :param room: where; it is kept from admins who may not know of that room
    :param note: what else an admin should read, e.g. the reason that was given
    """
    values = {
        "date": now(),
        "by": by,
        "what": what,
        "user": user,
        "room": room,
        "message": message,
        "note": note,
    }
    connection.execute(insert(actions).values(values))


def outlive(connection: Connection, room: int, name: str) -> None:
    """Have what was done in an open room stay known by its name, now that it is open no more."""
    there = update(actions).where(actions.c.room == room)
    connection.execute(there.values(room=None, room_name=name))


def page(
    connection: Connection, reader: User, before: int | None, limit: int
) -> tuple[list[Action], bool]:
    """Read entries, the newest first; tell whether there are older ones.

    What was done in a room that the reader may not know of is left out: that there is an
    entry would tell that there is a room.

    :param before: the id of the entry behind which to go on; None: begin with the newest
    """
    by, whom = users.alias("by"), users.alias("whom")
    found = (
        select(
            actions,
            *who.columns("by_", by),
            *who.columns("whom_", whom),
            func.coalesce(rooms.c.name, actions.c.room_name).label("where"),
        )
        .outerjoin(by, by.c.id == actions.c.by)
        .outerjoin(whom, whom.c.id == actions.c.user)
        .outerjoin(rooms, rooms.c.id == actions.c.room)
        .where(_may_be_known(reader.id))
    )
    if before is not None:
        found = found.where(actions.c.id < before)
    rows = connection.execute(found.order_by(actions.c.id.desc()).limit(limit + 1)).all()
    return [_told(row) for row in rows[:limit]], len(rows) > limit


def _told(row: Row[Any]) -> Action:
    entry = Action(row.id, row.date, row.what)
    if row.by_name is not None:
        entry.by = who.in_row(row, "by_")
    if row.whom_name is not None:
        entry.user = who.in_row(row, "whom_")
    if row.where is not None:
        entry.room = RoomName(row.where, row.room)
    entry.message, entry.note = row.message, row.note
    return entry


def _may_be_known(reader: int) -> ColumnElement[bool]:
    """Tell whether somebody may know of the room of an entry: :func:`policy.may_enter`, in SQL."""
    inside = exists().where(members.c.room == actions.c.room, members.c.user == reader)
    # Where a closed room is no more, nobody can tell who might have known of it.
    nowhere = actions.c.room.is_(None) & actions.c.what.not_in(_IN_ROOMS)
    was_open = actions.c.room_name.is_not(None)
    return or_(nowhere, was_open, actions.c.room == LOBBY, rooms.c.kind == "open", inside)
