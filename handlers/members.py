"""Who is in a room, over HTTP: list, bring in, take out, leave."""

from __future__ import annotations

import time

from handlers.people import People
from models.signals import CameIn, RoomChanged, TakenOut
from models.store import members, people


class MembersHandler(People):
    """``/api/rooms/<id>/members``."""

    async def get(self, room: str) -> None:
        """Answer one page of a room's members, by name."""
        user = await self.user()
        found = await self.application.store.read(
            people.in_room, user, int(room), self.search(), self.application.presences.place.users
        )
        self.answer({"members": found.users, "here": self.here(found.users), "more": found.more})


class MemberHandler(People):
    """``/api/rooms/<id>/members/<user>``."""

    async def put(self, room: str, member: str) -> None:
        """Bring somebody in; who is in already stays."""
        user = await self.user()
        self.application.rates.members.take(user.id, time.monotonic())
        app = self.application
        who = user, int(room), int(member)
        if await app.store.write(members.bring_in, *who, app.bounds):
            self.application.bus.signal(CameIn(int(member), int(room)))
        self.done()

    async def delete(self, room: str, member: str) -> None:
        """Take somebody out, and end the room's links where that is wished; oneself: leave."""
        user = await self.user()
        with_links = self.get_query_argument("links", "") == "end"
        another = await self.application.store.write(
            members.take_out, user, int(room), int(member), with_links
        )
        self.application.bus.signal(TakenOut(int(member), int(room)))
        if another:
            self.application.bus.signal(RoomChanged(int(room)))
        self.done()
