"""The state of a message: from its row to what is told of it."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Row, Select, select

from models.channel import Change
from models.events import LONGEST_QUOTE, File, Message, Quote, User, decode_message, encode
from models.store import who
from models.store.schema import messages, users

# Replies that are told again when their original changes; should there be more, those
# read afresh are right all the same.
RETOLD = 100

# What a removal leaves of a message.
NOTHING = {
    "text": "",
    "html": "",
    "composed": None,
    "edited": None,
    "deleted": True,
    "reply_to": None,
    "mentions": None,
    "reactions": None,
    "files": None,
}

_original = messages.alias("original")
_author = users.alias("author")

# Everything that is told of a message. A quote is read from its original whenever
# it is told: what was edited or removed there does not live on in the replies.
whole = (
    select(
        messages,
        *who.columns("user_"),
        _original.c.text.label("quote"),
        _original.c.files.label("quote_files"),
        *who.columns("quote_", _author),
    )
    .join(users, messages.c.user == users.c.id)
    .outerjoin(_original, messages.c.reply_to == _original.c.id)
    .outerjoin(_author, _original.c.user == _author.c.id)
)
# The same of an original alone, for a reply that is only being made.
quoted: Select[Any] = select(
    messages.c.id.label("reply_to"),
    messages.c.text.label("quote"),
    messages.c.files.label("quote_files"),
    *who.columns("quote_"),
).join(users, messages.c.user == users.c.id)

decode_files = msgspec.json.Decoder(list[File]).decode
_decode_ids = msgspec.json.Decoder(list[int]).decode
decode_reactions = msgspec.json.Decoder(dict[str, list[int]]).decode


def change_of(row: Row[Any]) -> Change:
    """Make a change of a row of ``whole``."""
    return change_to(_message(row))


def change_to(message: Message, origin: str | None = None) -> Change:
    """Make a change that leaves a message in this state."""
    return Change(
        room=message.room,
        seq=message.seq,
        id=message.id,
        user=message.user.id,
        body=encode(message),
        msg_id=message.msgId,
        origin=origin,
    )


def under_name(change: Change, user: User) -> Change:
    """Give the same change with somebody's new name, where it names them."""
    message = decode_message(change.body)
    if message.user.id == user.id:
        message.user = user
    if message.quote and message.quote.user.id == user.id:
        message.quote.user = user
    return change_to(message, change.origin)


def _message(row: Row[Any]) -> Message:
    message = Message(
        id=row.id,
        room=row.room,
        seq=row.seq,
        user=who.in_row(row, "user_"),
        date=row.date,
        msgId=row.msg_id,
    )
    if row.deleted:
        message.deleted = True
        return message
    message.text, message.html = row.text, row.html
    if row.edited is not None:
        message.edited = row.edited
    if row.reply_to is not None:
        message.replyTo = row.reply_to
        if row.quote is not None:  # the original may be gone altogether
            message.quote = quote_of(row)
    if row.mentions is not None:
        message.mentions = _decode_ids(row.mentions)
    if row.files is not None:
        message.files = decode_files(row.files)
    if row.reactions is not None:
        message.reactions = decode_reactions(row.reactions)
    return message


def quote_of(row: Row[Any]) -> Quote:
    """Make a quote of a row of ``quoted``, or of ``whole`` where that has one.

    What has only files is quoted by their names.
    """
    text = row.quote
    if not text and row.quote_files:
        text = ", ".join(file.name for file in decode_files(row.quote_files))
    return Quote(id=row.reply_to, user=who.in_row(row, "quote_"), text=text[:LONGEST_QUOTE])
