"""Who looks after a room: its maker, and where they can't any more who is longest in.

Nobody else could: moderators and admins don't see into closed rooms. Guests can't any more
once they have no session left, and are not waited for longer than a month. No room is left to
a bot: it looks after those alone that it made, as long as it is there.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, exists, or_, select, update

from models import policy
from models.errors import Forbidden, NotFound
from models.events import RoomEntry, User
from models.policy import LOBBY
from models.store import actions, making
from models.store import rooms as rooms_of
from models.store.making import Changes
from models.store.people import here_to_stay
from models.store.schema import members, now, rooms, sessions, users

ABSENT = 30 * 86_400_000  # ms that a guest who looks after a room may be away

_is_bot = users.c.role == "bot"
_has_account = users.c.password.is_not(None) & ~_is_bot
_has_session = exists().where(sessions.c.user == users.c.id)


def succeed(connection: Connection, room: int) -> None:
    """Have the one who is longest in look after a room; where nobody can, nobody does."""
    _give(connection, room, _longest_in(connection, room, or_(_has_account, _has_session)))


def hand_on(connection: Connection, user: int) -> list[int]:
    """Have others look after somebody's rooms; give these rooms."""
    own = connection.scalars(select(rooms.c.id).where(rooms.c.maker == user)).all()
    for room in own:
        succeed(connection, room)
    return list(own)


def hand_on_if_lost(connection: Connection, user: int) -> list[int]:
    """Hand on the rooms of a guest whose last session has ended: nobody can be them again.

    :returns: these rooms
    """
    lost = select(users.c.id).where(users.c.id == user, ~_has_account, ~_has_session)
    return [] if connection.scalar(lost) is None else hand_on(connection, user)


def change(
    connection: Connection, user: User, room: int, changes: Changes, keeper: int | None
) -> tuple[RoomEntry, list[int]]:
    """Change a room as :func:`models.store.making.change` does, and have another look after it.

    :param keeper: a member of it; None: who does now
    :raises NotFound: they are not in it
    :raises ChatError: ``user`` may not, or they can't: they are just a name
    """
    _, standing = rooms_of.standing_of(connection, user, room)
    if keeper is not None:
        policy.hand_over(standing)
    entry, put_out = making.change(connection, user, room, changes)
    if keeper is not None:
        name = _check_can(connection, room, keeper)
        _give(connection, room, keeper)
        entry.maker = keeper
        if not standing.maker:
            note = f"maker: {name}"
            actions.record(connection, user.id, "room", user=keeper, room=room, note=note)
    return entry, put_out


def _check_can(connection: Connection, room: int, user: int) -> str:
    """Make sure that somebody can look after a room; give their name."""
    can = ~_is_bot & or_(_has_account, _has_session)
    found = select(users.c.name, _is_bot.label("bot"), can.label("can")).where(
        users.c.id == user,
        here_to_stay,
        exists().where(members.c.user == users.c.id, members.c.room == room),
    )
    row = connection.execute(found).first()
    if row is None:
        raise NotFound("person in this room")
    if row.bot:
        raise Forbidden("A bot can't look after a room: choose a person.")
    if not row.can:
        raise Forbidden("This person has neither an account nor a session, and may not come back.")
    name: str = row.name
    return name


def relieve(connection: Connection) -> list[int]:
    """Hand on the rooms that only guests look after who have been away for long, and the
    closed ones that nobody looks after, where somebody is in them who can.

    :returns: those that somebody else looks after now
    """
    about = or_(_has_account, _has_session.where(sessions.c.seen > now() - ABSENT))
    away = select(users.c.id).where(~about)
    forsaken = or_(rooms.c.maker.in_(away), rooms.c.maker.is_(None) & (rooms.c.kind == "closed"))
    found = select(rooms.c.id).where(forsaken, rooms.c.kind != "direct", rooms.c.id != LOBBY)
    handed_on = []
    for room in connection.scalars(found).all():
        keeper = _longest_in(connection, room, about)
        if keeper is not None:
            _give(connection, room, keeper)
            handed_on.append(room)
    return handed_on


def _longest_in(connection: Connection, room: int, can: ColumnElement[bool]) -> int | None:
    inside = select(members.c.user).join(users, users.c.id == members.c.user)
    candidates = inside.where(members.c.room == room, here_to_stay, ~_is_bot, can)
    keeper: int | None = connection.scalar(
        candidates.order_by(members.c.date, members.c.user).limit(1)
    )
    return keeper


def _give(connection: Connection, room: int, user: int | None) -> None:
    connection.execute(update(rooms).where(rooms.c.id == room).values(maker=user))
