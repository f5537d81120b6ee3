"""Bots: accounts of programs. A key takes the place of a password and of a session.

It is kept among the sessions, by its hash: whatever ends a session ends a key, and its
sockets with it. Nobody can sign in as a bot.
"""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType
from sqlalchemy import Connection, func, insert, select

from models import names
from models.errors import Forbidden, NotFound, concerning
from models.events import User
from models.store import actions, bans, sessions, who
from models.store import users as users_of
from models.store.schema import now, users
from models.store.schema import sessions as keys
from models.store.sessions import Origin

# Its name is an account's, its own also while it is not here; no password is right.
NO_PASSWORD = ""


class Bot(Struct):
    """One bot, as admins see it; without a key it has neither ``made`` nor ``seen``.

    :ivar date: since when there is the bot
    :ivar made: since when it has its key
    :ivar seen: when this was last used, to some minutes
    """

    user: User
    date: int
    made: int | UnsetType = UNSET
    seen: int | UnsetType = UNSET


def create(connection: Connection, by: int, name: str) -> tuple[User, str]:
    """Make a bot; give it and its key.

    :raises Taken: it is an account's name
    """
    with concerning("name"), users_of.unique_name(name):
        users_of.refuse_account_name(connection, name)
        values = {
            "name": name,
            "name_key": names.key(name),
            "role": "bot",
            "password": NO_PASSWORD,
            "unclaimed": False,
            "date": now(),
        }
        id = connection.scalar(insert(users).returning(users.c.id), values)
    assert id is not None
    actions.record(connection, by, "bot", user=id, note="made")
    return User(id, name, "bot"), _give_key(connection, id)


def renew(connection: Connection, by: int, bot: int) -> tuple[User, str, list[bytes]]:
    """Give a bot another key; its old one ends.

    :returns: it, its key, and the hashes of those that ended
    :raises NotFound: there is no such bot
    :raises Forbidden: it is banned
    """
    user = _find(connection, bot)
    if bans.is_banned(connection, bot):
        raise Forbidden("It is banned: let it back before you give it a key.")
    ended = sessions.end_all(connection, bot)
    actions.record(connection, by, "bot", user=bot, note="another key")
    return user, _give_key(connection, bot), ended


def revoke(connection: Connection, by: int, bot: int) -> list[bytes]:
    """End a bot's key; what it wrote stays, and its name. Give the hashes of what ended.

    :raises NotFound: there is no such bot
    """
    _find(connection, bot)
    ended = sessions.end_all(connection, bot)
    if ended:
        actions.record(connection, by, "bot", user=bot, note="key revoked")
    return ended


def listed(connection: Connection) -> list[Bot]:
    """List all bots, by name."""
    found = (
        select(
            *who.columns(),
            users.c.date,
            func.max(keys.c.date).label("made"),
            func.max(keys.c.seen).label("seen"),
        )
        .outerjoin(keys, keys.c.user == users.c.id)
        .where(users.c.role == "bot", ~users.c.gone)
        .group_by(users.c.id)
        .order_by(users.c.name_key)
    )
    return [
        Bot(who.in_row(row), row.date)
        if row.made is None
        else Bot(who.in_row(row), row.date, row.made, row.seen)
        for row in connection.execute(found)
    ]


def _find(connection: Connection, bot: int) -> User:
    user = users_of.find(connection, bot)
    if user is None or user.role != "bot":
        raise NotFound("bot")
    return user


def _give_key(connection: Connection, bot: int) -> str:
    return sessions.begin(connection, bot, Origin("key"))
