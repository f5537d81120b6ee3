"""Who is in a room: entered, brought in, taken out. The lobby is everybody's, without rows."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select

from models import policy
from models.bounds import UNBOUNDED, Bounds
from models.errors import Forbidden, NotFound
from models.events import Role, RoomEntry, User
from models.policy import may_enter
from models.store import actions, keepers, making, positions
from models.store import rooms as rooms_of
from models.store.people import here_to_stay
from models.store.schema import invites, members, now, rooms, taken_out, users


class Entered(NamedTuple):
    """A room that somebody is in now.

    :ivar new: they were not before
    """

    entry: RoomEntry
    new: bool


def enter(
    connection: Connection, user: int, room: int | str, bounds: Bounds = UNBOUNDED
) -> Entered:
    """Make somebody a member of an open room; who is in already stays.

    :param room: its id or name
    :raises NotFound: there is none, or it is not open to them
    :raises Forbidden: as :func:`add`
    """
    entry = rooms_of.find(connection, user, room)
    return Entered(entry, add(connection, user, entry.id, bounds))


def add(connection: Connection, user: int, room: int, bounds: Bounds = UNBOUNDED) -> bool:
    """Put somebody into a room, whoever may.

    :returns: whether they were not in it yet
    :raises Forbidden: there are too many in it, or they are in too many
    """
    if rooms_of.is_member(connection, user, room):
        return False
    inside = select(func.count()).where(members.c.room == room)
    bounds.another_member(connection.scalar(inside) or 0)
    making.refuse_one_more(connection, [user], bounds)
    connection.execute(insert(members).values(user=user, room=room, date=now()))
    _welcome(connection, user, room)
    positions.begin(connection, [user], room)
    return True


def bring_in(
    connection: Connection, by: User, room: int, user: int, bounds: Bounds = UNBOUNDED
) -> bool:
    """Let somebody bring somebody else into a room.

    :returns: whether they were not in it yet
    :raises ChatError: ``by`` may not, or there is no such person
    """
    row, standing = rooms_of.standing_of(connection, by, room)
    policy.bring_in(standing)
    check_known(connection, [user], claimed=not may_enter(row.kind, member=False))
    return add(connection, user, room, bounds)


def take_out(
    connection: Connection, by: User, room: int, user: int, with_links: bool = False
) -> bool:
    """Take somebody out of a room: oneself, or another.

    Who is taken out by another is not let in again by a link that was made before.

    :param with_links: all links to the room end as well: who has one could come under
        another name
    :returns: whether somebody else looks after the room now
    :raises ChatError: ``by`` may not, or that person is not in it
    """
    row, standing = rooms_of.standing_of(connection, by, room)
    if user == by.id:
        policy.leave(standing)
    else:
        role: Role | None = connection.scalar(select(users.c.role).where(users.c.id == user))
        policy.take_out(standing, role or "guest")
    if with_links:
        policy.see_links(standing)
    inside = (members.c.user == user) & (members.c.room == room)
    if not connection.execute(delete(members).where(inside)).rowcount:
        raise NotFound("person in this room")
    if user != by.id:
        actions.record(connection, by.id, "kick", user=user, room=room)
        connection.execute(insert(taken_out).values(user=user, room=room, date=now()))
    if with_links:
        connection.execute(delete(invites).where(invites.c.room == room))
    if row.maker == user:
        keepers.succeed(connection, room)
    return bool(row.maker == user)


def taken_out_at(connection: Connection, user: int, room: int) -> int | None:
    """Tell when somebody else took this person out of a room; None: they are welcome."""
    when: int | None = connection.scalar(
        select(taken_out.c.date).where(taken_out.c.user == user, taken_out.c.room == room)
    )
    return when


def _welcome(connection: Connection, user: int, room: int) -> None:
    """Forget that somebody was taken out of a room: they are in it again."""
    same = (taken_out.c.user == user) & (taken_out.c.room == room)
    connection.execute(delete(taken_out).where(same))


def leave_all(connection: Connection, user: int) -> dict[int, bool]:
    """Take somebody who is deleted out of all rooms but the direct ones.

    :returns: the rooms that they were in, each with whether somebody else looks after it now
    """
    direct = select(rooms.c.id).where(rooms.c.kind == "direct")
    inside = delete(members).where(members.c.user == user, members.c.room.not_in(direct))
    left = connection.scalars(inside.returning(members.c.room)).all()
    own = select(rooms.c.id).where(rooms.c.id.in_(left), rooms.c.maker == user)
    theirs = set(connection.scalars(own))
    for room in theirs:
        keepers.succeed(connection, room)
    return {room: room in theirs for room in left}


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
