"""People and their sessions in the database."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Sequence

from sqlalchemy import Connection, Row, Select, delete, insert, select, update

from models import names
from models.events import User
from models.store.schema import sessions, users

_user = select(users.c.id, users.c.name, users.c.role)


def create(connection: Connection, name: str, unclaimed: bool = False) -> User:
    """Make a guest.

    :param unclaimed: whoever says this name is this guest
    """
    values = {
        "name": name,
        "name_key": names.key(name),
        "role": "guest",
        "unclaimed": unclaimed,
        "date": _now(),
    }
    id = connection.scalar(insert(users).returning(users.c.id), values)
    assert id is not None
    return User(id=id, name=name)


def unclaimed(connection: Connection, names_said: Sequence[str]) -> dict[str, User]:
    """Find the guests who are whoever says their names."""
    keys = {name: names.key(name) for name in names_said}
    found = select(users.c.name_key, *_user.selected_columns).where(
        users.c.name_key.in_(set(keys.values())), users.c.unclaimed
    )
    # The first who said it is the one: later rows come earlier, and are replaced.
    rows = connection.execute(found.order_by(users.c.id.desc()))
    by_key = {key: User(id, name, role) for key, id, name, role in rows}
    return {name: by_key[key] for name, key in keys.items() if key in by_key}


def find_or_create_unclaimed(connection: Connection, name: str) -> User:
    return unclaimed(connection, [name]).get(name) or create(connection, name, unclaimed=True)


def rename(connection: Connection, user: int, name: str) -> User:
    values = {"name": name, "name_key": names.key(name)}
    connection.execute(update(users).where(users.c.id == user).values(values))
    renamed = _one(connection, _user.where(users.c.id == user))
    assert renamed is not None
    return renamed


def sign_in(connection: Connection, user: int) -> str:
    """Begin a session.

    :returns: its token; only its hash is kept, so that a stolen database opens
        no session
    """
    token = secrets.token_urlsafe(32)
    values = {"token_hash": _hash(token), "user": user, "date": _now()}
    connection.execute(insert(sessions).values(values))
    return token


def create_signed_in(connection: Connection, name: str) -> tuple[User, str]:
    """Make a guest with a session; give both the guest and the token."""
    user = create(connection, name)
    return user, sign_in(connection, user.id)


def signed_in(connection: Connection, tokens: Sequence[str]) -> dict[str, User]:
    """Find whose sessions these tokens are."""
    by_hash = {_hash(token): token for token in tokens}
    found = select(sessions.c.token_hash, *_user.selected_columns).join_from(
        sessions, users, sessions.c.user == users.c.id
    )
    rows = connection.execute(found.where(sessions.c.token_hash.in_(by_hash)))
    return {by_hash[hash]: User(id, name, role) for hash, id, name, role in rows}


def session_id(token: str) -> str:
    """Give a session's public name, which opens nothing."""
    return _hash(token).hex()[:16]


def sign_out(connection: Connection, token: str) -> None:
    connection.execute(delete(sessions).where(sessions.c.token_hash == _hash(token)))


def _one(connection: Connection, found: Select[tuple[int, str, str]]) -> User | None:
    row: Row[tuple[int, str, str]] | None = connection.execute(found).first()
    return None if row is None else User(id=row.id, name=row.name, role=row.role)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _now() -> int:
    return time.time_ns() // 1_000_000
