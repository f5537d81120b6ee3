"""The word filter over HTTP, for admins."""

from __future__ import annotations

import asyncio

from msgspec import Struct

from handlers.bodies import Streaming
from models import policy
from models.events import User
from models.filters import Filter, Rule
from models.signals import FiltersChanged
from models.store import filters


class Rules(Struct, forbid_unknown_fields=True):
    rules: list[Rule]


class FiltersHandler(Streaming):
    """``/api/filters``."""

    largest_body = 1 << 21  # all rules: more than other requests may have
    admin: User

    async def prepare(self) -> None:
        """Find out who it is before taking more of a body than others may send."""
        await super().prepare()
        self.admin = await self.user()
        policy.administer(self.admin.role)
        self._chunks: list[bytes] = []
        self.connection.set_max_body_size(self.largest_body)

    def data_received(self, chunk: bytes) -> None:
        self._chunks.append(chunk)

    async def get(self) -> None:
        """Answer all rules, in their order."""
        self.answer(Rules(await self.application.store.read(filters.rules)))

    async def put(self) -> None:
        """Have these rules and no others, from the next message on."""
        self.request.body = b"".join(self._chunks)
        wanted = self.body_as(Rules).rules
        # Many rules take a third of a second, in which others want to talk.
        await asyncio.to_thread(Filter, wanted)
        await self.application.store.write(filters.replace, self.admin.id, wanted)
        self.application.bus.signal(FiltersChanged())
        await self.application.screening.settle()
        self.answer(Rules(wanted))
