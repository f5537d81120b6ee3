"""Whether people may still post or change what they want to: asked in its transaction.

They were let through before that, but it waits for the transactions before its own, and one
of those may have taken them out of the room or out of the place, or changed their role.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import (
    Connection,
    and_,
    bindparam,
    column,
    func,
    literal_column,
    select,
)

from models.errors import ChatError, NotFound, SignedOut
from models.events import User, encode
from models.policy import LOBBY, may_enter
from models.store import who
from models.store.bans import refusal
from models.store.prepared import Prepared
from models.store.schema import bans, members, rooms, users

Author = tuple[int, int]  # a person, and the room in which they post

# All authors are one parameter, however many there are: the statement stays prepared. They are
# taken out of it once, rather than for each table anew.
_told = func.json_each(bindparam("authors")).table_valued(column("value"))
_said = (
    select(
        func.json_extract(_told.c.value, literal_column("'$[0]'")).label("user"),
        func.json_extract(_told.c.value, literal_column("'$[1]'")).label("room"),
    )
    .cte("said")
    .prefix_with("MATERIALIZED")
)
_inside = and_(members.c.user == _said.c.user, members.c.room == _said.c.room)
_standings = Prepared(
    select(_said, rooms.c.kind, members.c.user, bans.c.reason, users.c.gone)
    .outerjoin_from(_said, rooms, rooms.c.id == _said.c.room)
    .outerjoin(members, _inside)
    .outerjoin(bans, bans.c.user == _said.c.user)
    .outerjoin(users, users.c.id == _said.c.user),
    ("authors",),
)


def refused(connection: Connection, authors: Iterable[Author]) -> dict[Author, ChatError]:
    """Find those who may not post, each with what they are to be told."""
    rows = _standings.run(connection, (encode(list(set(authors))).decode(),))
    found: dict[Author, ChatError] = {}
    for user, room, kind, member, ban, gone in rows:
        if (out := _refusal(ban, gone)) is not None:
            found[user, room] = out
        elif kind is None or not may_enter(kind, room == LOBBY or member is not None):
            found[user, room] = NotFound("room")
    return found


def current(connection: Connection, user: User) -> User:
    """Give somebody as they are by now.

    :raises Forbidden: they are banned
    :raises SignedOut: they are no more
    """
    found = select(*who.columns(), users.c.gone, bans.c.reason)
    joined = found.outerjoin(bans, bans.c.user == users.c.id).where(users.c.id == user.id)
    row = connection.execute(joined).one()
    if (out := _refusal(row.reason, row.gone)) is not None:
        raise out
    return who.in_row(row)


def _refusal(ban: str | None, gone: bool) -> ChatError | None:
    if ban is not None:
        return refusal(ban)
    return SignedOut("This account was deleted meanwhile.") if gone else None
