"""Changes of messages that are there: edited, removed, reacted to.

Each takes its room's next number, as posting does. What is told of a change is the
message's whole state, and that of the replies that quote it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select, update

from models import mentions as mentions_in
from models import policy, texts
from models.channel import Change
from models.errors import Empty, NotFound
from models.events import User, encode
from models.policy import Standing
from models.reactions import react as change_reactions
from models.store import actions, authors, files, naming, numbers, rooms
from models.store.naming import Naming
from models.store.schema import mentions, messages, now
from models.store.states import NOTHING, RETOLD, change_of, decode_reactions, whole

_number = (
    update(messages).where(messages.c.id == bindparam("message")).values(seq=bindparam("number"))
)


def edit(connection: Connection, user: User, id: int, text: str, html: str | None) -> list[Change]:
    """Give a message another text.

    :param html: the text as it is shown; None: people may be named in it
    :returns: the changes that this makes, the message's own first; where nothing
        changes, the message as it is
    :raises ChatError: there is no such message for them, or it is not theirs
    """
    row, standing = _find(connection, user, id)
    policy.edit(standing, own=row.user == user.id)
    if texts.is_blank(text) and row.files is None:
        raise Empty("There is nothing in this message. To take it back, delete it.")
    if row.text == text:
        return _tell(connection, [id])
    named: list[int] = []
    if html is None:
        names = mentions_in.candidates(text)
        people = naming.find(connection, {row.room: names})[row.room]
        html, named = naming.render(connection, user, row.room, text, names, people)
    if named or row.mentions:
        naming.write_anew(connection, Naming(user.id, row.room, id, named))
    told = encode(named).decode() if named else None
    said = {"text": text, "html": html, "composed": texts.composed(text)}
    return _change(connection, row, {**said, "edited": now(), "mentions": told})


def remove(connection: Connection, user: User, id: int) -> list[Change]:
    """Leave nothing of a message but its place.

    :returns: as :func:`edit` does
    :raises ChatError: there is no such message for them, or they may not
    """
    row, standing = _find(connection, user, id, also_removed=True)
    own = row.user == user.id
    policy.remove_message(standing, own)
    if row.deleted:
        return _tell(connection, [id])
    if not own:
        actions.record(
            connection, user.id, "remove_message", user=row.user, room=row.room, message=id
        )
    connection.execute(delete(mentions).where(mentions.c.message == id))
    files.remove_of(connection, [id])
    return _change(connection, row, NOTHING)


def react(
    connection: Connection, user: User, id: int, emoji: str, on: bool, most: int
) -> list[Change]:
    """Add or take back somebody's reaction.

    :param most: different emoji that a message may have
    :returns: as :func:`edit` does
    :raises ChatError: there is no such message for them, or it takes no such reaction
    """
    row, _ = _find(connection, user, id)
    reactions = decode_reactions(row.reactions or "{}")
    if not change_reactions(reactions, user.id, emoji, on, most):
        return _tell(connection, [id])
    told = encode(reactions).decode() if reactions else None
    return _change(connection, row, {"reactions": told}, quoted=False)


def _find(
    connection: Connection, user: User, id: int, also_removed: bool = False
) -> tuple[Row[Any], Standing]:
    """Find a message, and how somebody stands to its room by now."""
    row = connection.execute(select(messages).where(messages.c.id == id)).first()
    if row is None:
        raise NotFound("message")
    _, standing = rooms.standing_of(connection, authors.current(connection, user), row.room)
    if not policy.sees(standing) or (row.deleted and not also_removed):
        raise NotFound("message")
    return row, standing


def _change(
    connection: Connection, row: Row[Any], values: dict[str, Any], quoted: bool = True
) -> list[Change]:
    """Change a message, and tell the replies to it again.

    :param quoted: what they quote changes
    """
    replies = _replies(connection, row.id) if quoted else []
    ids = [row.id, *replies]
    first = numbers.take(connection, {row.room: len(ids)})[row.room]
    connection.execute(update(messages).where(messages.c.id == row.id).values(values))
    connection.execute(
        _number, [{"message": id, "number": first + place} for place, id in enumerate(ids)]
    )
    return _tell(connection, ids)


def _replies(connection: Connection, id: int) -> Sequence[int]:
    found = select(messages.c.id).where(messages.c.reply_to == id)
    return connection.scalars(found.order_by(messages.c.id.desc()).limit(RETOLD)).all()


def _tell(connection: Connection, ids: Sequence[int]) -> list[Change]:
    found = whole.where(messages.c.id.in_(ids)).order_by(messages.c.seq)
    return [change_of(row) for row in connection.execute(found)]
