"""Accounts: people who have a password."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from models import names, policy
from models.bounds import UNBOUNDED, Bounds
from models.errors import Forbidden, NoInvitation, concerning
from models.events import Role, User
from models.store import (
    acceptance,
    bans,
    files,
    invites,
    members,
    removals,
    roles,
    sessions,
    users,
)
from models.store.invites import Invite
from models.store.schema import invites as invite_rows
from models.store.schema import now
from models.store.schema import users as people
from models.store.sessions import Origin

WRONG = "This name and password don't belong together."


class Account(NamedTuple):
    """What is needed to sign in.

    :ivar password: its hash
    """

    id: int
    password: str


class Registration(NamedTuple):
    """What somebody gives who makes an account.

    :ivar guest: who they are so far; None: nobody
    :ivar session: the hash of the guest's session
    :ivar password: its hash
    :ivar signup: the ``--signup`` option
    :ivar invite: the token of a link that they came by
    :ivar bounds: of the room that it leads to
    """

    guest: int | None
    session: bytes | None
    name: str
    password: str
    signup: str
    invite: str | None
    origin: Origin
    bounds: Bounds = UNBOUNDED


class Registered(NamedTuple):
    """A new account.

    :ivar token: of their session: a guest's goes on by another, see :func:`sessions.renew`
    :ivar room: that they were invited to
    """

    user: User
    token: str
    room: int | None


def named(connection: Connection, name: str) -> Account | None:
    """Find the account of that name; nobody signs in as a bot."""
    key = people.c.name_key == names.key(name)
    owned = key & people.c.password.is_not(None) & (people.c.role != "bot")
    row = connection.execute(select(people.c.id, people.c.password).where(owned)).first()
    return None if row is None else Account(row.id, row.password)


def of(connection: Connection, user: int) -> Account | None:
    found = select(people.c.password).where(people.c.id == user)
    password = connection.scalar(found)
    return None if password is None else Account(user, password)


def register(connection: Connection, wanted: Registration) -> Registered:
    """Make an account, out of the guest where there is one: id and messages stay.

    :raises Taken: another account has the name, or the guest is no guest any more
    :raises Forbidden: nobody may come in like this; see :func:`models.policy.sign_up`
    :raises NoInvitation: the invitation is good for nothing
    :raises SignedOut: the guest's session ended meanwhile
    """
    invite = _invited(connection, wanted)
    with concerning("name"):
        users.refuse_account_name(connection, wanted.name, wanted.guest)
        with users.unique_name(wanted.name):
            user = _become_member(connection, wanted, invite.role if invite else "member")
    if user.role == "admin":
        roles.record_link(connection, user.id)
    if wanted.session is None:
        token = sessions.begin(connection, user.id, wanted.origin)
    else:
        token = sessions.renew(connection, wanted.session)
    room = invite.room if invite else None
    if invite is not None and wanted.guest is not None:
        acceptance.refuse_taken_out(connection, wanted.guest, invite)
    if room is not None:
        members.add(connection, user.id, room, wanted.bounds)
    return Registered(user, token, room)


def _invited(connection: Connection, wanted: Registration) -> Invite | None:
    invite = None if wanted.invite is None else invites.use(connection, wanted.invite)
    inviter: Role | None = None
    if invite is not None:
        # Who is at the machine itself may do what an admin may.
        inviter = invites.role_of_maker(connection, invite) or "admin"
        if invite.name is not None and names.key(invite.name) != names.key(wanted.name):
            refusal = Forbidden(f"This invitation is for {invite.name}: take that name.")
            refusal.field = "name"
            raise refusal
    policy.sign_up(wanted.signup, inviter)
    return invite


def _become_member(connection: Connection, wanted: Registration, role: Role) -> User:
    values = {
        "name": wanted.name,
        "name_key": names.key(wanted.name),
        "role": role,
        "password": wanted.password,
        "unclaimed": False,
    }
    if wanted.guest is None:
        made = insert(people).values({**values, "date": now()})
        return User(connection.execute(made.returning(people.c.id)).scalar_one(), wanted.name, role)
    guest = (people.c.id == wanted.guest) & people.c.password.is_(None) & ~people.c.gone
    if not connection.execute(update(people).where(guest).values(values)).rowcount:
        raise Forbidden("You have an account already, or are signed out. Reload the page.")
    user = users.find(connection, wanted.guest)
    assert user is not None
    return user


def sign_in(
    connection: Connection,
    account: Account,
    rehashed: str | None,
    origin: Origin,
    replaced: bytes | None,
) -> str | None:
    """Begin a session of somebody whose password was right; give its token.

    :param rehashed: the password by newer parameters
    :param replaced: the hash of a session that ends with it
    :returns: None: another hash is kept by now, of another password or, by another sign-in,
        of the same: see whether the password is right
    :raises Forbidden: they are banned
    """
    if of(connection, account.id) != account:
        return None
    bans.refuse(connection, account.id)
    if rehashed is not None:
        _set_password(connection, account.id, rehashed)
    if replaced is not None:
        sessions.end(connection, replaced)
    return sessions.begin(connection, account.id, origin)


def link_for_first_admin(connection: Connection) -> str | None:
    """Make a link for who comes first, in place of the one of the last start.

    :returns: its token; None: there is an admin
    """
    return None if roles.has_admin(connection) else invites.create_for_admin(connection)


def sign_in_by_link(connection: Connection, token: str, origin: Origin) -> tuple[User, str]:
    """Sign an account's owner in by a one-time link for them; some make them an admin.

    Their session may set a password without the old one.

    :raises NoInvitation: it is not such a link, or there is no such account
    :raises Forbidden: they are banned
    """
    invite = invites.use(connection, token)
    account = named(connection, invite.name) if invite.name else None
    if account is None or invite.by is not None:
        raise NoInvitation
    bans.refuse(connection, account.id)
    if invite.role == "admin":
        roles.give_by_link(connection, account.id)
    user = users.find(connection, account.id)
    assert user is not None
    return user, sessions.begin(connection, user.id, origin, by_link=True)


def change_password(
    connection: Connection, account: Account, password: str, session: bytes
) -> list[bytes] | None:
    """Set another password, and end all other sessions; give their hashes.

    :param session: the hash of the one that goes on
    :returns: None: another hash is kept by now; see :func:`sign_in`
    """
    if of(connection, account.id) != account:
        return None
    _set_password(connection, account.id, password)
    sessions.trust(connection, session)
    return sessions.end_all(connection, account.id, but=session)


class Removed(NamedTuple):
    """What ended with somebody.

    :ivar sessions: their hashes
    :ivar rooms: that they were in, each with whether somebody else looks after it now
    """

    sessions: list[bytes]
    rooms: dict[int, bool]


def remove(connection: Connection, user: int, with_messages: bool) -> Removed:
    """Delete somebody; what they wrote stays, by nobody's name, or is to go as well.

    :raises Forbidden: nobody else is an admin
    """
    roles.keep_an_admin(connection, user)
    values = {
        "name": names.DELETED,
        # Begins as no name can: nobody is found by it, and nobody's is taken.
        "name_key": f"\x7f{user}",
        "role": "guest",
        "password": None,
        "unclaimed": False,
        "gone": True,
        "avatar": None,
    }
    connection.execute(update(people).where(people.c.id == user).values(values))
    files.remove_pictures_of(connection, user)
    connection.execute(delete(invite_rows).where(invite_rows.c.by == user))
    if with_messages:
        removals.begin(connection, user)
    return Removed(sessions.end_all(connection, user), members.leave_all(connection, user))


def _set_password(connection: Connection, user: int, password: str) -> None:
    connection.execute(update(people).where(people.c.id == user).values(password=password))
