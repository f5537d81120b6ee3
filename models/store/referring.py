"""What a post refers to, looked up in the transaction that stores it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET, Struct, UnsetType
from sqlalchemy import Connection

from models.errors import NotFound
from models.events import File, Quote
from models.store import files, states
from models.store.schema import messages


class Referred(Struct, frozen=True, gc=False):
    """What was found of it, as the message tells it."""

    files: list[File] | UnsetType = UNSET
    quote: Quote | UnsetType = UNSET


NOTHING = Referred()


def look_up(
    connection: Connection, user: int, room: int, named: Sequence[str], original: int | None
) -> Referred:
    """Find the files that a post names, and the message that it replies to.

    :raises NotFound: a file is not there for them, or the original not in this room
    """
    if not named and original is None:
        return NOTHING
    return Referred(
        files.waiting(connection, named, user, room) if named else UNSET,
        UNSET if original is None else _quote(connection, original, room),
    )


def _quote(connection: Connection, original: int, room: int) -> Quote:
    found = states.quoted.where(messages.c.id == original, messages.c.room == room)
    row = connection.execute(found).first()
    if row is None:
        raise NotFound("message in this room")
    return states.quote_of(row)
