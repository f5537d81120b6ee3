"""Guests, and what everybody has: a name.

An account's name is its own, also while nobody is here; a guest's is only while they
are. Who makes or renames a guest has found out that nobody present has the name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Select, exists, insert, select, update
from sqlalchemy.exc import IntegrityError

from models import names
from models.errors import SignedOut, Taken
from models.events import User
from models.store import bans, sessions, who
from models.store.schema import bans as banned
from models.store.schema import now, users
from models.store.sessions import NOWHERE, Origin

_user = select(*who.columns())
_account = users.alias("account")
_is_an_accounts = exists().where(
    _account.c.name_key == users.c.name_key, _account.c.password.is_not(None)
)


def create(connection: Connection, name: str, unclaimed: bool = False) -> User:
    """Make a guest.

    :param unclaimed: whoever says this name is this guest
    :raises Taken: it is an account's name
    """
    refuse_account_name(connection, name)
    values = {
        "name": name,
        "name_key": names.key(name),
        "role": "guest",
        "unclaimed": unclaimed,
        "date": now(),
    }
    id = connection.scalar(insert(users).returning(users.c.id), values)
    assert id is not None
    return User(id=id, name=name)


def create_signed_in(
    connection: Connection, name: str, origin: Origin = NOWHERE
) -> tuple[User, str]:
    """Make a guest with a session; give both the guest and the session's token.

    :raises Taken: it is an account's name
    """
    user = create(connection, name)
    return user, sessions.begin(connection, user.id, origin)


def unclaimed(connection: Connection, names_said: Sequence[str]) -> dict[str, User]:
    """Find the guests who are whoever says their names, and may still be here by them."""
    keys = {name: names.key(name) for name in names_said}
    found = _user.add_columns(users.c.name_key).where(
        users.c.name_key.in_(set(keys.values())),
        users.c.unclaimed,
        ~_is_an_accounts,
        ~exists().where(banned.c.user == users.c.id),
    )
    # The first who said it is the one: later rows come earlier, and are replaced.
    rows = connection.execute(found.order_by(users.c.id.desc()))
    by_key = {row.name_key: who.in_row(row) for row in rows}
    return {name: by_key[key] for name, key in keys.items() if key in by_key}


def find_or_create_unclaimed(connection: Connection, name: str) -> User:
    """Find the guest who is whoever says this name, or make one.

    :raises Taken: it is an account's name
    :raises Forbidden: this guest is banned
    """
    found = unclaimed(connection, [name]).get(name)
    if found is not None:
        return found
    kept = select(users.c.id).where(users.c.name_key == names.key(name), users.c.unclaimed)
    for id in connection.scalars(kept).all():
        bans.refuse(connection, id)
    return create(connection, name, unclaimed=True)


def rename(connection: Connection, user: int, name: str) -> User:
    """Give somebody another name.

    :raises Taken: it is an account's name
    :raises SignedOut: they were deleted meanwhile
    """
    refuse_account_name(connection, name, user)
    values = {"name": name, "name_key": names.key(name)}
    still = update(users).where(users.c.id == user, ~users.c.gone)
    with unique_name(name):
        row = connection.execute(still.values(values).returning(*who.columns())).first()
    if row is None:
        raise SignedOut("This account was deleted meanwhile.")
    return who.in_row(row)


def find(connection: Connection, user: int) -> User | None:
    return _one(connection, _user.where(users.c.id == user))


def refuse_account_name(connection: Connection, name: str, user: int | None = None) -> None:
    """Keep accounts' names for them.

    :param user: whose name it may be
    :raises Taken: it is somebody else's, or stands for those who are deleted
    """
    if names.key(name) == names.DELETED:
        raise Taken("Somebody", name)
    owned = exists().where(
        users.c.name_key == names.key(name),
        users.c.password.is_not(None),
        users.c.id != (user or 0),
    )
    if connection.scalar(select(owned)):
        raise Taken("Somebody", name)


@contextmanager
def unique_name(name: str) -> Iterator[None]:
    """Answer for the database where two processes give one name away at once.

    :raises Taken: the other one was faster
    """
    try:
        yield
    except IntegrityError:
        raise Taken("Somebody", name) from None


def _one(connection: Connection, found: Select[Any]) -> User | None:
    row = connection.execute(found).first()
    return None if row is None else who.in_row(row)
