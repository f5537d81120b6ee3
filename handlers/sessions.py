"""Sessions: who this browser is, and where else one is signed in."""

from __future__ import annotations

from msgspec import Struct

from handlers.base import Handler
from models import names, passwords
from models.errors import Forbidden, NotFound, SignedOut, Taken, concerning
from models.events import RoomEntry, User
from models.signals import RoomChanged, SessionsRenewed
from models.signals import SignedOut as SessionsEnded
from models.store import accounts, keepers, rooms, sessions, users
from models.store.accounts import Account


class Credentials(Struct, forbid_unknown_fields=True):
    name: str
    password: str | None = None


class Me(Struct):
    user: User
    rooms: list[RoomEntry]


class DeviceEntry(Struct):
    id: int
    device: str
    address: str
    date: int
    seen: int
    current: bool


class DeviceList(Struct):
    sessions: list[DeviceEntry]


class Personal(Handler):
    """Answer somebody about themselves."""

    async def answer_me(self, user: User, status: int = 200) -> None:
        rooms_of = await self.application.store.load(rooms.of, user.id)
        self.answer(Me(user, rooms_of or []), status)

    def end_sessions(self, ended: list[bytes]) -> None:
        """Close the sockets of sessions that are over."""
        if ended:
            self.application.bus.signal(SessionsEnded(ended))

    async def hand_on_rooms_of(self, user: User) -> None:
        """Have others look after a guest's rooms, where no session of theirs is left."""
        if user.role == "guest":
            for room in await self.application.store.write(keepers.hand_on_if_lost, user.id):
                self.application.bus.signal(RoomChanged(room))

    async def end_oldest(self, user: int) -> None:
        """End the sessions of somebody that were unused for longest, where there are too many."""
        if most := self.application.bounds.sessions:
            write = self.application.store.write
            self.end_sessions(await write(sessions.end_oldest, user, most))

    def renew_session(self, token: str) -> None:
        """Give the client the token that its session goes on by."""
        assert self.token_hash is not None
        self.application.bus.signal(SessionsRenewed([self.token_hash]))
        self.remember(token)


class MeHandler(Personal):
    """``/api/me``."""

    async def get(self) -> None:
        """Answer who is asking, and their rooms."""
        user = await self.user()
        mine = await self.application.store.load(rooms.of, user.id)
        # A session that goes on by another token meanwhile must not lose it to the old one.
        if self.cookie is not None and self.application.ended.why(self.token_hash) is None:
            self.remember(self.cookie)  # for another year
        self.answer(Me(user, mine or []))


class SessionHandler(Personal):
    """``/api/session``: be a guest, sign in, sign out."""

    async def post(self) -> None:
        """Be a guest of a name, or sign in with a password too.

        Who has a session stays who they are, where no password is given.
        """
        given = self.body_as(Credentials)
        if given.password is not None:
            with concerning("name"):
                name = names.clean(given.name, names.LONGEST_USER)
            user = await self._sign_in(name, given.password)
        else:
            name = self.new_name(given.name)
            known = await self.session_user()
            user = known if known and self.admits(known) else await self._be_guest(name)
        await self.answer_me(user)

    async def _be_guest(self, name: str) -> User:
        if not self.application.guests:
            raise Forbidden("This place takes no guests (the server's --guests). Sign in instead.")
        await self.refuse_barred()
        place = self.application.presences.place
        with concerning("name"):
            if place.holder(name) is not None:
                raise Taken("Somebody", name)
            self.application.arrivals.guest(self.network)
            with place.reserve(name):
                write = self.application.store.write
                user, token = await write(users.create_signed_in, name, self.origin)
                # Held until the page has opened its socket.
                self.application.presences.hold(user)
        self.remember(token)
        return user

    async def _sign_in(self, name: str, password: str) -> User:
        """Begin a session of the account of that name, in place of the one there is.

        :raises SignedOut: there is none, or it has another password: which, is not told
        """
        app = self.application
        app.arrivals.sign_in(names.key(name), self.network)
        replaced, before = self.token_hash, await self.session_user()
        token = None
        while token is None:  # again where it was hashed anew, or changed, meanwhile
            account = await self._account(name, password)
            outdated = passwords.is_outdated(account.password)
            rehashed = await app.hashing.run(passwords.hashed, password) if outdated else None
            begin = accounts.sign_in
            token = await app.store.write(begin, account, rehashed, self.origin, replaced)
        if replaced is not None:
            self.end_sessions([replaced])
        if before is not None:
            await self.hand_on_rooms_of(before)
        await self.end_oldest(account.id)
        self.remember(token)
        user = await app.store.read(users.find, account.id)
        assert user is not None
        return user

    async def _account(self, name: str, password: str) -> Account:
        account = await self.application.store.read(accounts.named, name)
        kept = account and account.password
        right = await self.application.hashing.run(passwords.verify, kept, password)
        if account is None or not right:
            raise SignedOut(accounts.WRONG)
        return account

    async def delete(self) -> None:
        """Sign out, here or everywhere: sessions end, and their sockets; twice is fine."""
        here, user = self.token_hash, await self.session_user()
        if here is not None and user is not None:
            if self.get_query_argument("all", "") == "1":
                self.end_sessions(await self.application.store.write(sessions.end_all, user.id))
            else:
                await self.application.store.write(sessions.end, here)
                self.end_sessions([here])
            await self.hand_on_rooms_of(user)
        self.forget()
        self.set_status(204)
        self.finish()


class DevicesHandler(Personal):
    """``/api/sessions``."""

    async def get(self) -> None:
        """Answer where one is signed in, the newest first."""
        user = await self.user()
        here = self.token_hash
        found = await self.application.store.read(sessions.of, user.id)
        self.answer(
            DeviceList(
                [
                    DeviceEntry(
                        id=sessions.number_of(device.hash),
                        device=device.device,
                        address=device.address,
                        date=device.date,
                        seen=device.seen,
                        current=device.hash == here,
                    )
                    for device in found
                ]
            )
        )


class DeviceHandler(Personal):
    """``/api/sessions/<id>``."""

    async def delete(self, number: str) -> None:
        """Sign out on one device."""
        user = await self.user()
        write = self.application.store.write
        ended = await write(sessions.end_numbered, user.id, int(number))
        if ended is None:
            raise NotFound("session")
        self.end_sessions([ended])
        await self.hand_on_rooms_of(user)
        self.set_status(204)
        self.finish()
