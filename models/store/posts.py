"""Posting: messages stored in batches, each once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence, Set
from functools import cache
from itertools import chain
from typing import Any

from msgspec import UNSET, Struct
from sqlalchemy import BigInteger, Connection, String, bindparam, column, insert, values

from models import texts
from models.channel import Change
from models.errors import ChatError
from models.events import Message, User, encode
from models.store import authors, files, naming, numbers
from models.store.naming import Naming
from models.store.prepared import Prepared, Values
from models.store.referring import Referred, look_up
from models.store.schema import messages, now
from models.store.states import change_of, change_to, whole


class Post(Struct, frozen=True, gc=False):
    """A message before it is stored.

    :ivar origin: the ``clientKey`` of the socket that waits for the ``ack``
    :ivar html: the text as it is shown; None: people may be named in it, which is
        found out where it is stored
    :ivar names: keys of all that may be names in the text
    :ivar here: who is present in the room
    :ivar reply_to: the message that it answers
    :ivar files: ids of files that become part of it
    """

    room: int
    user: User
    text: str
    html: str | None
    msg_id: str
    origin: str | None = None
    reply_to: int | None = None
    files: tuple[str, ...] = ()
    names: Set[str] = frozenset()
    here: tuple[int, ...] = ()


class Stored(Struct, frozen=True, gc=False):
    """What became of a post.

    :ivar new: False: it was stored before under the same ``msg_id``
    """

    change: Change
    new: bool


# What a post fills of its row: a new column is named here, and gets its value in
# `_row` and, where it is told, in `_message`.
_COLUMNS = (
    "room",
    "seq",
    "user",
    "msg_id",
    "text",
    "html",
    "composed",
    "date",
    "files",
    "posted",
    "reply_to",
    "mentions",
)
_MOST = 64  # rows in one statement


Outcomes = list[Stored | ChatError]
Insert = Callable[[Connection, Sequence[Post]], Outcomes]


def insert_new(connection: Connection, posts: Sequence[Post]) -> Outcomes:
    """Store posts in one statement, taking it that none is stored yet.

    To look first would cost a third of the whole transaction, and resends are rare.

    :returns: what became of each, in their order: one whose author may not post there any
        more is refused alone
    :raises IntegrityError: one is stored already; see :func:`insert_each_once`
    """
    return _insert_missing(connection, posts, {})


def insert_each_once(connection: Connection, posts: Sequence[Post]) -> Outcomes:
    """Store in one statement those posts that are not stored yet.

    :returns: as :func:`insert_new` does
    """
    return _insert_missing(connection, posts, _find(connection, posts))


def _insert_missing(
    connection: Connection, posts: Sequence[Post], known: dict[tuple[int, str], Change]
) -> Outcomes:
    refused = authors.refused(connection, [(post.user.id, post.room) for post in posts])
    missing: dict[tuple[int, str], Post] = {}
    for post in posts:
        key = (post.user.id, post.msg_id)
        if key not in known and (post.user.id, post.room) not in refused:
            missing.setdefault(key, post)
    if missing:
        known |= _store(connection, list(missing.values()))
    outcomes: Outcomes = []
    for post in posts:
        key = (post.user.id, post.msg_id)
        refusal = refused.get((post.user.id, post.room))
        outcomes.append(refusal or Stored(known[key], missing.pop(key, None) is not None))
    return outcomes


def _find(connection: Connection, posts: Sequence[Post]) -> dict[tuple[int, str], Change]:
    keys = [(post.user.id, post.msg_id) for post in posts]
    # A join: for `(user, msg_id) IN (VALUES …)` SQLite reads the whole table.
    names = values(column("user", BigInteger), column("msg_id", String), name="names")
    wanted = names.data(keys).cte("wanted")
    same = (messages.c.user == wanted.c.user) & (messages.c.msg_id == wanted.c.msg_id)
    found = whole.join(wanted, same)
    return {(row.user, row.msg_id): change_of(row) for row in connection.execute(found)}


def _store(connection: Connection, posts: Sequence[Post]) -> dict[tuple[int, str], Change]:
    # The rooms' numbers are taken first: that locks the rooms' rows, and so ids
    # and numbers rise together, also with several writing processes.
    at = now()
    following = numbers.take(connection, Counter(post.room for post in posts))
    people = _people(connection, posts)
    by_number: dict[tuple[int, int], tuple[Post, Referred]] = {}
    rows = []
    for post in posts:
        refers = look_up(connection, post, people.get(post.room, {}))
        seq = following[post.room]
        following[post.room] += 1
        by_number[post.room, seq] = post, refers
        rows.append(_row(post, refers, seq, at))
    stored = {}
    namings = []
    for id, room, seq in _insert(connection, rows):
        post, refers = by_number[room, seq]
        if post.files:
            files.attach(connection, post.files, post.user.id, room, id)
        if refers.mentions:
            namings.append(Naming(post.user.id, room, id, refers.mentions))
        message = _message(post, refers, id, seq, at)
        stored[post.user.id, post.msg_id] = change_to(message, post.origin)
    if namings:
        naming.write_down(connection, namings)
    return stored


def _people(connection: Connection, posts: Sequence[Post]) -> dict[int, dict[str, int]]:
    """Find whom all these may name, at once: see :func:`models.store.naming.find`."""
    wanted: defaultdict[int, set[str]] = defaultdict(set)
    for post in posts:
        if post.names:
            wanted[post.room] |= post.names
    return naming.find(connection, wanted) if wanted else {}


def _row(post: Post, refers: Referred, seq: int, date: int) -> Values:
    """Give the values of a post for ``_COLUMNS``."""
    return (
        post.room,
        seq,
        post.user.id,
        post.msg_id,
        post.text,
        refers.html if post.html is None else post.html,
        texts.composed(post.text),
        date,
        _json(refers.files),
        seq,
        post.reply_to,
        _json(refers.mentions),
    )


def _message(post: Post, refers: Referred, id: int, seq: int, date: int) -> Message:
    return Message(
        id=id,
        room=post.room,
        seq=seq,
        user=post.user,
        text=post.text,
        html=refers.html if post.html is None else post.html,
        date=date,
        msgId=post.msg_id,
        files=refers.files,
        replyTo=UNSET if post.reply_to is None else post.reply_to,
        quote=refers.quote,
        mentions=refers.mentions,
    )


def _json(told: object) -> str | None:
    return None if told is UNSET else encode(told).decode()


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
