"""What an export is made of: one JSON object a line (docs/export.md is for those who read it).

A line refers only to what lines before it tell, and its end is told, so that nothing is
missing unnoticed.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from models.events import Kind, Role

FORMAT = 1

Id = Annotated[int, Meta(ge=1, lt=1 << 53)]
Time = Annotated[int, Meta(ge=0, lt=1 << 53)]


class BadExport(Exception):
    """Say what is wrong with an export, as the rest of a sentence."""


class Line(Struct, tag_field="type", omit_defaults=True, kw_only=True):
    pass


class Begin(Line, tag="export"):
    format: int


class End(Line, tag="end"):
    """How many lines come before it."""

    lines: int


class Attached(Struct, omit_defaults=True):
    """A file; its bytes are in ``files/`` of the export, by their SHA-256.

    :ivar thumbnail: there is a small picture of it
    """

    id: Annotated[str, Meta(pattern=r"^[\w-]{16}$")]
    name: str
    media: str
    size: Annotated[int, Meta(ge=0, lt=1 << 53)]
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    date: Time
    width: Annotated[int, Meta(ge=1, le=1 << 24)] | None = None
    height: Annotated[int, Meta(ge=1, le=1 << 24)] | None = None
    thumbnail: bool = False


class Person(Line, tag="person"):
    """Somebody; with another role than guest they have an account.

    :ivar unclaimed: a guest who is whoever says this name
    :ivar gone: deleted
    """

    id: Id
    name: str
    date: Time
    role: Role = "guest"
    unclaimed: bool = False
    gone: bool = False
    picture: Attached | None = None


class Member(Struct):
    user: Id
    date: Time


class Progress(Struct):
    """How far somebody has read: to which message, and since when."""

    user: Id
    message: Annotated[int, Meta(ge=0, lt=1 << 53)]
    date: Time


class Room(Line, tag="room"):
    """A room; the one with the id 1 is the lobby, which everybody is in."""

    id: Id
    name: str
    date: Time
    kind: Kind = "open"
    topic: str = ""
    maker: int | None = None
    members: list[Member] = []
    read: list[Progress] = []


class Message(Line, tag="message"):
    """A message as it is now.

    :ivar mentions: whom it names; 0: everybody in the room
    :ivar reactions: for each emoji, who reacted with it
    """

    id: Id
    room: Id
    user: Id
    date: Time
    msgId: Annotated[str, Meta(min_length=1, max_length=64)]
    text: str = ""
    edited: Time | None = None
    deleted: bool = False
    replyTo: Id | None = None
    mentions: list[int] = []
    reactions: dict[str, list[Id]] = {}
    files: list[Attached] = []


AnyLine = Begin | Person | Room | Message | End

encode = msgspec.json.Encoder().encode
_decoder: msgspec.json.Decoder[AnyLine] = msgspec.json.Decoder(AnyLine)


def decode(line: bytes, number: int) -> AnyLine:
    """Read one line.

    :raises BadExport: it is not one of these
    """
    try:
        return _decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadExport(f"line {number:,} is none of an export: {error}") from None
