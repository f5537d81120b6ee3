"""The people of the place over HTTP: the list, and one person's card."""

from __future__ import annotations

from collections.abc import Iterable

from handlers.base import Handler
from models import names, policy
from models.errors import TooLong
from models.events import User
from models.store import people
from models.store.people import Search


class People(Handler):
    """Answer with people."""

    def search(self) -> Search:
        """Read which people are asked for: ``q``, ``after``, ``limit``.

        :raises TooLong: no name can begin like that
        """
        text = self.get_query_argument("q", "")
        if len(text) > names.LONGEST_ROOM:
            raise TooLong("This search", len(text), names.LONGEST_ROOM)
        return Search(text, self.number("after"), self.page_size())

    def here(self, users: Iterable[User]) -> list[int]:
        """Tell who of these is present."""
        place = self.application.presences.place
        return [user.id for user in users if user.id in place]

    def done(self) -> None:
        self.set_status(204)
        self.finish()


class UsersHandler(People):
    """``/api/users``."""

    async def get(self) -> None:
        """Answer one page of the people whom the asker may see, by name."""
        user = await self.user()
        found = await self.application.store.read(
            people.search, user, self.search(), self.application.presences.place.users
        )
        self.answer({"users": found.users, "here": self.here(found.users), "more": found.more})


class UserHandler(People):
    """``/api/users/<id>``."""

    async def get(self, person: str) -> None:
        """Answer one person's card."""
        user = await self.user()
        card = await self.application.store.read(people.card, int(person))
        told = {"user": card.user, "here": card.user.id in self.application.presences.place}
        told["date"] = card.date
        if policy.at_least(user.role, "moderator"):
            told["banned"] = card.banned
        self.answer(told)
