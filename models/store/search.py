"""Searching messages: newest first, a page at a time, in bounded time.

Words of three characters and more are found by an index of trigrams, which yields
hits newest first; who may not read the room of a hit does not get it. Shorter words
are in no index: for them the messages are looked through. Either way one search goes
back for as long as its time lasts, and says where the next is to go on. How it goes
back is told in :mod:`models.store.candidates`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from itertools import chain, repeat
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    String,
    column,
    exists,
    func,
    or_,
    select,
)

from models import markup, names
from models.channel import Change
from models.errors import NotFound
from models.queries import Query
from models.store import candidates, rooms
from models.store.candidates import Source
from models.store.schema import members, messages, users
from models.store.schema import rooms as all_rooms
from models.store.states import change_of, decode_files, whole

INDEXED = 3  # characters of the shortest word that is in the index
# Up to so many messages somebody, or a room, is looked for in the index, together with
# the words: where both are everywhere and nowhere together, all would be compared.
RARE = 20_000
MOST_AUTHORS = 50  # people of one name
TIME = 0.02  # s: no further step begins later
# Candidates looked at, one after the other: most searches end with the first few.
_STEPS = (100, 1_000, 5_000)


class Hit(NamedTuple):
    """A message that was found.

    :ivar shown: it as one sees it, and below it the names of its files
    :ivar written: the same as it was written, and found
    """

    change: Change
    shown: str
    written: str


class Found(NamedTuple):
    """A page of hits, newest first.

    :ivar before: where the next page goes on: a message id; None: there is no more
    """

    hits: list[Hit]
    before: int | None


def find(
    connection: Connection,
    user: int,
    query: Query,
    limit: int,
    room: int | None = None,
    before: int | None = None,
) -> Found:
    """Search what somebody may read.

    :param room: only there
    :param before: only messages with smaller ids
    :raises NotFound: there is no such room, or they may not know of it
    """
    if room is not None:
        rooms.find(connection, user, room)
    elif query.room is not None:
        try:
            room = rooms.find(connection, user, query.room).id
        except NotFound:
            return Found([], None)
    authors = None if query.author is None else _authors(connection, query.author)
    if authors == []:
        return Found([], None)
    begin = _last(connection) + 1 if before is None else before
    if query.before is not None:
        begin = min(begin, _first_since(connection, query.before))
    wanted = _wanted(connection, query, room, authors)
    source = candidates.source(connection, wanted, room, begin)
    conditions = _conditions(user, query, room, authors)
    return _collect(connection, source, conditions, begin, limit)


def _authors(connection: Connection, name: str) -> list[int]:
    found = select(users.c.id).where(users.c.name_key == names.key(name))
    return list(connection.scalars(found.order_by(users.c.id.desc()).limit(MOST_AUTHORS)))


def _first_since(connection: Connection, date: int) -> int:
    """Find the first message of a moment or later: dates rise with ids."""
    low, high = 0, _last(connection)
    while low < high:
        middle = (low + high) // 2
        later = select(messages.c.id, messages.c.date).where(messages.c.id > middle)
        row = connection.execute(later.order_by(messages.c.id).limit(1)).first()
        if row is None or row.date >= date:
            high = middle
        else:
            low = row.id
    return low + 1


def _last(connection: Connection) -> int:
    return connection.scalar(select(func.max(messages.c.id))) or 0


def _wanted(
    connection: Connection, query: Query, room: int | None, authors: Sequence[int] | None
) -> list[str]:
    """Say to the index what is wanted of it; nothing: it is of no use here."""
    words = [f"words:{_quoted(word)}" for word in query.words if len(word) >= INDEXED]
    wanted = list(words)
    if authors and (not words or _is_rare(connection, messages.c.user.in_(authors))):
        wanted.append("(" + " OR ".join(f'tags:"<u{id}>"' for id in authors) + ")")
    if room is not None and wanted and _is_rare(connection, messages.c.room == room):
        wanted.append(f'tags:"<r{room}>"')
    return wanted


def _is_rare(connection: Connection, which: ColumnElement[bool]) -> bool:
    some = select(messages.c.id).where(which).limit(RARE).subquery()
    return (connection.scalar(select(func.count()).select_from(some)) or 0) < RARE


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


def _conditions(
    user: int, query: Query, room: int | None, authors: Sequence[int] | None
) -> list[ColumnElement[bool]]:
    """Say what a candidate must be, besides being one."""
    conditions: list[ColumnElement[bool]] = [~messages.c.deleted]
    if room is not None:
        conditions.append(messages.c.room == room)
    else:
        mine = select(members.c.room).where(members.c.user == user)
        readable = or_(all_rooms.c.kind == "open", all_rooms.c.id.in_(mine))
        conditions.append(messages.c.room.in_(select(all_rooms.c.id).where(readable)))
    if authors is not None:
        # As a sum, for which no index is tried: all of a person's messages would be read.
        conditions.append((messages.c.user + 0).in_(authors))
    short = (word for word in query.words if len(word) < INDEXED)
    return conditions + [_contains(word) for word in short]


def _contains(word: str) -> ColumnElement[bool]:
    """Look for a word that the index has not: in the text, and in the names of the files."""
    file = func.json_each(messages.c.files).table_valued("value")
    name = func.json_extract(file.c.value, "$.name", type_=String)
    named = exists(select(1).select_from(file).where(_in(name, word)))
    # Most messages have none, which is found out faster than that none has such a name.
    said = func.coalesce(messages.c.composed, messages.c.text, type_=String)
    return or_(_in(said, word), messages.c.files.is_not(None) & named)


def _in(said: ColumnElement[str], word: str) -> ColumnElement[bool]:
    # The database knows no other letters' cases than those of ASCII.
    cases = {word, word.lower(), word.upper(), word.title()}
    return or_(*(said.icontains(case, autoescape=True) for case in cases))


def _collect(
    connection: Connection,
    source: Source,
    conditions: Sequence[ColumnElement[bool]],
    begin: int,
    limit: int,
) -> Found:
    rows: list[Row[Any]] = []
    before = None
    began = time.monotonic()
    for size in chain(_STEPS, repeat(_STEPS[-1])):
        ids, before = source(begin, size)
        if ids:
            rows += _among(connection, ids, conditions, limit + 1 - len(rows))
        if len(rows) > limit:
            return Found(_hits(rows[:limit]), rows[limit - 1].id)
        if before is None or time.monotonic() - began > TIME:
            break
        begin = before
    return Found(_hits(rows), before)


def _among(
    connection: Connection,
    ids: Sequence[int],
    conditions: Sequence[ColumnElement[bool]],
    limit: int,
) -> Sequence[Row[Any]]:
    # As one value: thousands of parameters would take longer than the search.
    listed = func.json_each(json.dumps(list(ids))).table_valued(column("value"))
    found = whole.where(messages.c.id.in_(select(listed.c.value)), *conditions)
    return connection.execute(found.order_by(messages.c.id.desc()).limit(limit)).all()


def _hits(rows: Sequence[Row[Any]]) -> list[Hit]:
    hits = []
    for row in rows:
        names = [file.name for file in decode_files(row.files)] if row.files else []
        shown = "\n".join([markup.plain(row.html), *names]).strip()
        written = "\n".join([row.composed or row.text, *names]).strip()
        hits.append(Hit(change_of(row), shown, written))
    return hits
