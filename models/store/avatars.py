"""Pictures of people: each has one or none, a file that belongs to no room."""

from __future__ import annotations

from sqlalchemy import Connection, update

from models.errors import SignedOut
from models.events import User
from models.store import files, who
from models.store.files import Content
from models.store.schema import users


def give(connection: Connection, user: int, content: Content) -> User:
    """Give somebody a picture, in place of the one they have; give them as they are now.

    :raises SignedOut: they were deleted meanwhile
    """
    files.remove_pictures_of(connection, user)
    file = files.create(connection, user, None, who.PICTURE, content)
    return _set(connection, user, file.id)


def remove(connection: Connection, user: int) -> User:
    """Take somebody's picture away, if they have one; give them as they are now.

    :raises SignedOut: they were deleted meanwhile
    """
    files.remove_pictures_of(connection, user)
    return _set(connection, user, None)


def _set(connection: Connection, user: int, file: str | None) -> User:
    here = (users.c.id == user) & ~users.c.gone
    changed = update(users).where(here).values(avatar=file).returning(*who.columns())
    row = connection.execute(changed).first()
    if row is None:
        raise SignedOut("This account was deleted meanwhile.")
    return who.in_row(row)
