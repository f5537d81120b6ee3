"""Roles: given by admins and by links from the machine; somebody stays an admin."""

from __future__ import annotations

from sqlalchemy import Connection, exists, select, update

from models.errors import Forbidden, NotFound
from models.events import Role, User
from models.store import actions, bans
from models.store import users as users_of
from models.store.schema import users


def give(connection: Connection, by: int, user: int, role: Role) -> User:
    """Make an account a member, a moderator or an admin.

    :raises NotFound: there is nobody of this id
    :raises Forbidden: it is a guest or banned, or nobody else is an admin
    """
    found = select(users.c.role, users.c.password).where(users.c.id == user, ~users.c.gone)
    before = connection.execute(found).first()
    if before is None:
        raise NotFound("person")
    if before.password is None:
        raise Forbidden("Only an account can have a role: they need to choose a password first.")
    if before.role == "bot":
        raise Forbidden("A bot stays a bot: who has its key is not a person.")
    if bans.is_banned(connection, user):
        # A banned admin would count as one, and nobody could let them back.
        raise Forbidden("They are banned: let them back before you give them a role.")
    if role != "admin":
        keep_an_admin(connection, user)
    actions.record(connection, by, "role", user=user, note=f"{before.role} → {role}")
    return _set(connection, user, role)


def give_by_link(connection: Connection, user: int) -> User:
    """Make an account an admin, by a link that the machine's owner made."""
    record_link(connection, user)
    return _set(connection, user, "admin")


def record_link(connection: Connection, user: int) -> None:
    note = "admin, by a link from this machine"
    actions.record(connection, None, "role", user=user, note=note)


def has_admin(connection: Connection, but: int = 0) -> bool:
    """Tell whether the place has an admin.

    :param but: somebody who doesn't count
    """
    admin = exists().where(users.c.role == "admin", users.c.id != but)
    return bool(connection.scalar(select(admin)))


def keep_an_admin(connection: Connection, user: int) -> None:
    """Refuse that somebody stops being an admin where nobody else is one.

    :raises Forbidden: it is so
    """
    is_admin = exists().where(users.c.id == user, users.c.role == "admin")
    if connection.scalar(select(is_admin)) and not has_admin(connection, but=user):
        raise Forbidden("There is no other admin here. Make somebody else an admin first.")


def _set(connection: Connection, user: int, role: Role) -> User:
    connection.execute(update(users).where(users.c.id == user).values(role=role))
    changed = users_of.find(connection, user)
    assert changed is not None
    return changed
