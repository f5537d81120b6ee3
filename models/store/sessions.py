"""Sessions: what a browser holds to be somebody.

A session is known by its token's hash. To its owner it is shown by a number made from that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, exists, insert, select, update
from sqlalchemy.sql.expression import bindparam

from models.errors import SignedOut
from models.events import User
from models.store import tokens, who
from models.store.schema import now, sessions, users

DAYS_KEPT = 365  # days unseen after which a session is over

_KEPT = DAYS_KEPT * 86_400_000
_other = users.alias("other")
# An account has the name by now: the guest who had it before needs another.
_is_displaced = exists().where(
    _other.c.name_key == users.c.name_key, _other.c.password.is_not(None), _other.c.id != users.c.id
)


class Origin(NamedTuple):
    """Where a session is used: the device's name, and its address."""

    device: str = ""
    address: str = ""


NOWHERE = Origin()


class SignedIn(NamedTuple):
    """Whose a session is.

    :ivar displaced: their name is an account's by now, and not theirs
    :ivar by_link: it was begun, or renewed, by a one-time link: they may not know their password
    """

    user: User
    displaced: bool
    by_link: bool


class Device(NamedTuple):
    """One of somebody's sessions, as it is shown to them."""

    hash: bytes
    device: str
    address: str
    date: int
    seen: int


# Made once: every request asks it, and to write it takes as long as to run it.
_signed_in = (
    select(sessions.c.token_hash, _is_displaced.label("displaced"), sessions.c.by_link)
    .add_columns(*who.columns())
    .join_from(sessions, users, sessions.c.user == users.c.id)
    .where(
        sessions.c.token_hash.in_(bindparam("hashes", expanding=True)),
        sessions.c.seen > bindparam("since"),
    )
)


def number_of(hash: bytes) -> int:
    """Give the number by which its owner sees a session; it opens nothing."""
    return int.from_bytes(hash[:6])


def begin(connection: Connection, user: int, origin: Origin, by_link: bool = False) -> str:
    """Begin a session; give its token."""
    token = tokens.new()
    values = {
        "token_hash": tokens.hash_of(token),
        "user": user,
        "date": now(),
        "seen": now(),
        "by_link": by_link,
        **origin._asdict(),
    }
    connection.execute(insert(sessions).values(values))
    return token


def renew(connection: Connection, hash: bytes, by_link: bool = False) -> str:
    """Have a session go on by another token; give it.

    Whoever knew the old one, or had somebody use it (session fixation), has nothing by it.

    :param by_link: its owner came by a one-time link now; else that stays as it was
    :raises SignedOut: the session ended meanwhile
    """
    token = tokens.new()
    values = {"token_hash": tokens.hash_of(token)} | ({"by_link": True} if by_link else {})
    renewed = update(sessions).where(sessions.c.token_hash == hash).values(values)
    if not connection.execute(renewed).rowcount:
        raise SignedOut("Your session ended in this moment. Come in anew.")
    return token


def signed_in(connection: Connection, given: Sequence[str]) -> dict[str, SignedIn]:
    """Find whose sessions these tokens are."""
    by_hash = {tokens.hash_of(token): token for token in given}
    values = {"hashes": list(by_hash), "since": now() - _KEPT}
    return {
        by_hash[hash]: SignedIn(who.person(*person), displaced, by_link)
        for hash, displaced, by_link, *person in connection.execute(_signed_in, values)
    }


def of(connection: Connection, user: int) -> list[Device]:
    """List somebody's sessions, the newest first."""
    found = (
        select(*(sessions.c[name if name != "hash" else "token_hash"] for name in Device._fields))
        .where(sessions.c.user == user, sessions.c.seen > now() - _KEPT)
        .order_by(sessions.c.date.desc())
    )
    return [Device(*row) for row in connection.execute(found)]


def end(connection: Connection, hash: bytes) -> None:
    connection.execute(delete(sessions).where(sessions.c.token_hash == hash))


def end_numbered(connection: Connection, user: int, number: int) -> bytes | None:
    """End the one of somebody's sessions that is shown by this number; give its hash."""
    for device in of(connection, user):
        if number_of(device.hash) == number:
            end(connection, device.hash)
            return device.hash
    return None


def end_all(connection: Connection, user: int, but: bytes | None = None) -> list[bytes]:
    """End somebody's sessions; give their hashes.

    :param but: the hash of one that goes on
    """
    ended = delete(sessions).where(sessions.c.user == user).returning(sessions.c.token_hash)
    if but is not None:
        ended = ended.where(sessions.c.token_hash != but)
    return list(connection.scalars(ended))


def end_oldest(connection: Connection, user: int, most: int) -> list[bytes]:
    """Leave somebody the sessions that they used last; give the hashes of the others.

    :param most: so many they keep
    """
    latest = select(sessions.c.token_hash).where(sessions.c.user == user)
    kept = latest.order_by(sessions.c.seen.desc(), sessions.c.date.desc()).limit(most)
    ended = delete(sessions).where(sessions.c.user == user, sessions.c.token_hash.not_in(kept))
    return list(connection.scalars(ended.returning(sessions.c.token_hash)))


def trust(connection: Connection, hash: bytes) -> None:
    """Forget that a session was begun by a link: its owner has chosen a password in it."""
    chosen = update(sessions).where(sessions.c.token_hash == hash)
    connection.execute(chosen.values(by_link=False))


def note_seen(connection: Connection, addresses: Mapping[bytes, str]) -> None:
    """Write down that these sessions are used, and from where."""
    noted = (
        update(sessions)
        .where(sessions.c.token_hash == bindparam("hash"))
        .values(seen=now(), address=bindparam("from"))
    )
    if addresses:
        connection.execute(noted, [{"hash": h, "from": at} for h, at in addresses.items()])


def forget_unseen(connection: Connection) -> None:
    """Delete the sessions that nobody used for so long that they are over."""
    connection.execute(delete(sessions).where(sessions.c.seen <= now() - _KEPT))
