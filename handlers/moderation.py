"""Who may be here and as what, over HTTP: roles, bans, and what was done by whom."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from handlers.chatsocket import ChatSocketHandler
from handlers.people import People
from models import policy
from models.signals import PersonChanged
from models.store import actions, avatars, bans, roles
from models.store.actions import Action
from models.store.bans import Ban

DEFAULT_PAGE = 50  # actions
LONGEST_PAGE = 100


class NewRole(Struct, forbid_unknown_fields=True):
    role: Literal["member", "moderator", "admin"]


class NewBan(Struct, forbid_unknown_fields=True):
    address: bool = False
    reason: Annotated[str, Meta(max_length=250)] = ""
    remove: bool = False


class BanList(Struct):
    bans: list[Ban]


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
        banned = await self.application.store.write(
            bans.begin, user, int(person), wanted.reason, addresses, wanted.remove
        )
        self.application.bus.signal(banned)
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
        """Answer who is banned, the latest first."""
        user = await self.user()
        policy.see_bans(user.role)
        self.answer(BanList(await self.application.store.read(bans.listed)))


class ActionsHandler(People):
    """``/api/actions``."""

    async def get(self) -> None:
        """Answer one page of what was done by whom, the latest first."""
        user = await self.user()
        policy.administer(user.role)
        limit = self.number("limit")
        limit = DEFAULT_PAGE if limit is None else min(max(limit, 1), LONGEST_PAGE)
        found, more = await self.application.store.read(
            actions.page, user, self.number("before"), limit
        )
        self.answer(ActionList(found, more))
