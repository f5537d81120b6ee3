"""The people of the place, and of a room: by name, a page at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, exists, or_, select, true, tuple_

from models import names, policy
from models.errors import NotFound
from models.events import User
from models.policy import LOBBY
from models.store import rooms, who
from models.store.schema import bans, members, users

# Neither deleted nor banned.
here_to_stay = and_(~users.c.gone, users.c.id.not_in(select(bans.c.user)))

_Place = tuple[str, int]  # in the order of names: the name's key, and the id


class Search(NamedTuple):
    """Which people are asked for.

    :ivar text: how the name begins, or any word of it
    :ivar after: the person behind whom the page begins; None: it is the first
    :ivar limit: so many at most
    """

    text: str
    after: int | None
    limit: int


class Found(NamedTuple):
    """One page of people, by name.

    :ivar more: there are some behind them
    """

    users: list[User]
    more: bool


class Card(NamedTuple):
    """What is told of one person.

    :ivar date: since when they have been known
    """

    user: User
    date: int
    banned: bool


def search(connection: Connection, by: User, asked: Search, present: Sequence[User]) -> Found:
    """List the people of the place, as somebody may see them.

    Guests come by the hundred and leave their rows behind: those show who are present,
    or in one of the asker's rooms.

    :param present: who is here now
    """
    mine = members.alias()
    theirs = select(members.c.user).join(mine, mine.c.room == members.c.room)
    with_me = users.c.id.in_(theirs.where(mine.c.user == by.id))
    return _page(connection, or_(users.c.role != "guest", with_me), asked, present)


def in_room(
    connection: Connection, by: User, room: int, asked: Search, present: Sequence[User]
) -> Found:
    """List the members of a room; the lobby's are all accounts, and the guests present.

    :raises NotFound: ``by`` may not know of it
    """
    policy.read(rooms.standing_of(connection, by, room)[1])
    if room == LOBBY:
        return _page(connection, users.c.role != "guest", asked, present)
    inside = select(members.c.user).where(members.c.room == room)
    return _page(connection, users.c.id.in_(inside), asked, ())


def card(connection: Connection, user: int) -> Card:
    """Tell of one person, deleted ones aside.

    :raises NotFound: there is none
    """
    banned = exists().where(bans.c.user == users.c.id)
    found = select(*who.columns(), users.c.date, banned.label("banned"))
    row = connection.execute(found.where(users.c.id == user, ~users.c.gone)).first()
    if row is None:
        raise NotFound("person")
    return Card(who.in_row(row), row.date, row.banned)


def _page(
    connection: Connection, which: ColumnElement[bool], asked: Search, present: Sequence[User]
) -> Found:
    """Read one page by name (keyset paging), the guests present among them.

    :param present: those of them who are guests are added
    """
    text, place = names.key(asked.text.strip()), _place_of(connection, asked.after)
    by_name = tuple_(users.c.name_key, users.c.id)
    found = select(*who.columns(), users.c.name_key).where(
        which,
        here_to_stay,
        _begins(text) if text else true(),
        true() if place is None else by_name > tuple_(*place),
    )
    rows = connection.execute(found.order_by(*by_name).limit(asked.limit + 1))
    listed: dict[_Place, User] = {(row.name_key, row.id): who.in_row(row) for row in rows}
    for at, guest in _guests(present):
        if (place is None or at > place) and f" {at[0]}".find(f" {text}") >= 0:
            listed[at] = guest
    ordered = [listed[at] for at in sorted(listed)]
    return Found(ordered[: asked.limit], len(ordered) > asked.limit)


def _guests(present: Iterable[User]) -> Iterable[tuple[_Place, User]]:
    return (((names.key(user.name), user.id), user) for user in present if user.role == "guest")


def _begins(text: str) -> ColumnElement[bool]:
    key = users.c.name_key
    return or_(key.startswith(text, autoescape=True), key.contains(f" {text}", autoescape=True))


def _place_of(connection: Connection, user: int | None) -> _Place | None:
    if user is None:
        return None
    key = connection.scalar(select(users.c.name_key).where(users.c.id == user))
    if key is None:
        raise NotFound("person")
    return key, user
