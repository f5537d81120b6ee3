"""Links that let somebody in: to the place, to a room, or as an admin.

Only a link's hash is kept. A link is good as long as who made it could still make it:
not once they are banned, deleted, or no longer in the room.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from models import names, policy
from models.errors import Forbidden, NoInvitation, NotFound
from models.events import Role, User
from models.store import rooms as rooms_of
from models.store import tokens, who
from models.store.people import here_to_stay
from models.store.schema import invites, members, now, rooms, users

HOUR = 3_600_000  # ms


class Invite(NamedTuple):
    """What a link is good for.

    :ivar by: who made it; None: the machine's owner
    :ivar room: lets into this room as well
    :ivar role: that an account which is made by it gets
    :ivar name: whom it is for; None: whoever has it
    :ivar uses: people whom it lets in, of whom ``used`` have come
    """

    id: int
    by: int | None
    room: int | None
    role: Role
    name: str | None
    expires: int
    date: int
    uses: int
    used: int


class Described(NamedTuple):
    """A link, with who made it and what its room is called.

    :ivar account: whom it is for has an account already
    """

    invite: Invite
    by: User | None
    room: str | None
    account: bool = False


_columns = tuple(invites.c[name] for name in Invite._fields)


# ---------------------------------------------------------------- making


def create(
    connection: Connection, by: User, room: int | None, days: int, uses: int, signup: str, most: int
) -> tuple[Described, str]:
    """Make a link to the place, or to a room; give it and its token.

    :param signup: the ``--signup`` option
    :param most: links of one person that are good at a time
    :raises ChatError: they may not
    """
    if room is None:
        policy.invite(by.role, signup)
    else:
        policy.invite_to_room(rooms_of.standing_of(connection, by, room)[1])
    own = select(func.count()).where(invites.c.by == by.id, _is_good())
    if (connection.scalar(own) or 0) >= most:
        raise Forbidden(
            f"{most} of your invitations are still good, which is the limit (the server's "
            "--invite-limit): revoke one first."
        )
    values = {"by": by.id, "room": room, "uses": uses, "expires": now() + days * 24 * HOUR}
    token = _insert(connection, values)
    return describe(connection, token), token


def create_for_admin(connection: Connection, name: str | None = None) -> str:
    """Make a link that makes its visitor an admin, once, within a day; give its token.

    Earlier ones for the same name stop working.

    :param name: the admin's; None: whoever comes first
    """
    same = invites.c.name.is_(None) if name is None else invites.c.name == name
    earlier = invites.c.by.is_(None) & (invites.c.role == "admin") & same
    connection.execute(delete(invites).where(earlier))
    values = {"role": "admin", "name": name, "uses": 1, "expires": now() + 24 * HOUR}
    return _insert(connection, values)


def create_for_owner(connection: Connection, account: str) -> str:
    """Make a link by which an account's owner comes in without a password, once, within a week.

    :param account: its name
    :returns: its token; earlier ones stop working
    :raises NotFound: there is no such account
    """
    key = users.c.name_key == names.key(account)
    owned = key & users.c.password.is_not(None) & (users.c.role != "bot")
    name = connection.scalar(select(users.c.name).where(owned))
    if name is None:
        raise NotFound("account")
    same = invites.c.by.is_(None) & (invites.c.role == "member") & (invites.c.name == name)
    connection.execute(delete(invites).where(same))
    values = {"role": "member", "name": name, "uses": 1, "expires": now() + 7 * 24 * HOUR}
    return _insert(connection, values)


def _insert(connection: Connection, values: Mapping[str, object]) -> str:
    token = tokens.new()
    row = {**values, "token_hash": tokens.hash_of(token), "date": now()}
    connection.execute(insert(invites).values(row))
    return token


# ---------------------------------------------------------------- looking


def find(connection: Connection, token: str) -> Invite:
    """Find what a link is good for, without using it.

    :raises NoInvitation: nothing: it was forged, revoked, used up, or has ended
    """
    row = connection.execute(select(*_columns).where(_is(token))).first()
    if row is None:
        raise NoInvitation
    return Invite(*row)


def describe(connection: Connection, token: str) -> Described:
    """Find as :func:`find` does, with what is to be told of it."""
    described = _describe(connection, _is(token))
    if not described:
        raise NoInvitation
    name = described[0].invite.name
    if name is None:
        return described[0]
    owned = exists().where(users.c.name_key == names.key(name), users.c.password.is_not(None))
    return described[0]._replace(account=bool(connection.scalar(select(owned))))


def of(connection: Connection, user: User) -> list[Described]:
    """List the good links that somebody made; an admin's list has all to the place."""
    theirs: ColumnElement[bool] = invites.c.by == user.id
    if user.role == "admin":
        theirs = or_(theirs, invites.c.room.is_(None))
    return _describe(connection, and_(theirs, _is_good()))


def of_room(connection: Connection, user: User, room: int) -> list[Described]:
    """List the good links to a room, for those who look after it.

    :raises ChatError: ``user`` does not
    """
    policy.see_links(rooms_of.standing_of(connection, user, room)[1])
    return _describe(connection, and_(invites.c.room == room, _is_good()))


def _describe(connection: Connection, which: ColumnElement[bool]) -> list[Described]:
    found = (
        select(*_columns, rooms.c.name.label("room_name"), *who.columns("maker_"))
        .join_from(invites, users, users.c.id == invites.c.by, isouter=True)
        .join(rooms, rooms.c.id == invites.c.room, isouter=True)
    )
    listed = []
    for row in connection.execute(found.where(which).order_by(invites.c.id.desc())):
        invite = Invite(*row[: len(_columns)])
        by = None if invite.by is None else who.in_row(row, "maker_")
        listed.append(Described(invite, by, row.room_name))
    return listed


# ---------------------------------------------------------------- using


def use(connection: Connection, token: str) -> Invite:
    """Use a link, once.

    :raises NoInvitation: as :func:`find`
    """
    used = update(invites).where(_is(token)).values(used=invites.c.used + 1)
    row = connection.execute(used.returning(*_columns)).first()
    if row is None:
        raise NoInvitation
    return Invite(*row)


def revoke(connection: Connection, by: User, invite: int) -> None:
    """End one's own link, or one to a room that one looks after; admins: any to the place.

    :raises NotFound: it is not among those
    """
    found = select(invites.c.by, invites.c.room).where(invites.c.id == invite)
    row = connection.execute(found).first()
    if row is None or not _may_revoke(connection, by, row.by, row.room):
        raise NotFound("invitation among yours")
    connection.execute(delete(invites).where(invites.c.id == invite))


def _may_revoke(connection: Connection, user: User, by: int | None, room: int | None) -> bool:
    if by == user.id:
        return True
    if room is None:
        return user.role == "admin"
    return rooms_of.standing_of(connection, user, room)[1].looks_after


def role_of_maker(connection: Connection, invite: Invite) -> Role | None:
    """Tell the role of who made a link; None: the machine's owner made it."""
    role: Role | None = connection.scalar(select(users.c.role).where(users.c.id == invite.by))
    return role


def _is(token: str) -> ColumnElement[bool]:
    return and_(invites.c.token_hash == tokens.hash_of(token), _is_good())


def _is_good() -> ColumnElement[bool]:
    """Tell whether a link has neither ended nor been used up, and its maker still stands to it."""
    inside = exists().where(members.c.user == users.c.id, members.c.room == invites.c.room)
    is_open = exists().where(rooms.c.id == invites.c.room, rooms.c.kind == "open")
    stands = exists().where(
        users.c.id == invites.c.by, here_to_stay, or_(invites.c.room.is_(None), is_open, inside)
    )
    return and_(
        invites.c.expires > now(),
        invites.c.used < invites.c.uses,
        or_(invites.c.by.is_(None), stands.correlate(invites)),
    )
