"""The pictures by which people are known: chosen, replaced, taken away."""

from __future__ import annotations

import time

from handlers.uploads import Upload
from models.events import User
from models.signals import PersonChanged
from models.store import avatars


class AvatarHandler(Upload):
    """``/api/account/avatar``."""

    answered = 200

    async def put(self) -> None:
        """Take a picture; what is kept of it is a small square, of its middle."""
        await self.receive()

    async def admit(self) -> None:
        """Count one more change: all are told of it."""
        self.application.rates.changes.take(self.person.id, time.monotonic())

    async def keep(self) -> User:
        content = await self.taken_in("face")
        user = await self.application.store.write(avatars.give, self.person.id, content)
        self.application.bus.signal(PersonChanged(user))
        return user

    async def delete(self) -> None:
        """Be known by one's initials again; twice is fine."""
        user = await self.user()
        self.application.rates.changes.take(user.id, time.monotonic())
        bare = await self.application.store.write(avatars.remove, user.id)
        self.application.bus.signal(PersonChanged(bare))
        self.set_status(204)
        self.finish()
