"""What a link gives to somebody who is here already, and to whom it gives nothing."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, select

from models import names
from models.bounds import UNBOUNDED, Bounds
from models.errors import Forbidden
from models.events import User
from models.store import invites, members, roles, rooms, sessions, who
from models.store.invites import Invite
from models.store.schema import users


class Accepted(NamedTuple):
    """What a link gave to somebody.

    :ivar user: who they are now
    :ivar came_in: they were not in the room before
    :ivar token: that their session goes on by, where they may do more now; else None
    """

    user: User
    room: int | None
    came_in: bool
    token: str | None = None


def accept(
    connection: Connection, user: User, session: bytes, token: str, bounds: Bounds = UNBOUNDED
) -> Accepted:
    """Have somebody who is here already take what a link gives.

    It is used only where it gives them something.

    :param session: the hash of their session
    :raises NoInvitation: as :func:`models.store.invites.find`
    :raises Forbidden: it makes an admin, and they have no account, or it is another's; or
        see :func:`refuse_taken_out` and :func:`models.store.members.add`
    """
    invite = invites.find(connection, token)
    if invite.role == "admin":
        admin = _make_admin(connection, user, token, invite)
        return Accepted(admin, invite.room, False, sessions.renew(connection, session))
    refuse_taken_out(connection, user.id, invite)
    came_in = invite.room is not None and members.add(connection, user.id, invite.room, bounds)
    if came_in:
        invites.use(connection, token)
    return Accepted(user, invite.room, came_in)


def refuse_taken_out(connection: Connection, user: int, invite: Invite) -> None:
    """Keep a link from letting somebody into a closed room whom its keepers took out.

    One that those who look after the room have made since does.

    :raises Forbidden: it is another
    """
    if invite.room is None or invite.by is None:
        return
    gone = members.taken_out_at(connection, user, invite.room)
    if gone is None:
        return
    found = select(*who.columns()).where(users.c.id == invite.by)
    by = who.in_row(connection.execute(found).one())
    _, standing = rooms.standing_of(connection, by, invite.room)
    meant = invite.date > gone and standing.looks_after
    if standing.kind == "closed" and not meant:
        raise Forbidden(
            "You were taken out of this room, and this link can't bring you back. Ask somebody "
            "in it to bring you in."
        )


def _make_admin(connection: Connection, user: User, token: str, invite: Invite) -> User:
    if invite.name is not None and names.key(invite.name) != names.key(user.name):
        raise Forbidden(f"This invitation is for “{invite.name}” alone. Sign out to take it.")
    if user.role in ("guest", "bot"):
        raise Forbidden("An admin needs an account: choose a password first.")
    invites.use(connection, token)
    return roles.give_by_link(connection, user.id)
