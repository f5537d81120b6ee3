"""The word filter over HTTP, for admins."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping

from msgspec import Struct

from handlers.bodies import Streaming, TooLongBody
from models import policy
from models.errors import ChatError
from models.events import User
from models.filters import Filter, Rule
from models.signals import FiltersChanged
from models.store import filters

ALL_RULES = 1 << 21  # bytes of a body: more than other requests may have


class Rules(Struct, forbid_unknown_fields=True):
    rules: list[Rule]


class FiltersHandler(Streaming):
    """``/api/filters``."""

    admin: User

    @classmethod
    def largest_body(cls, limits: Mapping[str, int]) -> int:
        return ALL_RULES

    async def prepare(self) -> None:
        """Find out who it is before taking more of a body than others may send."""
        await super().prepare()
        self._came = bytearray()
        if self.refused or self.request.method not in self._methods:
            return  # it is told so when the body is here
        try:
            self.admin = await self.user()
            policy.administer(self.admin.role)
            self.connection.set_max_body_size(sys.maxsize)  # it is counted here
        except ChatError as error:
            self.refuse(error)

    def data_received(self, chunk: bytes) -> None:
        self.begun = True
        if self.refused:
            return
        self._came += chunk
        if len(self._came) > ALL_RULES:
            self._came.clear()
            self.refuse(TooLongBody(0, ALL_RULES))

    async def get(self) -> None:
        """Answer all rules, in their order."""
        if self.refused:
            self.finish()
            return
        self.answer(Rules(await self.application.store.read(filters.rules)))

    async def put(self) -> None:
        """Have these rules and no others, from the next message on."""
        if self.refused:
            self.finish()
            return
        self.request.body = bytes(self._came)
        wanted = self.body_as(Rules).rules
        # Many rules take a third of a second, in which others want to talk.
        await asyncio.to_thread(Filter, wanted)
        await self.application.store.write(filters.replace, self.admin.id, wanted)
        self.application.bus.signal(FiltersChanged())
        await self.application.screening.settle()
        self.answer(Rules(wanted))
