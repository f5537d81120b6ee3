"""Who is named in a message: looked up where it is stored, among those in the room."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence, Set
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select

from models import markup, mentions, policy
from models.events import User
from models.markup import Rendered
from models.mentions import People
from models.policy import LOBBY
from models.store import rooms
from models.store.loader import MOST
from models.store.people import here_to_stay
from models.store.schema import members, users
from models.store.schema import mentions as named

Found = dict[int, dict[str, int]]


def find(connection: Connection, wanted: Mapping[int, Collection[str]]) -> Found:
    """Find people of some rooms by the keys of their names.

    A name may have been several guests'; its account comes first, then the latest.

    :param wanted: keys, by room
    :returns: by room and key, their ids; of one room, names that another's texts want, too
    """
    found: Found = {room: {} for room in wanted}
    inside = (members.c.user == users.c.id) & members.c.room.in_(wanted)
    people = (
        select(users.c.name_key, users.c.id, members.c.room)
        .join_from(users, members, inside, isouter=True)
        .where(here_to_stay)
        .order_by(users.c.password.is_not(None), users.c.id)
    )
    keys = list(set().union(*wanted.values()))
    for begin in range(0, len(keys), MOST):
        some = people.where(users.c.name_key.in_(keys[begin : begin + MOST]))
        for row in connection.execute(some):
            for room in (LOBBY, row.room):
                if room in found:
                    found[room][row.name_key] = row.id
    return found


def render(
    connection: Connection,
    author: User,
    room: int,
    text: str,
    names: Set[str],
    people: Mapping[str, int],
    here: tuple[int, ...] = (),
) -> Rendered:
    """Render a text in which people may be named.

    :param names: keys of all that may be names in it
    :param people: of the room, by the keys of their names: more than those, perhaps
    :param here: who is present in the room
    """
    everybody = False
    if mentions.calls_everybody(names):
        everybody = policy.may_call_everybody(rooms.standing_of(connection, author, room)[1])
    ids = {name: people[name] for name in names if name in people}
    return markup.render(text, People(ids, everybody, here))


class Naming(NamedTuple):
    """A message, and whom it names."""

    author: int
    room: int
    message: int
    people: Sequence[int]


def write_down(connection: Connection, namings: Sequence[Naming]) -> None:
    """Keep whom messages name; for counting. Oneself is not counted."""
    rows = [
        {"message": naming.message, "user": user, "room": naming.room}
        for naming in namings
        for user in naming.people
        if user != naming.author
    ]
    if rows:
        connection.execute(insert(named), rows)


def write_anew(connection: Connection, naming: Naming) -> None:
    """Keep whom a message names, in place of whom it named before."""
    connection.execute(delete(named).where(named.c.message == naming.message))
    write_down(connection, [naming])
