"""What a post refers to, looked up in the transaction that stores it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import UNSET, Struct, UnsetType
from sqlalchemy import Connection

from models.errors import NotFound
from models.events import File, Quote
from models.store import files, naming, states
from models.store.schema import messages

if TYPE_CHECKING:
    from models.store.posts import Post


class Referred(Struct, frozen=True, gc=False):
    """What was found of it, as the message tells it.

    :ivar html: the text with the people marked who are named in it, where they may be
    """

    files: list[File] | UnsetType = UNSET
    quote: Quote | UnsetType = UNSET
    html: str = ""
    mentions: list[int] | UnsetType = UNSET


NOTHING = Referred()


def look_up(connection: Connection, post: Post, people: Mapping[str, int]) -> Referred:
    """Find the files, the original and the people that a post names.

    :param people: those of its room, by the keys of their names
    :raises NotFound: a file is not there for them, or the original not in this room
    """
    if post.html is not None and not post.files and post.reply_to is None:
        return NOTHING
    html, named = "", list[int]()
    if post.html is None:
        html, named = naming.render(
            connection, post.user, post.room, post.text, post.names, people, post.here
        )
    return Referred(
        files.waiting(connection, post.files, post.user.id, post.room) if post.files else UNSET,
        UNSET if post.reply_to is None else _quote(connection, post.reply_to, post.room),
        html,
        named or UNSET,
    )


def _quote(connection: Connection, original: int, room: int) -> Quote:
    found = states.quoted.where(messages.c.id == original, messages.c.room == room)
    row = connection.execute(found).first()
    if row is None:
        raise NotFound("message in this room")
    return states.quote_of(row)
