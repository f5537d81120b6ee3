"""One message: read, removed."""

from __future__ import annotations

import time

from msgspec import Raw

from handlers.base import Handler
from models.channel import Change
from models.store import edits, messages


class MessageHandler(Handler):
    """``/api/messages/<id>``."""

    async def get(self, id: str) -> None:
        """Answer the message as it is now."""
        user = await self.user()
        change = await self.application.store.read(messages.one, user, int(id))
        self.answer(Raw(change.body))

    async def delete(self, id: str) -> None:
        """Leave nothing of it but its place, and tell the room."""
        user = await self.user()
        self.application.rates.messages.take(user.id, time.monotonic())
        await self.application.store.write_and_tell(self._tell, edits.remove, user, int(id))
        self.set_status(204)
        self.finish()

    def _tell(self, changes: list[Change]) -> None:
        for change in changes:
            self.application.bus.publish(change)
