"""People as they are told of: the columns that it takes, and the noun that is made of them."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET
from sqlalchemy import ColumnElement, FromClause, Row

from models.events import Role, User
from models.store.schema import users

_NAMES = ("id", "name", "role", "avatar")
# What the file of somebody's picture is called.
PICTURE = "avatar.webp"


def columns(prefix: str = "", of: FromClause = users) -> list[ColumnElement[Any]]:
    """Give what to select for :func:`in_row`.

    :param prefix: keeps them apart from other columns, and other people, of the row
    :param of: ``users``, or an alias of it
    """
    return [of.c[name].label(prefix + name) for name in _NAMES]


def in_row(row: Row[*tuple[Any, ...]], prefix: str = "") -> User:
    """Give the person whose columns a row has."""
    return person(*[getattr(row, prefix + name) for name in _NAMES])


def person(id: int, name: str, role: Role, avatar: str | None) -> User:
    """Give a person.

    :param avatar: the id of the file that is their picture
    """
    return User(id, name, role, UNSET if avatar is None else f"/files/{avatar}/{PICTURE}")
