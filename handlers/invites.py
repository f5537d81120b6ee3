"""Invitations over HTTP: made, listed, revoked, looked at, accepted."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from handlers.base import Handler
from handlers.sessions import Me, Personal
from models.events import Id
from models.signals import CameIn, PersonChanged
from models.store import acceptance, accounts, invites, rooms
from models.store.invites import Described


class NewInvite(Struct, forbid_unknown_fields=True):
    room: Id | None = None
    days: Annotated[int, Meta(ge=1, le=365)] = 7
    uses: Annotated[int, Meta(ge=1, le=1000)] = 10


class InvitesHandler(Handler):
    """``/api/invites``."""

    async def get(self) -> None:
        """Answer one's own invitations, or those to a room; admins: all to the place, too.

        Their links are not known.
        """
        user, room = await self.user(), self.number("room")
        read = self.application.store.read
        listed = await (
            read(invites.of, user) if room is None else read(invites.of_room, user, room)
        )
        self.answer({"invites": [_told(described) for described in listed]})

    async def post(self) -> None:
        """Make a link; it is shown this once."""
        user = await self.user()
        wanted, app = self.body_as(NewInvite), self.application
        terms = wanted.room, wanted.days, wanted.uses
        described, token = await app.store.write(
            invites.create, user, *terms, app.signup, app.most_invites
        )
        self.answer({"url": f"/join/{token}", "token": token} | _told(described), 201)


class InviteHandler(Handler):
    """``/api/invites/<id>``."""

    async def delete(self, invite: str) -> None:
        """Revoke it."""
        user = await self.user()
        await self.application.store.write(invites.revoke, user, int(invite))
        self.set_status(204)
        self.finish()


class Joined(Me, omit_defaults=True):
    room: int | None = None


class JoinHandler(Personal):
    """``/api/join/<token>``."""

    async def get(self, token: str) -> None:
        """Answer what a link gives; nobody need be signed in."""
        described = await self.application.store.read(invites.describe, token)
        invite = described.invite
        told: dict[str, Any] = {"role": invite.role, "expires": invite.expires}
        told |= {"name": invite.name, "by": described.by, "room": _room(described)}
        told["account"] = described.account or None
        self.answer({name: value for name, value in told.items() if value is not None})

    async def post(self, token: str) -> None:
        """Accept it, as who one is; nobody: as the owner of the account that it is for."""
        user = await self.session_user()
        if user is None or not self.admits(user):
            await self._sign_in(token)
            return
        store, bus = self.application.store, self.application.bus
        session = self.token_hash
        assert session is not None
        accepted = await store.write(
            acceptance.accept, user, session, token, self.application.bounds
        )
        if accepted.room is not None and accepted.came_in:
            bus.signal(CameIn(user.id, accepted.room))
        if accepted.user != user:
            bus.signal(PersonChanged(accepted.user))
        if accepted.token is not None:
            self.renew_session(accepted.token)
        mine = await store.load(rooms.of, user.id)
        self.answer(Joined(accepted.user, mine or [], accepted.room))

    async def _sign_in(self, token: str) -> None:
        invite = await self.application.store.read(invites.find, token)
        if invite.name is None:
            raise self.stranger()
        user, session = await self.application.store.write(
            accounts.sign_in_by_link, token, self.origin
        )
        self.application.bus.signal(PersonChanged(user))
        await self.end_oldest(user.id)
        self.remember(session)
        await self.answer_me(user)


def _told(described: Described) -> dict[str, Any]:
    invite, room = described.invite, _room(described)
    told: dict[str, Any] = {"id": invite.id, "date": invite.date, "expires": invite.expires}
    told |= {"uses": invite.uses, "used": invite.used}
    if described.by is not None:
        told["by"] = described.by
    if room is not None:
        told["room"] = room
    return told


def _room(described: Described) -> dict[str, Any] | None:
    if described.invite.room is None:
        return None
    return {"id": described.invite.room, "name": described.room}
