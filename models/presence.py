"""Who is here: each person once, however many tabs they have open.

The place as a whole has one of these, and every live room has one. A person who
drops out stays for :data:`GRACE` seconds, so that a reload or a tunnel is not
told to everybody as a leave and a join. The caller keeps the clock.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from models import names
from models.events import User

GRACE = 5.0  # seconds
NOBODY = 0  # a user's id that there is not
CROWD = 200  # over so many, only the number of people is told


class Presence:
    """The people present, with the number of their sockets."""

    __slots__ = ("_gone", "_sockets", "_users")

    def __init__(self) -> None:
        self._users: dict[int, User] = {}
        self._sockets: dict[int, int] = {}
        self._gone: dict[int, float] = {}

    def __len__(self) -> int:
        return len(self._users)

    def __contains__(self, user: int) -> bool:
        return user in self._users

    @property
    def users(self) -> list[User]:
        """List the people present, in the order of their coming."""
        return list(self._users.values())

    @property
    def crowded(self) -> bool:
        return len(self._users) > CROWD

    def arrive(self, user: User) -> bool:
        """Count one more socket of a person.

        :returns: whether they were not here before, so that others are to be told
        """
        new = user.id not in self._users
        # Who is here already may have another name since the caller read it.
        self._users.setdefault(user.id, user)
        self._gone.pop(user.id, None)
        self._sockets[user.id] = self._sockets.get(user.id, 0) + 1
        return new

    def current(self, user: User) -> User:
        """Give somebody as they are known here by now."""
        return self._users.get(user.id, user)

    def depart(self, user: int, now: float) -> bool:
        """Count one socket less.

        :param now: seconds on any clock that only goes forward
        :returns: whether it was the last: call :meth:`expire` ``GRACE`` seconds later
        """
        left = self._sockets.get(user, 0) - 1
        if left > 0:
            self._sockets[user] = left
            return False
        self._gone[user] = now
        return self._sockets.pop(user, None) is not None

    def expire(self, user: int, now: float) -> User | None:
        """Forget a person who has not come back.

        :returns: who it was, so that others can be told; None when they are here
            again, or were since and have only just gone
        """
        if user in self._sockets or now - self._gone.get(user, now) < GRACE:
            return None
        del self._gone[user]
        return self._users.pop(user, None)

    def rename(self, user: User) -> None:
        if user.id in self._users:
            self._users[user.id] = user


class Place(Presence):
    """Everybody who is present anywhere, by name as well: a name is one person's."""

    __slots__ = ("_by_name", "_reserved")

    def __init__(self) -> None:
        super().__init__()
        self._by_name: dict[str, int] = {}
        self._reserved: dict[str, int] = {}

    def holder(self, name: str) -> int | None:
        """Tell whose name this is now, ignoring case.

        :returns: a user's id; ``NOBODY``: it is just being given to a newcomer; None: it is free
        """
        key = names.key(name)
        return self._reserved.get(key, self._by_name.get(key))

    @contextmanager
    def reserve(self, name: str, user: int = NOBODY) -> Iterator[None]:
        """Keep a free name from others while somebody is being given it."""
        key = names.key(name)
        self._reserved[key] = user
        try:
            yield
        finally:
            self._reserved.pop(key, None)

    def free(self, name: str, user: int | None = None, taken: Collection[str] = ()) -> str:
        """Give the name, or the next one like it that nobody else here has.

        :param taken: names that are known to be somebody's who is not here
        """
        free, number = name, 2
        while free in taken or self.holder(free) not in (None, user):
            ending = f" {number}"
            free = name[: names.LONGEST_USER - len(ending)] + ending
            number += 1
        return free

    def arrive(self, user: User) -> bool:
        new = super().arrive(user)
        self._by_name.setdefault(names.key(self.current(user).name), user.id)
        return new

    def expire(self, user: int, now: float) -> User | None:
        gone = super().expire(user, now)
        self._forget_name(gone)
        return gone

    def rename(self, user: User) -> None:
        self._forget_name(self._users.get(user.id))
        super().rename(user)
        if user.id in self:
            self._by_name[names.key(user.name)] = user.id

    def _forget_name(self, user: User | None) -> None:
        if user is not None and self._by_name.get(names.key(user.name)) == user.id:
            del self._by_name[names.key(user.name)]
