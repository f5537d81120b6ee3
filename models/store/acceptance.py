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
    :raises Forbidden: it is another's, or needs an account, and they have none; or
        see :func:`refuse_taken_out` and :func:`models.store.members.add`
    """
    invite = invites.find(connection, token)
    if invite.by is None:
        return _accept_from_machine(connection, user, session, token, invite)
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


def _accept_from_machine(
    connection: Connection, user: User, session: bytes, token: str, invite: Invite
) -> Accepted:
    """Have an account's owner take what the machine's owner gives them.

    That is a role, and where the link names them, the session's trust: they may have forgotten
    their password, and set another in it without the old one.
    """
    if invite.name is not None and names.key(invite.name) != names.key(user.name):
        raise Forbidden(
            f"This link is for “{invite.name}” alone, and you are here as “{user.name}”. "
            "Sign out to take it."
        )
    if user.role in ("guest", "bot"):
        raise Forbidden(
            "An admin needs an account: choose a password first."
            if invite.role == "admin"
            else f"This link is for the owner of the account “{invite.name}”, and you are here "
            "as a guest. Sign out to take it."
        )
    invites.use(connection, token)
    if invite.role == "admin":
        user = roles.give_by_link(connection, user.id)
    by_link = invite.name is not None
    return Accepted(user, None, False, sessions.renew(connection, session, by_link))
