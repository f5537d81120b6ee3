"""All messages of a person, removed: in steps, each of which ends soon.

Somebody may have said a hundred thousand things. That they are to go is written down
with what made it so (an account deleted, a person banned); the steps follow, each a
transaction of its own, and go on after a restart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, update

from models.channel import Change
from models.store import files, numbers
from models.store.schema import ENDED, facts, mentions, messages, rooms
from models.store.states import NOTHING, RETOLD, change_of, whole
from models.store.steps import Step

STEP = 100  # messages; some milliseconds of the writer

_PREFIX = "removing:"
_ANY = (1 << 63) - 1  # where it was written down without the last one


class Place(NamedTuple):
    """How far a removal is.

    :ivar up_to: the last message that is to go
    :ivar msg_id: of the last one that was looked at
    """

    up_to: int
    msg_id: str


def begin(connection: Connection, user: int) -> None:
    """Write down that all that somebody has said by now is to go."""
    name = f"{_PREFIX}{user}"
    last = connection.scalar(select(func.max(messages.c.id))) or 0
    connection.execute(delete(facts).where(facts.c.name == name))
    connection.execute(insert(facts).values(name=name, value=str(last)))


def waiting(connection: Connection) -> list[int]:
    """List the people whose messages are still to go."""
    found = select(facts.c.name).where(facts.c.name.startswith(_PREFIX))
    return [int(name.removeprefix(_PREFIX)) for name in connection.scalars(found)]


def step(connection: Connection, user: int, after: Place | None = None) -> Step[Place]:
    """Remove the next messages of somebody.

    It begins anew where it was asked for again since: what they said between may be in front.

    :param after: what the step before gave; None: the first one
    """
    fact = facts.c.name == f"{_PREFIX}{user}"
    asked: str | None = connection.scalar(select(facts.c.value).where(fact))
    if asked is None:
        return Step([], None)
    up_to = int(asked or _ANY)
    behind = after.msg_id if after is not None and after.up_to == up_to else ""
    # In the order of an index, whatever it is: what is removed is passed over only once.
    found = select(messages.c.id, messages.c.room, messages.c.msg_id, messages.c.deleted)
    mine = found.where(messages.c.user == user, messages.c.msg_id > behind, messages.c.id <= up_to)
    rows = connection.execute(mine.order_by(messages.c.msg_id).limit(STEP)).all()
    changes = take_back(connection, [(row.id, row.room) for row in rows if not row.deleted])
    if len(rows) == STEP:
        return Step(changes, Place(up_to, rows[-1].msg_id))
    connection.execute(delete(facts).where(fact))
    return Step(changes, None)


def take_back(connection: Connection, going: Sequence[tuple[int, int]]) -> list[Change]:
    """Leave nothing of messages but their places; tell that, and again what quoted them.

    :param going: their ids, each with its room; those of a deleted one go with it
    :returns: the changes that this makes, ordered by room and ``seq``
    """
    ended = select(rooms.c.id).where(rooms.c.id.in_({room for _, room in going}))
    gone_with = set(connection.scalars(ended.where(rooms.c.kind == ENDED)))
    going = [(id, room) for id, room in going if room not in gone_with]
    ids = [id for id, _ in going]
    quoting = messages.c.reply_to.in_(ids) & messages.c.id.not_in(ids) & ~messages.c.deleted
    latest = select(messages.c.id, messages.c.room).where(quoting).order_by(messages.c.id.desc())
    replies = [(id, room) for id, room in connection.execute(latest.limit(RETOLD))]
    gone = set(ids)
    following = numbers.take(connection, Counter(room for _, room in [*going, *replies]))
    for id, room in [*going, *replies]:
        values = {"seq": following[room]} | (NOTHING if id in gone else {})
        following[room] += 1
        connection.execute(update(messages).where(messages.c.id == id).values(values))
    connection.execute(delete(mentions).where(mentions.c.message.in_(ids)))
    files.remove_of(connection, ids)
    told = [*ids, *(id for id, _ in replies)]
    changed = whole.where(messages.c.id.in_(told)).order_by(messages.c.room, messages.c.seq)
    return [change_of(row) for row in connection.execute(changed)]
