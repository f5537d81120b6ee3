"""The change numbers of rooms: taken in the transaction that stores the change."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, literal_column, update

from models.errors import NotFound
from models.store.prepared import Prepared
from models.store.schema import ENDED, rooms

_advance = Prepared(
    update(rooms)
    .where(rooms.c.id == bindparam("room_id"), rooms.c.kind != literal_column(f"'{ENDED}'"))
    .values(seq=rooms.c.seq + bindparam("count"))
    .returning(rooms.c.id, rooms.c.seq),
    ("room_id", "count"),
)


def take(connection: Connection, counts: Mapping[int, int]) -> dict[int, int]:
    """Take so many of each room's next change numbers; give the first of them, by room.

    The rows are locked in the order of their ids, so that two writing processes
    never wait for each other.

    :raises NotFound: one of the rooms is not there, or not any more
    """
    first = {}
    for room in sorted(counts):
        found = _advance.run(connection, (room, counts[room]))
        if not found:
            raise NotFound("room")
        first[room] = found[0][1] - counts[room] + 1
    return first
