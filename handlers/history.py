"""What was said in a room, a page at a time, and how far its people are."""

from __future__ import annotations

from msgspec import UNSET, Raw, Struct, UnsetType

from handlers.base import Handler
from models.errors import BadEvent
from models.store import messages, positions, rooms


class Page(Struct):
    """Messages by id; ``newer`` is told of a page around a message."""

    messages: list[Raw]
    more: bool
    newer: bool | UnsetType = UNSET


class Position(Struct):
    """How far somebody is in a room."""

    user: int
    received: int
    read: int
    date: int


class Receipts(Struct):
    receipts: list[Position]


class HistoryHandler(Handler):
    """``/api/rooms/<id>/messages``."""

    async def get(self, room: str) -> None:
        """Answer one page, by message id: ``before``, ``after`` or ``around`` one."""
        user = await self.user()
        store = self.application.store
        at = [self.number(name) for name in ("before", "after", "around")]
        if sum(one is not None for one in at) > 1:
            raise BadEvent("Give only one of “before”, “after” and “around”.")
        before, after, around = at
        limit = self.page_size()
        page = await store.read(
            rooms.read_in, user.id, int(room), messages.page, limit, before, after, around
        )
        newer = UNSET if around is None else page.newer
        self.answer(Page([Raw(change.body) for change in page.changes], page.more, newer))


class ReceiptsHandler(Handler):
    """``/api/rooms/<id>/receipts``."""

    async def get(self, room: str) -> None:
        """Answer how far the members of a small room are."""
        user = await self.user()
        store = self.application.store
        rows = await store.read(rooms.read_in, user.id, int(room), positions.of_room)
        self.answer(
            Receipts([Position(row.user, row.received, row.read, row.date) for row in rows])
        )
