"""Coming and going: who this browser is."""

from __future__ import annotations

from msgspec import Struct

from handlers.base import Handler
from models.errors import Forbidden, Taken
from models.events import RoomEntry, User
from models.signals import PersonChanged, SignedOut
from models.store import rooms, users


class Named(Struct, forbid_unknown_fields=True):
    name: str


class Me(Struct):
    user: User
    rooms: list[RoomEntry]


class MeHandler(Handler):
    async def get(self) -> None:
        """Answer who is asking, and their rooms."""
        await self.answer_me(await self.user())

    async def answer_me(self, user: User) -> None:
        rooms_of = await self.application.store.load(rooms.of, user.id)
        self.answer(Me(user, rooms_of or []))


class SessionHandler(MeHandler):
    """``/api/session``: be a guest; sign out."""

    async def post(self) -> None:
        """Be a guest of a name; who has a session already stays who they are."""
        name = self.new_name(self.body_as(Named).name)
        user = await self.session_user()
        if user is None:
            user = await self._begin(name)
        await self.answer_me(user)

    async def _begin(self, name: str) -> User:
        if not self.application.guests:
            raise Forbidden("This place takes no guests (the server's --guests). Sign in instead.")
        place = self.application.live.place
        if place.holder(name) is not None:
            raise Taken("Somebody", name)
        with place.reserve(name):
            user, token = await self.application.store.write(users.create_signed_in, name)
            # Held until the page has opened its socket.
            self.application.live.hold(user)
        self.remember(token)
        return user

    async def delete(self) -> None:
        """Sign out: the session ends, and with it its sockets; twice is fine."""
        if self.token:
            await self.application.store.write(users.sign_out, self.token)
            self.application.bus.signal(SignedOut([users.session_id(self.token)]))
        self.clear_cookie(self.cookie_name, path="/", secure=self.request.protocol == "https")
        self.set_status(204)
        self.finish()


class AccountHandler(MeHandler):
    """``/api/account``: who one is."""

    async def patch(self) -> None:
        """Take another name."""
        user = await self.user()
        name = self.new_name(self.body_as(Named).name)
        place = self.application.live.place
        if place.holder(name) not in (None, user.id):
            raise Taken("Somebody", name)
        if user.name != name:
            with place.reserve(name, user.id):
                user = await self.application.store.write(users.rename, user.id, name)
                self.application.live.hold(user)
                self.application.bus.signal(PersonChanged(user))
        await self.answer_me(user)
