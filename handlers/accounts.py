"""Accounts: made, changed, deleted."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Literal

from msgspec import Struct

from handlers.sessions import Personal
from models import names, passwords
from models.errors import Forbidden, SignedOut, Taken, concerning
from models.events import RoomEntry, User
from models.presence import NOBODY
from models.signals import CameIn, PersonChanged, RoomChanged, TakenOut
from models.store import accounts, rooms, users
from models.store.accounts import Account, Registered, Registration


class NewAccount(Struct, forbid_unknown_fields=True):
    name: str
    password: str
    invite: str | None = None


class Changes(Struct, forbid_unknown_fields=True):
    name: str | None = None
    password: str | None = None
    old_password: str | None = None


class Deletion(Struct, forbid_unknown_fields=True):
    messages: Literal["keep", "remove"] = "keep"
    password: str | None = None


class Member(Struct, omit_defaults=True):
    """Who has just made an account, and the room that they were invited to."""

    user: User
    rooms: list[RoomEntry]
    room: int | None = None


class AccountHandler(Personal):
    """``/api/account``."""

    # ------------------------------------------------------------ made

    async def post(self) -> None:
        """Make an account; a guest keeps id and messages, and the session by another token."""
        wanted = self.body_as(NewAccount)
        guest = await self.session_user()
        if guest is not None and guest.role != "guest":
            raise Forbidden("You have an account already. Sign out first to make another.")
        name = self.new_name(wanted.name)
        passwords.check(wanted.password)
        await self.refuse_barred()
        self.application.arrivals.sign_up(self.network)
        registered = await self._register(wanted, guest, name)
        if guest is not None:
            self.application.bus.signal(PersonChanged(registered.user))
            self.renew_session(registered.token)
        else:
            self.remember(registered.token)
        if registered.room is not None:
            self.application.bus.signal(CameIn(registered.user.id, registered.room))
        mine = await self.application.store.load(rooms.of, registered.user.id)
        self.answer(Member(registered.user, mine or [], registered.room), 201)

    async def _register(self, wanted: NewAccount, guest: User | None, name: str) -> Registered:
        app, id = self.application, guest.id if guest else None
        session = self.token_hash if guest else None
        self._refuse_held(name, id)
        with app.presences.place.reserve(name, id or NOBODY):
            registered = await app.store.write(
                accounts.register,
                Registration(
                    id,
                    session,
                    name,
                    await app.hashing.run(passwords.hashed, wanted.password),
                    app.signup,
                    wanted.invite,
                    self.origin,
                    app.bounds,
                ),
            )
            # By the new name, until the page has opened its socket.
            app.presences.hold(registered.user)
        return registered

    def _refuse_held(self, name: str, user: int | None) -> None:
        """Keep the names of those who are present for them.

        :raises Taken: somebody else has it
        """
        if self.application.presences.place.holder(name) not in (None, user):
            with concerning("name"):
                raise Taken("Somebody", name)

    # ------------------------------------------------------------ changed

    async def patch(self) -> None:
        """Take another name or another password; the latter ends all other sessions."""
        session = await self.session()
        user = await self.user()
        wanted = self.body_as(Changes)
        name = None if wanted.name is None else self.new_name(wanted.name)
        if wanted.password is not None:
            passwords.check(wanted.password)
            known = session is not None and session.by_link and wanted.old_password is None
            find = partial(self._account, user, known, wanted.old_password, "old_password")
            account = await find()
        # A name that is taken must leave the password as it was.
        if name not in (None, user.name):
            assert name is not None
            user = await self._rename(user, name)
        if wanted.password is not None:
            await self._change_password(account, wanted.password, find)
        await self.answer_me(user)

    async def _rename(self, user: User, name: str) -> User:
        app = self.application
        self._refuse_held(name, user.id)
        app.rates.changes.take(user.id, time.monotonic())
        with concerning("name"), app.presences.place.reserve(name, user.id):
            renamed = await app.store.write(users.rename, user.id, name)
            app.presences.hold(renamed)
            app.bus.signal(PersonChanged(renamed))
            return renamed

    async def _change_password(
        self, account: Account, password: str, find: Callable[[], Awaitable[Account]]
    ) -> None:
        """Set another password.

        :param find: finds the account anew, and whether it is still theirs: a sign-in elsewhere
            may have hashed the same password anew meanwhile
        """
        app, here = self.application, self.token_hash
        assert here is not None
        hashed = await app.hashing.run(passwords.hashed, password)
        change = accounts.change_password
        while (ended := await app.store.write(change, account, hashed, here)) is None:
            account = await find()
        self.end_sessions(ended)

    async def _account(self, user: User, known: bool, password: str | None, field: str) -> Account:
        """Make sure that it is its owner who wants to change an account.

        :param known: it is, without the password
        :raises SignedOut: the password is not theirs
        :raises Forbidden: they have none
        """
        app = self.application
        account = await app.store.read(accounts.of, user.id)
        if account is None:
            raise Forbidden("You are a guest: choose a password with POST /api/account.")
        if known:
            return account
        app.arrivals.sign_in(user.id, self.network)
        if not await app.hashing.run(passwords.verify, account.password, password or ""):
            with concerning(field):
                raise SignedOut("This is not your password.")
        return account

    # ------------------------------------------------------------ deleted

    async def delete(self) -> None:
        """Delete oneself; what one wrote stays as a deleted user's, or goes too."""
        user = await self.user()
        wanted = self.body_as(Deletion) if self.request.body else Deletion()
        if user.role != "guest":
            await self._account(user, False, wanted.password, "password")
        with_messages = wanted.messages == "remove"
        removed = await self.application.store.write(accounts.remove, user.id, with_messages)
        bus = self.application.bus
        self.end_sessions(removed.sessions)
        for room, another in removed.rooms.items():
            bus.signal(TakenOut(user.id, room))
            if another:
                bus.signal(RoomChanged(room))
        bus.signal(PersonChanged(User(user.id, names.DELETED, "guest")))
        if with_messages:
            self.application.removals.remove_all_of(user.id)
        self.forget()
        self.set_status(204)
        self.finish()
