"""Who may not be here, and the addresses from which no newcomer is let in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Row, bindparam, delete, exists, insert, select, tuple_

from models import policy
from models.addresses import network
from models.errors import Forbidden, NotFound
from models.events import Role, User
from models.signals import Banned
from models.store import actions, keepers, removals, sessions, who
from models.store.schema import banned_addresses, banned_sessions, bans, now, users

# Made once: every guest who comes asks it.
_barred = select(banned_addresses.c.address).where(
    banned_addresses.c.address.in_(bindparam("networks", expanding=True))
)


class Ban(Struct):
    """One ban, as moderators see it.

    :ivar address: newcomers from this person's last addresses are kept out as well
    """

    user: User
    by: User | None
    date: int
    address: bool
    reason: str


def begin(
    connection: Connection,
    by: User,
    user: int,
    reason: str,
    addresses: Sequence[str] | None,
    with_messages: bool,
) -> tuple[Banned, list[int]]:
    """Ban somebody, and end their sessions; who is banned already is so anew.

    :param addresses: those from which they are here just now, to be barred with the ones
        of their sessions; None: no address is barred
    :param with_messages: all that they wrote is to be removed
    :returns: what is to be signalled, and the rooms that somebody else looks after now
    :raises NotFound: there is nobody of this id
    :raises Forbidden: it is not for ``by`` to ban them
    """
    policy.ban(by.role, _role_of(connection, user))
    _lift(connection, user)
    connection.execute(insert(bans).values(user=user, by=by.id, reason=reason, date=now()))
    networks = [] if addresses is None else _bar(connection, user, addresses)
    if with_messages:
        removals.begin(connection, user)
    actions.record(connection, by.id, "ban", user=user, note=reason)
    handed_on = keepers.hand_on(connection, user)
    ended = sessions.end_all(connection, user)
    if ended:
        rows = [{"token_hash": hash, "user": user} for hash in ended]
        connection.execute(insert(banned_sessions), rows)
    return Banned(user, ended, networks), handed_on


def _bar(connection: Connection, user: int, addresses: Sequence[str]) -> list[str]:
    used = [device.address for device in sessions.of(connection, user)]
    networks = sorted({network(address) for address in (*addresses, *used) if address})
    if networks:
        rows = [{"address": each, "user": user} for each in networks]
        connection.execute(insert(banned_addresses), rows)
    return networks


def end(connection: Connection, by: User, user: int) -> None:
    """Let somebody back.

    :raises NotFound: they are not banned
    :raises Forbidden: it is not for ``by`` to do
    """
    policy.ban(by.role, _role_of(connection, user))
    if not _lift(connection, user):
        raise NotFound("ban")
    connection.execute(delete(banned_sessions).where(banned_sessions.c.user == user))
    actions.record(connection, by.id, "unban", user=user)


def _lift(connection: Connection, user: int) -> bool:
    connection.execute(delete(banned_addresses).where(banned_addresses.c.user == user))
    return connection.execute(delete(bans).where(bans.c.user == user)).rowcount > 0


def _role_of(connection: Connection, user: int) -> Role:
    role: Role | None = connection.scalar(
        select(users.c.role).where(users.c.id == user, ~users.c.gone)
    )
    if role is None:
        raise NotFound("person")
    return role


def refuse(connection: Connection, user: int) -> None:
    """Keep out who is banned.

    :raises Forbidden: they are; the sentence carries the reason
    """
    reason = connection.scalar(select(bans.c.reason).where(bans.c.user == user))
    if reason is not None:
        raise refusal(reason)


def by_session(connection: Connection, hashes: Sequence[bytes]) -> dict[bytes, str]:
    """Tell what to say to who comes by a session that a ban has ended."""
    found = select(banned_sessions.c.token_hash, bans.c.reason).join_from(
        banned_sessions, bans, bans.c.user == banned_sessions.c.user
    )
    rows = connection.execute(found.where(banned_sessions.c.token_hash.in_(hashes)))
    return {row.token_hash: refusal(row.reason).message for row in rows}


def refusal(reason: str) -> Forbidden:
    """Say to who is banned that they are, and why."""
    because = f": {reason}" if reason else "."
    return Forbidden(f"You are banned from here{because}")


def is_banned(connection: Connection, user: int) -> bool:
    return bool(connection.scalar(select(exists().where(bans.c.user == user))))


def barred(connection: Connection, networks: Sequence[str]) -> dict[str, bool]:
    """Tell which of these networks are barred to guests and newcomers."""
    return dict.fromkeys(connection.scalars(_barred, {"networks": networks}), True)


def page(
    connection: Connection, last: tuple[int, int] | None, limit: int
) -> tuple[list[Ban], bool]:
    """Read bans, the newest first; tell whether there are older ones.

    :param last: date and person of the ban behind which to go on; None: begin with the newest
    """
    by = users.alias("by")
    found = (
        select(
            *who.columns(),
            *who.columns("by_", by),
            *(bans.c.date, bans.c.reason),
            exists().where(banned_addresses.c.user == bans.c.user).label("address"),
        )
        .join_from(bans, users, bans.c.user == users.c.id)
        .outerjoin(by, bans.c.by == by.c.id)
        .order_by(bans.c.date.desc(), bans.c.user.desc())
    )
    if last is not None:
        found = found.where(tuple_(bans.c.date, bans.c.user) < tuple_(*last))
    rows = connection.execute(found.limit(limit + 1)).all()
    return [_told(row) for row in rows[:limit]], len(rows) > limit


def _told(row: Row[*tuple[Any, ...]]) -> Ban:
    return Ban(
        user=who.in_row(row),
        by=None if row.by_id is None else who.in_row(row, "by_"),
        date=row.date,
        address=row.address,
        reason=row.reason,
    )
