"""The end of a room: at once for everybody, then in steps, each of which ends soon.

It becomes a room of the kind ``ENDED`` with nobody in it, which is neither open nor anybody's: by
what is asked of any room, there is none for anybody from then on. Its messages and files may be
very many; they go some at a time, and at last the room. A restart goes on with it.
"""

from __future__ import annotations

from sqlalchemy import Connection, delete, select, update

from models import policy
from models.events import User
from models.store import actions, files, making
from models.store import rooms as rooms_of
from models.store.schema import ENDED, invites, members, messages, positions, rooms
from models.store.steps import Step

STEP = 100  # messages; some milliseconds of the writer


def begin(connection: Connection, user: User, room: int) -> None:
    """Have a room be no more, for anybody.

    Who looks after it without having made it is written down.

    :raises ChatError: ``user`` may not, or there is no such room for them
    """
    row, standing = rooms_of.standing_of(connection, user, room)
    policy.delete_room(standing)
    # What a closed one was called stays its members'.
    is_open = row.kind == "open"
    if not standing.maker:
        actions.record(connection, user.id, "delete_room", room=room if is_open else None)
    if is_open:
        actions.outlive(connection, room, row.name)
    values = {
        "kind": ENDED,
        "name_key": making.closed_key(),
        "maker": None,
        "forgotten": rooms.c.seq,  # the messages up to here are none that one could miss
    }
    connection.execute(update(rooms).where(rooms.c.id == room).values(values))
    for table in (members, positions, invites):
        connection.execute(delete(table).where(table.c.room == room))


def waiting(connection: Connection) -> list[int]:
    """List the rooms of which there is still something to remove."""
    return list(connection.scalars(select(rooms.c.id).where(rooms.c.kind == ENDED)))


def step(connection: Connection, room: int, after: int | None = None) -> Step[int]:
    """Remove the next messages of a room, with all that belongs to them; behind the last, the room.

    :param after: what the step before gave; None: the first one
    :returns: no changes: there is nobody who could be told
    """
    found = select(messages.c.id).where(messages.c.room == room, messages.c.id > (after or 0))
    ids = connection.scalars(found.order_by(messages.c.id).limit(STEP)).all()
    files.remove_of(connection, ids)
    connection.execute(delete(messages).where(messages.c.id.in_(ids)))
    if len(ids) == STEP:
        return Step([], ids[-1])
    files.remove_in(connection, room)
    connection.execute(delete(rooms).where(rooms.c.id == room))
    return Step([], None)
