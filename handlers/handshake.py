"""The handshake: who is connecting, and what they already have.

All of it happens before there is a socket, so that a refusal is an HTTP answer.
"""

from __future__ import annotations

import secrets
import uuid

from tornado.websocket import WebSocketHandler, WebSocketProtocol, WebSocketProtocol13

from handlers.base import HEADERS, Handler
from handlers.reader import Reader
from models import names
from models.errors import BadEvent, Taken
from models.events import RoomEntry, User
from models.policy import LOBBY
from models.store import rooms, users

MOST_RESUMED = 200  # rooms in one handshake


class Handshake(Handler, WebSocketHandler):
    """A connection before it is open.

    :ivar key: names this connection to its client (``clientKey``) and to the bus
    :ivar person: whose connection it is
    :ivar mine: the rooms that they are in
    :ivar session: the token of the session that they came with, if they did
    """

    key: str
    person: User
    mine: set[int]
    session: str | None = None
    _entries: list[RoomEntry] | None

    def get_websocket_protocol(self) -> WebSocketProtocol | None:
        tornados = super().get_websocket_protocol()
        if tornados is None:
            return None
        assert isinstance(tornados, WebSocketProtocol13)
        return Reader(self, False, tornados.params)

    def set_default_headers(self) -> None:
        """Leave out what is for documents: nobody reads it on a WebSocket's answer."""
        self.set_header("Server", HEADERS["Server"])

    async def prepare(self) -> None:
        await super().prepare()
        self.key = str(uuid.uuid4())
        self.person = await self._identify()
        self._entries = await self.application.store.load(rooms.of, self.person.id) or []
        self.mine = {entry.id for entry in self._entries}

    def forget_handshake(self) -> None:
        """Let go of what only the handshake needed: a quarter of an idle connection's memory."""
        self.session = self.token
        for headers in (self.request.headers, self._headers):
            headers.__init__()  # type: ignore[misc] # emptied: Tornado holds them as well
        self.request.arguments = self.request.query_arguments = self.request.body_arguments = {}
        self.request.__dict__.pop("_cookies", None)

    def add_entry(self, entry: RoomEntry) -> None:
        """Have the welcome tell of one more room."""
        if self._entries is not None:
            self._entries.append(entry)

    def take_entries(self) -> list[RoomEntry]:
        """Give the rooms to tell of in the welcome; they are not kept any longer."""
        entries, self._entries = self._entries or [], None
        return entries

    async def _identify(self) -> User:
        user = await self.session_user()
        if user is not None:
            return await self._with_free_name(user)
        name = self.get_query_argument("name", None)
        if name is not None:
            return await self._named(names.clean(name, names.LONGEST_USER))
        made_up = self.application.live.place.free(f"guest {secrets.randbelow(9000) + 1000}")
        return await self.application.store.write(users.create, made_up)

    async def _with_free_name(self, user: User) -> User:
        """Give a returning guest another name where theirs is somebody's by now."""
        free = self.application.live.place.free(user.name, user.id)
        if free == user.name:
            return user
        return await self.application.store.write(users.rename, user.id, free)

    async def _named(self, name: str) -> User:
        """Find the guest who is whoever says this name.

        :raises Taken: somebody here holds it with a session
        """
        store = self.application.store
        user = await store.load(users.unclaimed, name)
        if user is None:
            user = await store.write(users.find_or_create_unclaimed, name)
        if self.application.live.place.holder(name) not in (None, user.id):
            raise Taken("Somebody", name)
        return user

    def positions(self) -> list[tuple[int, int | None]]:
        """Read what the client already has: ``resume=1:130,5:12&epoch=…``.

        :returns: rooms, each with the number up to which the client has everything
            (None: it has nothing that still counts)
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
        return [(int(room), int(seq) if known else None) for room, _, seq in pairs]
