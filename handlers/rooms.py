"""Rooms over HTTP: list, make, change, begin a direct one."""

from __future__ import annotations

import time
from typing import Annotated, Literal

from msgspec import Meta, Struct

from handlers.base import Handler
from models import names
from models.errors import BadEvent, concerning
from models.events import Id, RoomEntry
from models.signals import CameIn, RoomChanged, RoomEnded, TakenOut
from models.store import direct, endings, keepers, making, rooms

MOST_IN_DIRECT = 10  # people, oneself included


class NewRoom(Struct, forbid_unknown_fields=True):
    name: str
    kind: Literal["open", "closed"] = "open"
    topic: str = ""


class Changes(Struct, forbid_unknown_fields=True):
    name: str | None = None
    topic: str | None = None
    kind: Literal["open", "closed"] | None = None
    maker: Id | None = None


class Others(Struct, forbid_unknown_fields=True):
    users: Annotated[list[Id], Meta(max_length=100)]


class Listing(Struct):
    rooms: list[RoomEntry]


class Naming(Handler):
    """Take what a room is to be called."""

    def room_name(self, name: str) -> str:
        return self.new_name(name, names.LONGEST_ROOM, "A room's name")

    def topic(self, topic: str) -> str:
        with concerning("topic"):
            topic = names.clean_line(topic, names.LONGEST_TOPIC, "A room's topic")
            self.application.screening.filter.check(topic)
            return topic


class RoomsHandler(Naming):
    """``/api/rooms``."""

    async def get(self) -> None:
        """Answer the open rooms and one's own, the lobby first."""
        user = await self.user()
        self.answer(Listing(await self.application.store.read(rooms.open_to, user.id)))

    async def post(self) -> None:
        """Make a room; who made it is in it, and looks after it."""
        user = await self.user()
        wanted = self.body_as(NewRoom)
        name, topic = self.room_name(wanted.name), self.topic(wanted.topic)
        self.application.rates.rooms.take(user.id, time.monotonic())
        entry = await self.application.store.write(
            making.create, user.id, name, topic, wanted.kind, self.application.bounds
        )
        self.application.bus.signal(CameIn(user.id, entry.id))
        self.answer(entry, 201)


class RoomHandler(Naming):
    """``/api/rooms/<id>``."""

    async def patch(self, room: str) -> None:
        """Change its name, topic or kind, or who looks after it."""
        user = await self.user()
        wanted = self.body_as(Changes)
        changes = making.Changes(
            None if wanted.name is None else self.room_name(wanted.name),
            None if wanted.topic is None else self.topic(wanted.topic),
            wanted.kind,
        )
        self.application.rates.changes.take(user.id, time.monotonic())
        entry, put_out = await self.application.store.write(
            keepers.change, user, int(room), changes, wanted.maker
        )
        for gone in put_out:
            self.application.bus.signal(TakenOut(gone, entry.id))
        self.application.bus.signal(RoomChanged(entry.id))
        self.answer(entry)

    async def delete(self, room: str) -> None:
        """Delete it: it is gone for everybody at once, and off the disk some time later."""
        user = await self.user()
        app, id = self.application, int(room)
        app.rates.changes.take(user.id, time.monotonic())
        await app.store.write(endings.begin, user, id)
        app.bus.signal(RoomEnded(id))
        app.endings.remove_all_of(id)
        self.set_status(204)
        self.finish()


class DirectHandler(Handler):
    """``/api/rooms/direct``."""

    async def post(self) -> None:
        """Answer the direct room of exactly these people and oneself; 201: it was made."""
        user = await self.user()
        people = {user.id, *self.body_as(Others).users}
        if not 2 <= len(people) <= MOST_IN_DIRECT:
            with concerning("users"):
                raise BadEvent(
                    "A direct conversation is between you and 1 to "
                    f"{MOST_IN_DIRECT - 1} others; make a closed room for more."
                )
        store = self.application.store
        entry = await store.read(direct.find, user.id, people)
        if entry is not None:
            self.answer(entry)
            return
        self.application.rates.rooms.take(user.id, time.monotonic())
        with concerning("users"):
            opened = await store.write(direct.open, user.id, people, self.application.bounds)
        if opened.new:
            for member in people:
                self.application.bus.signal(CameIn(member, opened.entry.id))
        self.answer(opened.entry, 201 if opened.new else 200)
