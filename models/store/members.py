"""Who is in a room: entered, brought in, taken out. The lobby is everybody's, without rows."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from models import policy
from models.errors import Forbidden, NotFound
from models.events import Role, RoomEntry, User
from models.policy import may_enter
from models.store import actions, positions
from models.store import rooms as rooms_of
from models.store.people import here_to_stay
from models.store.schema import members, now, rooms, users


class Entered(NamedTuple):
    """A room that somebody is in now.

    :ivar new: they were not before
    """

    entry: RoomEntry
    new: bool


def enter(connection: Connection, user: int, room: int | str) -> Entered:
    """Make somebody a member of an open room; who is in already stays.

    :param room: its id or name
    :raises NotFound: there is none, or it is not open to them
    """
    entry = rooms_of.find(connection, user, room)
    return Entered(entry, add(connection, user, entry.id))


def add(connection: Connection, user: int, room: int) -> bool:
    """Put somebody into a room, whoever may.

    :returns: whether they were not in it yet
    """
    if rooms_of.is_member(connection, user, room):
        return False
    connection.execute(insert(members).values(user=user, room=room, date=now()))
    positions.begin(connection, [user], room)
    return True


def bring_in(connection: Connection, by: User, room: int, user: int) -> bool:
    """Let somebody bring somebody else into a room.

    :returns: whether they were not in it yet
    :raises ChatError: ``by`` may not, or there is no such person
    """
    row, standing = rooms_of.standing_of(connection, by, room)
    policy.bring_in(standing)
    check_known(connection, [user], claimed=not may_enter(row.kind, member=False))
    return add(connection, user, room)


def take_out(connection: Connection, by: User, room: int, user: int) -> bool:
    """Take somebody out of a room: oneself, or another.

    :returns: whether somebody else looks after the room now
    :raises ChatError: ``by`` may not, or that person is not in it
    """
    row, standing = rooms_of.standing_of(connection, by, room)
    if user == by.id:
        policy.leave(standing)
    else:
        role: Role | None = connection.scalar(select(users.c.role).where(users.c.id == user))
        policy.take_out(standing, role or "guest")
    inside = (members.c.user == user) & (members.c.room == room)
    if not connection.execute(delete(members).where(inside)).rowcount:
        raise NotFound("person in this room")
    if user != by.id:
        actions.record(connection, by.id, "kick", user=user, room=room)
    return row.maker == user and _succeed(connection, room)


def leave_all(connection: Connection, user: int) -> dict[int, bool]:
    """Take somebody who is deleted out of all rooms but the direct ones.

    :returns: the rooms that they were in, each with whether somebody else looks after it now
    """
    direct = select(rooms.c.id).where(rooms.c.kind == "direct")
    inside = delete(members).where(members.c.user == user, members.c.room.not_in(direct))
    left = connection.scalars(inside.returning(members.c.room)).all()
    own = select(rooms.c.id).where(rooms.c.id.in_(left), rooms.c.maker == user)
    theirs = set(connection.scalars(own))
    return {room: room in theirs and _succeed(connection, room) for room in left}


def hand_on(connection: Connection, user: int) -> list[int]:
    """Have others look after the rooms of somebody who is banned; give these rooms.

    Nobody else could: moderators and admins don't see into closed rooms.
    """
    own = connection.scalars(select(rooms.c.id).where(rooms.c.maker == user)).all()
    for room in own:
        _succeed(connection, room)
    return list(own)


def check_known(connection: Connection, people: Collection[int], claimed: bool) -> None:
    """Make sure that there are these people.

    :param claimed: and that each has a session or an account: what is closed would
        not be so if it were open to whoever says a name
    :raises NotFound: one of them is not, or not any more
    :raises Forbidden: one of them is just a name
    """
    found = select(users.c.unclaimed).where(users.c.id.in_(people), here_to_stay)
    unclaimed = connection.scalars(found).all()
    if len(unclaimed) < len(people):
        raise NotFound("person")
    if claimed and any(unclaimed):
        raise Forbidden(
            "One of these people has neither an account nor a session, just a name that anybody "
            "may say. They have to come by the page first."
        )


def _succeed(connection: Connection, room: int) -> bool:
    """Have the one who is longest in look after a room; where nobody can, nobody does."""
    longest = select(members.c.user).join(users, users.c.id == members.c.user)
    candidates = longest.where(members.c.room == room, here_to_stay, ~users.c.unclaimed)
    maker = connection.scalar(candidates.order_by(members.c.date, members.c.user).limit(1))
    connection.execute(update(rooms).where(rooms.c.id == room).values(maker=maker))
    return True
