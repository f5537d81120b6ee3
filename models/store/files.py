"""Files in the database: whose they are, where they belong, which bytes they are.

A file is uploaded to a room, and seen by nobody else until a message names it; from
then on by those who may read the room. The message carries a copy of what it says
of its files (``messages.files``), so that reading messages costs no join; what may
be fetched, and what a person's quota counts, is said by the rows here.

Several rows may share one content. When the last is removed, the content is written
down as an orphan in the same transaction, and taken off the disk soon after.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)

from models.errors import NotFound
from models.events import File, Shared
from models.store import rooms, who
from models.store.schema import files, now, orphans, users

UNNAMED_MS = 24 * 3600 * 1000  # how long a file waits for its message


@dataclass(slots=True, frozen=True)
class Content:
    """What was found out about some bytes.

    :ivar thumbnail: there is a small picture of it
    """

    digest: bytes
    type: str
    size: int
    width: int | None = None
    height: int | None = None
    thumbnail: bool = False


@dataclass(slots=True, frozen=True)
class Kept:
    """A file that somebody may have."""

    name: str
    content: Content


def create(
    connection: Connection, user: int, room: int | None, name: str, content: Content
) -> File:
    """Keep a file that no message names yet.

    :param room: None: it is a picture of a person
    :raises NotFound: the room is not open to them any more
    """
    if room is not None:
        rooms.find(connection, user, room)
    values = {
        "id": secrets.token_urlsafe(12),
        "hash": content.digest,
        "name": name,
        "type": content.type,
        "size": content.size,
        "width": content.width,
        "height": content.height,
        "thumbnail": content.thumbnail,
        "user": user,
        "room": room,
        "date": now(),
    }
    row = connection.execute(insert(files).values(values).returning(files)).one()
    return _file(row)


def attach(connection: Connection, ids: Sequence[str], user: int, room: int, message: int) -> None:
    """Make files part of a message.

    :raises NotFound: one is not there, is somebody else's, was uploaded to another
        room, or is part of a message already
    """
    for position, id in enumerate(ids):
        own = _waiting(user, room) & (files.c.id == id)
        values = {"message": message, "position": position}
        if not connection.execute(update(files).where(own).values(values)).rowcount:
            raise NotFound("file among yours in this room")


def waiting(connection: Connection, ids: Sequence[str], user: int, room: int) -> list[File]:
    """Give files that can be made part of a message, in the order of ``ids``.

    :raises NotFound: as :func:`attach`; also where one is named twice
    """
    found = select(files).where(_waiting(user, room), files.c.id.in_(ids))
    by_id = {row.id: _file(row) for row in connection.execute(found)}
    if set(by_id) != set(ids) or len(by_id) < len(ids):
        raise NotFound("file among yours in this room")
    return [by_id[id] for id in ids]


def find(connection: Connection, user: int, id: str) -> Kept:
    """Find a file that somebody may have at this moment.

    :raises NotFound: there is none, or it is not open to ``user``
    """
    row = connection.execute(select(files).where(files.c.id == id)).first()
    if row is None or not _is_open_to(connection, user, row):
        raise NotFound("file")
    content = Content(row.hash, row.type, row.size, row.width, row.height, row.thumbnail)
    return Kept(row.name, content)


def page(
    connection: Connection, room: int, limit: int, before: str | None = None
) -> tuple[list[Shared], bool]:
    """Read one page of a room's files, the newest first.

    :param before: the file behind which the page begins; None: at the newest
    :returns: the page, and whether there are more
    """
    found = (
        select(files, *who.columns("user_"))
        .join(users, files.c.user == users.c.id)
        .where(files.c.room == room, files.c.message.is_not(None))
    )
    if before is not None:
        last = select(files.c.message, files.c.position).where(files.c.id == before)
        at = tuple_(files.c.message, files.c.position)
        found = found.where(at < last.scalar_subquery())
    ordered = found.order_by(files.c.message.desc(), files.c.position.desc())
    rows = connection.execute(ordered.limit(limit + 1)).all()
    shared = [
        Shared(_file(row), row.message, who.in_row(row, "user_"), row.date) for row in rows[:limit]
    ]
    return shared, len(rows) > limit


def used(connection: Connection, user: int) -> int:
    """Tell how many bytes somebody's files have together."""
    total = connection.scalar(select(func.sum(files.c.size)).where(files.c.user == user))
    return int(total or 0)


def remove_of(connection: Connection, messages: Collection[int]) -> None:
    """Remove the files of messages that are being removed."""
    _remove(connection, files.c.message.in_(messages))


def remove_in(connection: Connection, room: int) -> None:
    """Remove all files of a room, also those that no message names."""
    _remove(connection, files.c.room == room)


def remove_pictures_of(connection: Connection, user: int) -> None:
    """Remove the files that are somebody's own picture."""
    _remove(connection, (files.c.user == user) & files.c.room.is_(None))


def forget(connection: Connection, user: int, id: str) -> None:
    """Remove a file that no message names yet.

    :raises NotFound: there is none of that person's
    """
    own = files.c.message.is_(None) & (files.c.user == user) & (files.c.id == id)
    if not _remove(connection, own & files.c.room.is_not(None)):
        raise NotFound("file among yours")


def forget_unnamed(connection: Connection, before: int) -> int:
    """Remove files that no message has named; tell how many.

    :param before: those that came before this moment
    """
    return _remove(connection, _unnamed(before))


def are_unnamed(connection: Connection, before: int) -> bool:
    """Tell whether :func:`forget_unnamed` has anything to do."""
    return bool(connection.scalar(select(exists().where(_unnamed(before)))))


def unreferred(connection: Connection) -> list[bytes]:
    """List the contents that were written down as orphans and are no file's."""
    still = exists().where(files.c.hash == orphans.c.hash)
    return list(connection.scalars(select(orphans.c.hash).where(~still).distinct()))


def strike_off(connection: Connection, digests: Collection[bytes]) -> None:
    """Forget orphans that are off the disk, and those that are in use again."""
    in_use = exists().where(files.c.hash == orphans.c.hash)
    connection.execute(delete(orphans).where(or_(orphans.c.hash.in_(digests), in_use)))


def referred(connection: Connection, digests: Collection[bytes]) -> set[bytes]:
    """Tell which of these contents are some file's."""
    known = list(digests)
    found: set[bytes] = set()
    for begin in range(0, len(known), 500):
        some = files.c.hash.in_(known[begin : begin + 500])
        found.update(connection.scalars(select(files.c.hash).where(some)))
    return found


def _waiting(user: int, room: int) -> ColumnElement[bool]:
    own = (files.c.user == user) & (files.c.room == room)
    return own & files.c.message.is_(None)


def _unnamed(before: int) -> ColumnElement[bool]:
    unnamed = files.c.message.is_(None) & files.c.room.is_not(None)
    return unnamed & (files.c.date < before)


def _remove(connection: Connection, which: ColumnElement[bool]) -> int:
    removed = list(connection.scalars(delete(files).where(which).returning(files.c.hash)))
    if removed:
        connection.execute(insert(orphans), [{"hash": digest} for digest in set(removed)])
    return len(removed)


def _is_open_to(connection: Connection, user: int, row: Row[Any]) -> bool:
    if row.room is None:
        return True
    if row.message is None:
        return bool(row.user == user)
    try:
        rooms.find(connection, user, row.room)
    except NotFound:
        return False
    return True


def _file(row: Row[Any]) -> File:
    content = Content(row.hash, row.type, row.size, row.width, row.height, row.thumbnail)
    return tell(row.id, row.name, content)


def tell(id: str, name: str, content: Content) -> File:
    """Give what is told of a file."""
    url = f"/files/{id}/{quote(name, safe='')}"
    file = File(id=id, name=name, type=content.type, size=content.size, url=url)
    if content.width is not None and content.height is not None:
        file.width, file.height = content.width, content.height
    if content.thumbnail:
        file.thumbnail = f"{url}/thumbnail"
    return file
