"""Bots over HTTP, for admins: made, listed, given another key, cut off."""

from __future__ import annotations

from msgspec import Struct

from handlers.sessions import Personal
from models import policy
from models.errors import Taken, concerning
from models.events import User
from models.store import bots
from models.store.bots import Bot


class NewBot(Struct, forbid_unknown_fields=True):
    name: str


class Listing(Struct):
    bots: list[Bot]


class Keyed(Struct):
    """A bot with its key: this is the only time that it is told."""

    user: User
    key: str


class BotsHandler(Personal):
    """``/api/bots``."""

    async def get(self) -> None:
        """Answer all bots, by name."""
        policy.administer((await self.user()).role)
        self.answer(Listing(await self.application.store.read(bots.listed)))

    async def post(self) -> None:
        """Make a bot; its key is told this once."""
        admin = await self.user()
        policy.administer(admin.role)
        name = self.new_name(self.body_as(NewBot).name)
        place = self.application.presences.place
        with concerning("name"):
            if place.holder(name) is not None:
                raise Taken("Somebody", name)
        with place.reserve(name):
            made = await self.application.store.write(bots.create, admin.id, name)
        self.answer(Keyed(*made), 201)


class BotHandler(Personal):
    """``/api/bots/<id>``."""

    async def delete(self, bot: str) -> None:
        """End its key; twice is fine."""
        admin = await self.user()
        policy.administer(admin.role)
        self.end_sessions(await self.application.store.write(bots.revoke, admin.id, int(bot)))
        self.set_status(204)
        self.finish()


class KeyHandler(Personal):
    """``/api/bots/<id>/key``."""

    async def post(self, bot: str) -> None:
        """Give it another key, which is told this once; the old one ends."""
        admin = await self.user()
        policy.administer(admin.role)
        renewed = await self.application.store.write(bots.renew, admin.id, int(bot))
        user, key, ended = renewed
        self.end_sessions(ended)
        self.answer(Keyed(user, key))
