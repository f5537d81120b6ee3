"""Who may be here and as what, over HTTP: roles, bans, and what was done by whom."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from handlers.chatsocket import ChatSocketHandler
from handlers.people import People
from models import policy
from models.errors import BadEvent
from models.signals import PersonChanged, RoomChanged
from models.store import actions, avatars, bans, roles
from models.store.actions import Action
from models.store.bans import Ban


class NewRole(Struct, forbid_unknown_fields=True):
    role: Literal["member", "moderator", "admin"]


class NewBan(Struct, forbid_unknown_fields=True):
    address: bool = False
    reason: Annotated[str, Meta(max_length=250)] = ""
    remove: bool = False


class BanList(Struct):
    bans: list[Ban]
    more: bool


class ActionList(Struct):
    actions: list[Action]
    more: bool


class RoleHandler(People):
    """``/api/users/<id>/role``."""

    async def put(self, person: str) -> None:
        """Give somebody a role."""
        user = await self.user()
        policy.administer(user.role)
        role = self.body_as(NewRole).role
        changed = await self.application.store.write(roles.give, user.id, int(person), role)
        self.application.bus.signal(PersonChanged(changed))
        self.answer(changed)


class BanHandler(People):
    """``/api/users/<id>/ban``."""

    async def post(self, person: str) -> None:
        """Ban somebody: their sessions end, and their sockets are closed."""
        user = await self.user()
        wanted = self.body_as(NewBan)
        addresses = None
        if wanted.address:
            connected = ChatSocketHandler.of.get(int(person), ())
            addresses = [waiter.request.remote_ip or "" for waiter in connected]
        banned, handed_on = await self.application.store.write(
            bans.begin, user, int(person), wanted.reason, addresses, wanted.remove
        )
        self.application.bus.signal(banned)
        for room in handed_on:
            self.application.bus.signal(RoomChanged(room))
        if wanted.remove:
            self.application.removals.remove_all_of(banned.user)
            bare = await self.application.store.write(avatars.remove, banned.user)
            self.application.bus.signal(PersonChanged(bare))
        self.done()

    async def delete(self, person: str) -> None:
        """Let somebody back."""
        user = await self.user()
        await self.application.store.write(bans.end, user, int(person))
        self.done()


class BansHandler(People):
    """``/api/bans``."""

    async def get(self) -> None:
        """Answer one page of who is banned, the latest first."""
        user = await self.user()
        policy.see_bans(user.role)
        found, more = await self.application.store.read(bans.page, self._last(), self.page_size())
        self.answer(BanList(found, more))

    def _last(self) -> tuple[int, int] | None:
        """Read behind which ban to go on: its date, and whose it is."""
        date, user = self.number("before"), self.number("user")
        if (date is None) != (user is None):
            raise BadEvent("Give “before”, the date of the last ban told, with its “user”.")
        return None if date is None or user is None else (date, user)


class ActionsHandler(People):
    """``/api/actions``."""

    async def get(self) -> None:
        """Answer one page of what was done by whom, the latest first."""
        user = await self.user()
        policy.administer(user.role)
        found, more = await self.application.store.read(
            actions.page, user, self.number("before"), self.page_size()
        )
        self.answer(ActionList(found, more))
