"""Messages in the database: read by id, by number and by page."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, select

from models import policy
from models.channel import Change, Latest, Older, Recent, newest
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
    return [change_of(row) for row in connection.execute(_after(room, since))], seq


def changes_up_to(
    connection: Connection, room: int, since: int, most: int, size: int
) -> Older | None:
    """Read as :func:`changes` does, but no more than can be told; None: starting anew is due.

    That is where there are more than ``most``, where they have more than ``size`` bytes, and
    where some are forgotten.
    """
    if since < _forgotten(connection, room):
        return None
    later = select(messages.c.seq).where(messages.c.room == room, messages.c.seq > since)
    if connection.scalar(later.order_by(messages.c.seq).offset(most).limit(1)) is not None:
        return None
    seq = current(connection, room)
    held = []
    for row in connection.execute(_after(room, since)):
        held.append(change_of(row))
        size -= len(held[-1].body)
        if size < 0:
            return None
    return held, seq


def recent(connection: Connection, room: int, size: int) -> Recent:
    """Read the ``size`` messages of a room that changed last, ordered by ``seq``.

    :raises NotFound: there is no such room
    """
    seq = current(connection, room)
    found = whole.where(messages.c.room == room).order_by(messages.c.seq.desc())
    rows = connection.execute(found.limit(size + 1)).all()
    held = [change_of(row) for row in reversed(rows[:size])]
    forgotten = _forgotten(connection, room)
    if len(rows) <= size:
        return Recent(held, seq, since=forgotten, floor=0)
    left_out = select(messages.c.id).where(messages.c.room == room, messages.c.seq <= rows[-1].seq)
    last = connection.scalar(left_out.order_by(messages.c.id.desc()).limit(1))
    return Recent(held, seq, since=max(rows[-1].seq, forgotten), floor=(last or 0) + 1)


def current(connection: Connection, room: int) -> int:
    """Read a room's number.

    :raises NotFound: there is no such room
    """
    seq: int | None = connection.scalar(select(rooms.c.seq).where(rooms.c.id == room))
    if seq is None:
        raise NotFound("room")
    return seq


def _forgotten(connection: Connection, room: int) -> int:
    """Read up to which number a room's changes are not all known any more."""
    return connection.scalar(select(rooms.c.forgotten).where(rooms.c.id == room)) or 0


class Page(NamedTuple):
    """Messages of a room, ordered by id.

    :ivar more: there are others in the direction of reading: older ones, but newer
        ones where it was asked what is after a message
    :ivar newer: there are newer ones behind a page around a message
    """

    changes: list[Change]
    more: bool
    newer: bool = False


def page(
    connection: Connection,
    room: int,
    limit: int,
    before: int | None = None,
    after: int | None = None,
    around: int | None = None,
) -> Page:
    """Read one page of a room by message id (keyset paging).

    Give at most one of ``before``, ``after`` (both exclusive) and ``around``
    (itself included); none: the latest page.
    """
    if around is not None:
        older = page(connection, room, limit // 2, before=around)
        newer = page(connection, room, limit - len(older.changes), after=around - 1)
        return Page(older.changes + newer.changes, older.more, newer.more)
    found = whole.where(messages.c.room == room)
    if after is not None:
        found = found.where(messages.c.id > after).order_by(messages.c.id)
        return _page(connection, found, limit)
    if before is not None:
        found = found.where(messages.c.id < before)
    latest = _page(connection, found.order_by(messages.c.id.desc()), limit)
    return Page(latest.changes[::-1], latest.more)


def latest(connection: Connection, room: int, limit: int, size: int) -> Latest:
    """Read the latest page of a room, for somebody who has nothing yet.

    :param size: so many bytes at most; the very latest message in any case
    :raises NotFound: there is no such room
    """
    seq = current(connection, room)
    found = page(connection, room, limit)
    held = newest(found.changes, size)
    return Latest(held, seq, found.more or len(held) < len(found.changes))


def _after(room: int, since: int) -> Select[Any]:
    found = whole.where(messages.c.room == room, messages.c.seq > since)
    return found.order_by(messages.c.seq)


def _page(connection: Connection, found: Select[Any], limit: int) -> Page:
    rows = connection.execute(found.limit(limit + 1)).all()
    return Page([change_of(row) for row in rows[:limit]], len(rows) > limit)
