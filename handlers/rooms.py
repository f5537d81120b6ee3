"""Rooms over HTTP: list, make, leave."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from handlers.base import Handler
from models import names, policy
from models.errors import Forbidden, NotFound, concerning
from models.events import RoomEntry
from models.policy import LOBBY, Standing
from models.signals import CameIn, TakenOut
from models.store import rooms


class NewRoom(Struct, forbid_unknown_fields=True):
    name: str
    kind: Literal["open"] = "open"
    topic: str = ""


class Listing(Struct):
    rooms: list[RoomEntry]


class RoomsHandler(Handler):
    """``/api/rooms``."""

    async def get(self) -> None:
        """Answer the open rooms and one's own, the lobby first."""
        user = await self.user()
        self.answer(Listing(await self.application.store.read(rooms.open_to, user.id)))

    async def post(self) -> None:
        """Make a room; who made it is in it."""
        user = await self.user()
        wanted = self.body_as(NewRoom)
        with concerning("name"):
            name = names.clean(wanted.name, names.LONGEST_ROOM, "A room's name")
        with concerning("topic"):
            topic = names.clean_line(wanted.topic, names.LONGEST_TOPIC, "A room's topic")
        entry = await self.application.store.write(rooms.create, user.id, name, topic)
        self.application.bus.signal(CameIn(user.id, entry.id))
        self.answer(entry, 201)


class MemberHandler(Handler):
    """``/api/rooms/<id>/members/<user>``."""

    async def delete(self, room: str, member: str) -> None:
        """Leave a room."""
        user = await self.user()
        if int(member) != user.id:
            raise Forbidden("You can take only yourself out of an open room.")
        entry = await self.application.store.read(rooms.find, user.id, int(room))
        policy.leave(Standing(user.role, entry.kind, True, lobby=entry.id == LOBBY))
        if not await self.application.store.write(rooms.leave, user.id, int(room)):
            raise NotFound("room among yours")
        self.application.bus.signal(TakenOut(user.id, int(room)))
        self.set_status(204)
        self.finish()
