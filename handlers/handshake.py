"""The handshake: who is connecting, and what they already have.

All of it happens before there is a socket, so that a refusal is an HTTP answer.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable
from random import getrandbits
from typing import ClassVar

from tornado.websocket import WebSocketHandler, WebSocketProtocol, WebSocketProtocol13

from handlers.base import HEADERS, Handler
from handlers.reader import Reader
from models import names
from models.errors import BadEvent, Forbidden, SignedOut, Taken
from models.events import Receipt, RoomEntry, User
from models.policy import LOBBY
from models.presence import NOBODY
from models.signals import PersonChanged
from models.store import rooms, users
from models.store.sessions import SignedIn

MOST_RESUMED = 200  # rooms in one handshake
BANNED = 4003


class Handshake(Handler, WebSocketHandler):
    """A connection before it is open.

    :ivar key: names this connection to its client (``clientKey``) and to the bus
    :ivar person: whose connection it is
    :ivar positions: rooms that they come to, each with the change up to which they
        have everything; None: they have nothing that still counts
    :ivar mine: the rooms that they are in
    :ivar entries: these rooms, to be told of in the welcome
    :ivar left: rooms that they were taken out of while it was being read which they are
        in; None: nothing is being read
    :ivar read: how far they came, on other devices, while it was being read how far they are
    :ivar revoked: the close code and reason, where they were signed out or banned while
        they were connecting
    :ivar changed: rooms that were changed while it was being read which they are in
    :ivar meanwhile: what was heard of people while it was being found out who is connecting:
        it is done to the connection once that is known
    :cvar arriving: connections whose handshake is not over: what happens to their
        people meanwhile must reach them as well
    :ivar session_hash: the hash of the session that they came with, if they did
    """

    key: str
    person: User = User(NOBODY, "")  # until it is known
    positions: list[tuple[int, int | None]]
    arriving: ClassVar[set[Handshake]] = set()
    left: set[int] | None = None
    session_hash: bytes | None = None
    revoked: tuple[int, str] | None = None

    def get_websocket_protocol(self) -> WebSocketProtocol | None:
        tornados = super().get_websocket_protocol()
        if tornados is None:
            return None
        assert isinstance(tornados, WebSocketProtocol13)
        return Reader(self, False, tornados.params)

    def set_default_headers(self) -> None:
        """Leave out what is for documents, but where no WebSocket is asked for."""
        if self.request.headers.get("Upgrade", "").lower() == "websocket":
            self.set_header("Server", HEADERS["Server"])
        else:
            super().set_default_headers()

    async def prepare(self) -> None:
        await super().prepare()
        self.mine: set[int] = set()
        self.left = set()
        self.entries: dict[int, RoomEntry] = {}
        self.read: dict[int, Receipt] = {}
        self.changed: set[int] = set()
        self.meanwhile: list[Callable[[Handshake], None]] = []
        # It need not be hard to guess: it opens nothing, and only its own client is told of it.
        self.key = str(uuid.UUID(int=getrandbits(128), version=4))
        self.check_upgrade()
        self.positions = self._read_positions()
        if crowded := self.crowded():
            self.revoked = crowded  # told once it is open: a browser shows no status to its page
            return
        self.session_hash = self.token_hash
        self.arriving.add(self)
        session = await self.session()
        if session is None and await self.ban() is not None:
            # Told by its close code: no browser shows a page the status of a handshake.
            self.revoked = (BANNED, "banned")
            return
        self.person = await self._identify(session)
        for catch_up in self.meanwhile:
            catch_up(self)
        if self.revoked:
            return
        # Held, with nothing awaited since it was found free, until the socket is open.
        self.application.presences.hold(self.person)
        # What is heard of meanwhile (see ``arriving``) is newer than what is read.
        for entry in await self._read_rooms():
            if entry.id not in self.left:
                self.entries.setdefault(entry.id, entry)
                self.mine.add(entry.id)

    def on_finish(self) -> None:
        super().on_finish()
        self.arriving.discard(self)  # refused, or about to be opened

    def forget_handshake(self) -> None:
        """Let go of what only the handshake needed: a quarter of an idle connection's memory."""
        for headers in (self.request.headers, self._headers):
            headers.__init__()  # type: ignore[misc] # emptied: Tornado holds them as well
        self.request.arguments = self.request.query_arguments = self.request.body_arguments = {}
        self.request.__dict__.pop("_cookies", None)
        del self.positions, self.entries, self.read, self.changed, self.meanwhile
        self.left = None

    def let_in(self, entry: RoomEntry) -> None:
        """Count a room among those that its person is in."""
        self.mine.add(entry.id)
        if self.left is not None:
            self.left.discard(entry.id)
        if self in self.arriving:
            self.entries[entry.id] = entry  # for the welcome

    def put_out(self, room: int) -> None:
        """Count a room no more among those that its person is in."""
        self.mine.discard(room)
        if self.left is not None:
            self.left.add(room)
        if self in self.arriving:
            self.entries.pop(room, None)

    def take_entries(self) -> list[RoomEntry]:
        """Give the rooms to tell of in the welcome; they are not kept any longer."""
        for room, receipt in self.read.items():
            if entry := self.entries.get(room):
                entry.read = receipt.read
                entry.unread, entry.mentions = receipt.unread or 0, receipt.mentions or 0
        entries = sorted(
            self.entries.values(), key=lambda entry: (entry.id != LOBBY, names.key(entry.name))
        )
        self.entries = {}
        return entries

    def crowded(self) -> tuple[int, str] | None:
        """Give a close code and reason where this is one socket too many."""
        raise NotImplementedError

    def check_upgrade(self) -> None:
        """Refuse what will not become a socket, before anything is done for it.

        :raises BadEvent: it is a plain request
        :raises Forbidden: it comes from a page of another origin
        """
        headers = self.request.headers
        if headers.get("Upgrade", "").lower() != "websocket":
            raise BadEvent("This address speaks WebSocket only: see docs/protocol.md.")
        # Tornado would find out only when all is prepared, and say so in words of its own.
        wanted = [word.strip().lower() for word in headers.get("Connection", "").split(",")]
        needed = ("Sec-WebSocket-Key", "Sec-WebSocket-Version")
        if "upgrade" not in wanted or not all(headers.get(name) for name in needed):
            raise BadEvent(
                "This is no whole handshake (RFC 6455, 4.1): it needs “Connection: Upgrade”, "
                "Sec-WebSocket-Key and Sec-WebSocket-Version."
            )
        if self._check_cross_origin(self.check_origin) is not None:
            raise Forbidden("Pages of other origins can't open a socket here.")

    async def _identify(self, session: SignedIn | None) -> User:
        if session is None and self.bearer:
            raise self.stranger()
        if session is None and self.token:
            # Not a new guest, who would answer for the person whose session it was.
            raise SignedOut("This session is over. Come in anew with POST /api/session.")
        if session is not None and self.admits(session.user):
            if session.user.role == "guest":
                await self.refuse_barred()
            return await self._with_free_name(session)
        if not self.application.guests:
            raise self.stranger()
        await self.refuse_barred()
        name = self.get_query_argument("name", None)
        if name is not None:
            return await self._named(self.new_name(name))
        return await self._made_up()

    async def _read_rooms(self) -> list[RoomEntry]:
        """Read which rooms they are in; once more where one of them was changed meanwhile."""
        while True:
            self.changed = set()
            entries = await self.application.store.load(rooms.of, self.person.id) or []
            if self.changed.isdisjoint(entry.id for entry in entries):
                return entries

    async def _with_free_name(self, session: SignedIn) -> User:
        """Give a returning guest another name where theirs is somebody's by now."""
        place, user = self.application.presences.place, session.user
        taken = {user.name} if session.displaced else set()
        while (free := place.free(user.name, user.id, taken)) != user.name:
            with place.reserve(free, user.id):
                try:
                    renamed = await self.application.store.write(users.rename, user.id, free)
                except Taken:  # an account of somebody who is not here
                    taken.add(free)
                    continue
                self.application.bus.signal(PersonChanged(renamed))
                return renamed
        return user

    async def _made_up(self) -> User:
        """Make a guest of a name that nobody has."""
        place = self.application.presences.place
        self.application.arrivals.guest(self.network)
        taken: set[str] = set()
        while True:
            made_up = place.free(f"guest {secrets.randbelow(9000) + 1000}", taken=taken)
            with place.reserve(made_up):
                try:
                    return await self.application.store.write(users.create, made_up)
                except Taken:  # an account of somebody who is not here
                    taken.add(made_up)

    async def _named(self, name: str) -> User:
        """Find the guest who is whoever says this name.

        :raises Taken: somebody here holds it with a session
        """
        store = self.application.store
        user = await store.load(users.unclaimed, name)
        if user is None:
            self.application.arrivals.guest(self.network)
            user = await store.write(users.find_or_create_unclaimed, name)
        if self.application.presences.place.holder(name) not in (None, user.id):
            raise Taken("Somebody", name)
        return user

    def _read_positions(self) -> list[tuple[int, int | None]]:
        """Read what the client already has: ``resume=1:130,5:12&epoch=…``.

        :raises BadEvent: it is malformed
        """
        text = self.get_query_argument("resume", "")
        if not text:
            return [(LOBBY, None)]
        pairs = [pair.partition(":") for pair in text.split(",")]
        if len(pairs) > MOST_RESUMED or not all(
            part.isascii() and part.isdigit() and len(part) <= 15
            for room, _, seq in pairs
            for part in (room, seq)
        ):
            raise BadEvent(
                "“resume” must be ROOM:SEQ,ROOM:SEQ,… in whole numbers, "
                f"at most {MOST_RESUMED} rooms."
            )
        known = self.get_query_argument("epoch", None) == self.application.store.epoch
        # A room told twice would be its history twice.
        positions = {int(room): int(seq) for room, _, seq in pairs}
        return [(room, seq if known else None) for room, seq in positions.items()]
