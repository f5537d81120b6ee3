"""What is older than it is to be kept: taken back, and some time later gone altogether.

First a message is removed as its author might have: a tombstone takes its place, and everybody
is told, also who comes back within :data:`GRACE`. Then its row goes as well. Who comes back
from before that change starts anew, for it could not be told any more that the message went
(``rooms.forgotten``). The steps are short, so that others write between them.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, func, select, text, update

from models.store import removals
from models.store.schema import messages, rooms
from models.store.steps import Step

DAY = 24 * 3600 * 1000  # ms
GRACE = DAY  # how long a tombstone stays
STEP = 100  # messages taken back in a step; some milliseconds of the writer
ROWS = 500  # that go in a step
PAGES = 200  # given back to the disk in a step

_GIVE_BACK = text("PRAGMA incremental_vacuum(1)")
_INCREMENTAL = 2
_MERGE = text("INSERT INTO search (search, rank) VALUES ('merge', :pages)")
_CHANGES = text("SELECT total_changes()")


def take_back(connection: Connection, before: int, after: int = 0) -> Step[int]:
    """Take back the next messages that are too old.

    :param before: those of an earlier moment
    :param after: what the step before gave
    """
    rows = _next(connection, after, STEP)
    old = [row for row in rows if row.date < before]
    going = [(row.id, row.room) for row in old if not row.deleted]
    changes = removals.take_back(connection, going)
    return Step(changes, rows[-1].id if old and len(rows) == STEP else None)


def newest(connection: Connection) -> int | None:
    """Give the date of the newest message that is still there; None: there is none."""
    there = select(messages.c.date).where(~messages.c.deleted)
    date: int | None = connection.scalar(there.order_by(messages.c.id.desc()).limit(1))
    return date


def forget(connection: Connection, before: int) -> int:
    """Have the rows of some tombstones go; tell how many: none, when all are gone.

    :param before: those of messages of an earlier moment
    """
    rows = _next(connection, 0, ROWS)
    ids = [row.id for row in rows if row.date < before and row.deleted]
    last = select(messages.c.room, func.max(messages.c.seq)).where(messages.c.id.in_(ids))
    for room, seq in connection.execute(last.group_by(messages.c.room)).all():
        behind = (rooms.c.id == room) & (rooms.c.forgotten < seq)
        connection.execute(update(rooms).where(behind).values(forgotten=seq))
    connection.execute(delete(messages).where(messages.c.id.in_(ids)))
    return len(ids)


def _next(connection: Connection, after: int, count: int) -> list[Any]:
    # By id, which dates follow (but for a clock that was set back): to look for dates would
    # be to read them all.
    found = select(messages.c.id, messages.c.room, messages.c.date, messages.c.deleted)
    some = found.where(messages.c.id > after).order_by(messages.c.id).limit(count)
    return list(connection.execute(some))


def kept(connection: Connection) -> int:
    """Tell how many messages there may be, without counting them."""
    first = connection.scalar(select(func.min(messages.c.id))) or 0
    return (connection.scalar(select(func.max(messages.c.id))) or 0) - first + 1


def tidy_index(connection: Connection, all: bool = False) -> bool:
    """Have the search index let go of some of what is gone; tell whether there may be more.

    :param all: begin to write all of the index anew; otherwise, go on with it
    """
    before = connection.scalar(_CHANGES) or 0
    connection.execute(_MERGE, {"pages": -PAGES if all else PAGES})
    # So it tells that there was nothing to do (sqlite.org/fts5.html, 6.8).
    return (connection.scalar(_CHANGES) or 0) - before > 1


def shrink(connection: Connection) -> bool:
    """Give some free pages of the database back to the disk; tell whether there may be more."""
    # One at a time: Python's driver takes one step of this statement, and a step is a page.
    for _ in range(PAGES):
        connection.execute(_GIVE_BACK)
    can = connection.scalar(text("PRAGMA auto_vacuum")) == _INCREMENTAL
    return can and bool(connection.scalar(text("PRAGMA freelist_count")))
