"""Direct rooms: exactly these people, and one room for each set of them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Connection, insert, select

from models.bounds import UNBOUNDED, Bounds
from models.events import RoomEntry
from models.store import making, positions
from models.store import members as members_of
from models.store import rooms as rooms_of
from models.store.schema import members, now, rooms

# The key is unique in the database: two who begin at once get the same room.
DIRECT_KEY = "\x02"


class Opened(NamedTuple):
    """The direct room of a set of people.

    :ivar new: it was made for this
    """

    entry: RoomEntry
    new: bool


def find(connection: Connection, by: int, people: Collection[int]) -> RoomEntry | None:
    """Find the direct room of exactly these people.

    :param by: the one of them whose line it is: what the others have read is not theirs
    """
    room = connection.scalar(select(rooms.c.id).where(rooms.c.name_key == key_of(people)))
    return None if room is None else rooms_of.find(connection, by, room)


def open(
    connection: Connection, by: int, people: Collection[int], bounds: Bounds = UNBOUNDED
) -> Opened:
    """Give the direct room of exactly these people, making it where there is none.

    :param by: as for :func:`find`
    :raises ChatError: one of them is not there, is just a name, or is in too many
    """
    found = find(connection, by, people)
    if found is not None:
        return Opened(found, new=False)
    members_of.check_known(connection, people, claimed=True)
    making.refuse_one_more(connection, people, bounds, direct=True)
    date = now()
    values = {"name": "", "name_key": key_of(people), "kind": "direct", "topic": "", "date": date}
    room = connection.execute(insert(rooms).values(values).returning(rooms.c.id)).scalar_one()
    rows = [{"user": user, "room": room, "date": date} for user in people]
    connection.execute(insert(members), rows)
    positions.begin(connection, people, room)
    return Opened(rooms_of.find(connection, by, room), new=True)


def key_of(people: Collection[int]) -> str:
    """Give what keeps apart the direct rooms of different people."""
    listed = ",".join(map(str, sorted(people)))
    return DIRECT_KEY + hashlib.sha256(listed.encode()).hexdigest()
