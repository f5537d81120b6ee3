"""Who is named in a message: looked up where it is stored, among those in the room."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, delete, insert, select

from models import markup, mentions, policy
from models.events import User
from models.markup import Rendered
from models.mentions import People
from models.policy import LOBBY
from models.store import rooms
from models.store.people import here_to_stay
from models.store.schema import members, users
from models.store.schema import mentions as named


def render(
    connection: Connection, author: User, room: int, text: str, here: tuple[int, ...] = ()
) -> Rendered:
    """Render a text in which people may be named.

    :param here: who is present in the room
    """
    wanted = mentions.candidates(text)
    everybody = False
    if mentions.calls_everybody(wanted):
        everybody = policy.may_call_everybody(rooms.standing_of(connection, author, room)[1])
    return markup.render(text, People(_find(connection, room, wanted), everybody, here))


def write_down(
    connection: Connection, author: int, room: int, message: int, people: Sequence[int]
) -> None:
    """Keep whom a message names, in place of whom it named before; for counting."""
    connection.execute(delete(named).where(named.c.message == message))
    rows = [{"message": message, "user": user, "room": room} for user in people if user != author]
    if rows:
        connection.execute(insert(named), rows)


def _find(connection: Connection, room: int, keys: Collection[str]) -> dict[str, int]:
    """Find people of a room by the keys of their names.

    A name may have been several guests'; its account comes first, then the latest.
    """
    found = select(users.c.name_key, users.c.id).where(users.c.name_key.in_(keys), here_to_stay)
    if room != LOBBY:
        inside = select(members.c.user).where(members.c.room == room)
        found = found.where(users.c.id.in_(inside))
    ordered = found.order_by(users.c.password.is_not(None), users.c.id)
    return {row.name_key: row.id for row in connection.execute(ordered)}
