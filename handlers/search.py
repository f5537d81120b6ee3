"""Searching."""

from __future__ import annotations

import time

from msgspec import UNSET, Raw, Struct, UnsetType

from handlers.base import Handler
from models import queries
from models.errors import BadEvent
from models.events import encode
from models.queries import Query
from models.store import search
from models.store.search import Hit

DEFAULT_PAGE = 20  # hits


class Results(Struct):
    """Hits, newest first; ``before`` is where the next page goes on."""

    messages: list[Raw]
    more: bool
    before: int | UnsetType = UNSET


class SearchHandler(Handler):
    """``/api/search``."""

    async def get(self) -> None:
        """Answer a page of the messages that somebody may read and that are asked for."""
        user = await self.user()
        self.application.rates.searches.take(user.id, time.monotonic())
        query = self._query()
        limit = self.page_size(DEFAULT_PAGE)
        found = await self.application.store.read(
            search.find, user.id, query, limit, self.number("room"), self.number("before")
        )
        self.answer(
            Results(
                [_marked(hit, query) for hit in found.hits],
                found.before is not None,
                UNSET if found.before is None else found.before,
            )
        )

    def _query(self) -> Query:
        query = queries.parse(self.get_query_argument("q", ""), self.get_query_argument("from", ""))
        somewhere = query.room is not None or self.number("room") is not None
        if not query.words and query.author is None and not somewhere:
            raise BadEvent("Search for at least a word, a person or a room.")
        return query


def _marked(hit: Hit, query: Query) -> Raw:
    """Put the marked text behind the other fields of a message."""
    marked = encode(queries.mark(hit.shown, hit.written, query.words))
    return Raw(hit.change.body[:-1] + b',"marked":' + marked + b"}")
