"""Messages in the database: posted in batches, read by number and by page."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Any

from msgspec import UNSET, Struct
from msgspec.json import Decoder
from sqlalchemy import (
    BigInteger,
    Connection,
    Row,
    Select,
    String,
    bindparam,
    column,
    insert,
    select,
    update,
    values,
)

from models.channel import Change, Older, Recent
from models.errors import NotFound
from models.events import File, Message, User, decode_message, encode
from models.store import files
from models.store.prepared import Prepared, Values
from models.store.schema import messages, rooms, users


class Post(Struct, frozen=True, gc=False):
    """A message before it is stored.

    :ivar origin: the ``clientKey`` of the socket that waits for the ``ack``
    :ivar files: ids of files that become part of it
    """

    room: int
    user: User
    text: str
    html: str
    msg_id: str
    origin: str | None = None
    files: tuple[str, ...] = ()


class Stored(Struct, frozen=True, gc=False):
    """What became of a post.

    :ivar new: False: it was stored before under the same ``msg_id``
    """

    change: Change
    new: bool


_advance = Prepared(
    update(rooms)
    .where(rooms.c.id == bindparam("room_id"))
    .values(seq=rooms.c.seq + bindparam("count"))
    .returning(rooms.c.id, rooms.c.seq),
    ("room_id", "count"),
)
_whole = select(messages, users.c.name, users.c.role).join(users, messages.c.user == users.c.id)

# What a post fills of its row: a new column is named here, and gets its value in
# `_row` and, where it is told, in `_message`.
_COLUMNS = ("room", "seq", "user", "msg_id", "text", "html", "date", "files")
_MOST = 64  # rows in one statement
_decode_files = Decoder(list[File]).decode


Insert = Callable[[Connection, Sequence[Post]], list[Stored]]


def insert_new(connection: Connection, posts: Sequence[Post]) -> list[Stored]:
    """Store posts in one statement, taking it that none is stored yet.

    To look first would cost a third of the whole transaction, and resends are rare.

    :returns: what became of each, in their order
    :raises IntegrityError: one is stored already; see :func:`insert_each_once`
    """
    return _insert_missing(connection, posts, {})


def insert_each_once(connection: Connection, posts: Sequence[Post]) -> list[Stored]:
    """Store in one statement those posts that are not stored yet.

    :returns: what became of each, in their order
    """
    return _insert_missing(connection, posts, _find(connection, posts))


def _insert_missing(
    connection: Connection, posts: Sequence[Post], known: dict[tuple[int, str], Change]
) -> list[Stored]:
    missing: dict[tuple[int, str], Post] = {}
    for post in posts:
        key = (post.user.id, post.msg_id)
        if key not in known:
            missing.setdefault(key, post)
    if missing:
        known |= _store(connection, list(missing.values()))
    stored = []
    for post in posts:
        key = (post.user.id, post.msg_id)
        stored.append(Stored(known[key], missing.pop(key, None) is not None))
    return stored


def _find(connection: Connection, posts: Sequence[Post]) -> dict[tuple[int, str], Change]:
    keys = [(post.user.id, post.msg_id) for post in posts]
    # A join: for `(user, msg_id) IN (VALUES …)` SQLite reads the whole table.
    names = values(column("user", BigInteger), column("msg_id", String), name="names")
    wanted = names.data(keys).cte("wanted")
    same = (messages.c.user == wanted.c.user) & (messages.c.msg_id == wanted.c.msg_id)
    found = _whole.join(wanted, same)
    return {(row.user, row.msg_id): change_of(row) for row in connection.execute(found)}


def _store(connection: Connection, posts: Sequence[Post]) -> dict[tuple[int, str], Change]:
    # The rooms' numbers are taken first: that locks the rooms' rows, and so ids
    # and numbers rise together, also with several writing processes.
    now = time.time_ns() // 1_000_000
    following = _take_numbers(connection, Counter(post.room for post in posts))
    by_number: dict[tuple[int, int], Post] = {}
    shown = {
        (post.user.id, post.msg_id): files.waiting(connection, post.files, post.user.id, post.room)
        for post in posts
        if post.files
    }
    rows = []
    for post in posts:
        seq = following[post.room]
        following[post.room] += 1
        by_number[post.room, seq] = post
        rows.append(_row(post, seq, now, shown.get((post.user.id, post.msg_id))))
    stored = {}
    for id, room, seq in _insert(connection, rows):
        post = by_number[room, seq]
        key = post.user.id, post.msg_id
        message = _message(post, id, seq, now)
        if post.files:
            files.attach(connection, post.files, post.user.id, room, id)
            message.files = shown[key]
        stored[key] = _change(message, post.origin)
    return stored


def _row(post: Post, seq: int, now: int, shown: list[File] | None) -> Values:
    """Give the values of a post for ``_COLUMNS``."""
    told = None if shown is None else encode(shown).decode()
    return post.room, seq, post.user.id, post.msg_id, post.text, post.html, now, told


def _message(post: Post, id: int, seq: int, now: int) -> Message:
    return Message(
        id=id,
        room=post.room,
        seq=seq,
        user=post.user,
        text=post.text,
        html=post.html,
        date=now,
        msgId=post.msg_id,
    )


def _take_numbers(connection: Connection, counts: Mapping[int, int]) -> dict[int, int]:
    """Take so many of each room's next change numbers; give the first of them, by room.

    The rows are locked in the order of their ids, so that two writing processes
    never wait for each other.
    """
    first = {}
    for room in sorted(counts):
        found = _advance.run(connection, (room, counts[room]))
        if not found:
            raise NotFound("room")
        first[room] = found[0][1] - counts[room] + 1
    return first


def _insert(connection: Connection, rows: Sequence[Values]) -> list[tuple[int, int, int]]:
    """Insert rows; give id, room and ``seq`` of each, in any order.

    The sizes of the statements are powers of two: few enough for each of them to
    stay prepared, in the driver as well.
    """
    stored: list[tuple[int, int, int]] = []
    at = 0
    while at < len(rows):
        size = min(_MOST, 1 << (len(rows) - at).bit_length() - 1)
        values = list(chain.from_iterable(rows[at : at + size]))
        stored += _insert_of(size).run(connection, values)
        at += size
    return stored


@cache
def _insert_of(size: int) -> Prepared:
    """Give the statement that inserts so many rows."""
    names = [[f"{column}_{row}" for column in _COLUMNS] for row in range(size)]
    rows: list[dict[str, Any]] = [
        {column: bindparam(name) for column, name in zip(_COLUMNS, row, strict=True)}
        for row in names
    ]
    statement = insert(messages).values(rows)
    returned = messages.c.id, messages.c.room, messages.c.seq
    return Prepared(statement.returning(*returned), chain.from_iterable(names))


def _change(message: Message, origin: str | None = None) -> Change:
    return Change(
        room=message.room,
        seq=message.seq,
        id=message.id,
        user=message.user.id,
        body=encode(message),
        msg_id=message.msgId,
        origin=origin,
    )


def under_name(change: Change, user: User) -> Change:
    """Give the same change with its author's new name."""
    message = decode_message(change.body)
    message.user = user
    return _change(message, change.origin)


def change_of(row: Row[Any]) -> Change:
    """Make a change of a row of messages joined with users."""
    return _change(
        Message(
            id=row.id,
            room=row.room,
            seq=row.seq,
            user=User(id=row.user, name=row.name, role=row.role),
            text=row.text,
            html=row.html,
            date=row.date,
            msgId=row.msg_id,
            files=UNSET if row.files is None else _decode_files(row.files),
        )
    )


def changes(connection: Connection, room: int, since: int) -> Older:
    """Read all that changed in a room after ``since``, ordered by ``seq``.

    :returns: it, and the room's number at that moment
    :raises NotFound: there is no such room
    """
    seq = current(connection, room)
    found = _whole.where(messages.c.room == room, messages.c.seq > since)
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
    found = _whole.where(messages.c.room == room).order_by(messages.c.seq.desc())
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
    found = _whole.where(messages.c.room == room)
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
