"""Messages in the database: read by id, by number and by page."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, select

from models import policy
from models.channel import Change, Older, Recent
from models.errors import NotFound
from models.events import User
from models.store import rooms as rooms_of
from models.store.schema import messages, rooms
from models.store.states import change_of, whole


def one(connection: Connection, user: User, id: int) -> Change:
    """Read one message.

    :raises NotFound: there is none, or they may not know of it
    """
    row = connection.execute(whole.where(messages.c.id == id)).first()
    if row is None or not policy.sees(rooms_of.standing_of(connection, user, row.room)[1]):
        raise NotFound("message")
    return change_of(row)


def changes(connection: Connection, room: int, since: int) -> Older:
    """Read all that changed in a room after ``since``, ordered by ``seq``.

    :returns: it, and the room's number at that moment
    :raises NotFound: there is no such room
    """
    seq = current(connection, room)
    found = whole.where(messages.c.room == room, messages.c.seq > since)
    rows = connection.execute(found.order_by(messages.c.seq))
    return [change_of(row) for row in rows], seq


def changes_up_to(connection: Connection, room: int, since: int, most: int) -> Older | None:
    """Read as :func:`changes` does; None: there are more than ``most``."""
    later = select(messages.c.seq).where(messages.c.room == room, messages.c.seq > since)
    if connection.scalar(later.order_by(messages.c.seq).offset(most).limit(1)) is not None:
        return None
    return changes(connection, room, since)


def recent(connection: Connection, room: int, size: int) -> Recent:
    """Read the ``size`` messages of a room that changed last, ordered by ``seq``.

    :raises NotFound: there is no such room
    """
    seq = current(connection, room)
    found = whole.where(messages.c.room == room).order_by(messages.c.seq.desc())
    rows = connection.execute(found.limit(size + 1)).all()
    held = [change_of(row) for row in reversed(rows[:size])]
    if len(rows) <= size:
        return Recent(held, seq, since=0, floor=0)
    left_out = select(messages.c.id).where(messages.c.room == room, messages.c.seq <= rows[-1].seq)
    last = connection.scalar(left_out.order_by(messages.c.id.desc()).limit(1))
    return Recent(held, seq, since=rows[-1].seq, floor=(last or 0) + 1)


def current(connection: Connection, room: int) -> int:
    """Read a room's number.

    :raises NotFound: there is no such room
    """
    seq: int | None = connection.scalar(select(rooms.c.seq).where(rooms.c.id == room))
    if seq is None:
        raise NotFound("room")
    return seq


def page(
    connection: Connection,
    room: int,
    limit: int,
    before: int | None = None,
    after: int | None = None,
    around: int | None = None,
) -> tuple[list[Change], bool]:
    """Read one page of a room by message id (keyset paging), ordered by id.

    Give at most one of ``before``, ``after`` (both exclusive) and ``around``
    (itself included); none: the latest page.

    :returns: the page, and whether there is more in the direction of reading
        (older messages, but for ``after``: newer ones)
    """
    if around is not None:
        older, more = page(connection, room, limit // 2, before=around)
        newer, _ = page(connection, room, limit - len(older), after=around - 1)
        return older + newer, more
    found = whole.where(messages.c.room == room)
    if after is not None:
        found = found.where(messages.c.id > after).order_by(messages.c.id)
        return _page(connection, found, limit)
    if before is not None:
        found = found.where(messages.c.id < before)
    changes, more = _page(connection, found.order_by(messages.c.id.desc()), limit)
    return changes[::-1], more


def _page(connection: Connection, found: Select[Any], limit: int) -> tuple[list[Change], bool]:
    rows = connection.execute(found.limit(limit + 1)).all()
    return [change_of(row) for row in rows[:limit]], len(rows) > limit
