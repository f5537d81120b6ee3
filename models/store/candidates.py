"""What a search looks at: the messages that may be meant, newest first, step by step."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection, select, text

from models.store.schema import messages

# Words that are all in more than one of so many messages are compared span by span.
_EVERYWHERE = 200
_PROBED = 100  # messages
_FIRST_SPAN = 2_000  # messages
_WIDER = 4
_QUICK = 0.002  # s: after a span that took less comes a wider one

# In the dialect of SQLite's FTS5; another database's index is asked here.
_HITS = text(
    "SELECT rowid FROM search WHERE search MATCH :wanted AND rowid < :before "
    "ORDER BY rowid DESC LIMIT :most"
)


class Candidates(NamedTuple):
    """Messages that may be meant, newest first; ``before``: where to go on, None: nowhere."""

    ids: Sequence[int]
    before: int | None


# Lists those before a message, so many at most.
Source = Callable[[int, int], Candidates]


def source(connection: Connection, wanted: Sequence[str], room: int | None, begin: int) -> Source:
    """Give what lists the messages that may be meant.

    :param wanted: what the index is to find, all of it; nothing: it is of no use
    :param room: only there, where the index is of no use
    :param begin: the search goes back from there
    """
    if not wanted:
        return partial(_one_by_one, connection, room)
    if len(wanted) > 1 and all(_is_everywhere(connection, word, begin) for word in wanted):
        return _Spans(connection, wanted)
    return partial(_by_index, connection, " AND ".join(wanted))


def _by_index(connection: Connection, wanted: str, before: int, most: int) -> Candidates:
    values = {"wanted": wanted, "before": before, "most": most}
    return _up_to(most, connection.execute(_HITS, values).scalars().all())


def _one_by_one(connection: Connection, room: int | None, before: int, most: int) -> Candidates:
    found = select(messages.c.id).where(messages.c.id < before)
    if room is not None:
        found = found.where(messages.c.room == room)
    return _up_to(most, connection.scalars(found.order_by(messages.c.id.desc()).limit(most)).all())


def _up_to(most: int, ids: Sequence[int]) -> Candidates:
    return Candidates(ids, ids[-1] if len(ids) == most else None)


def _is_everywhere(connection: Connection, word: str, before: int) -> bool:
    ids = _by_index(connection, word, before, _PROBED).ids
    return len(ids) == _PROBED and before - ids[-1] < _PROBED * _EVERYWHERE


class _Spans:
    """Words that are everywhere, and maybe nowhere together, compared span by span.

    The index itself would not come back before it had found a message, or had compared
    all: a fifth of a second for two words of half a million messages each.
    """

    def __init__(self, connection: Connection, wanted: Sequence[str]) -> None:
        parts = [
            f"SELECT rowid FROM search WHERE search MATCH :word{n} "
            "AND rowid >= :since AND rowid < :before"
            for n in range(len(wanted))
        ]
        self._hits = text(" INTERSECT ".join(parts) + " ORDER BY 1 DESC LIMIT :most")
        self._words = {f"word{n}": word for n, word in enumerate(wanted)}
        self._connection = connection
        self._span = _FIRST_SPAN

    def __call__(self, before: int, most: int) -> Candidates:
        began = time.monotonic()
        since = max(before - self._span, 0)
        place = {"since": since, "before": before, "most": most}
        ids = self._connection.execute(self._hits, self._words | place).scalars().all()
        if len(ids) == most:
            return Candidates(ids, ids[-1])
        if time.monotonic() - began < _QUICK:
            self._span *= _WIDER
        return Candidates(ids, since or None)
