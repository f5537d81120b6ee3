"""The wire's types: each event of docs/protocol.md is one class here.

What clients say is parsed into these classes (:mod:`models.parsing`); what the server
says is encoded from them (:func:`encode`). The documented JSON schema comes from
them as well, so that the page in docs/ can't drift.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

MOST_FILES = 10  # in one message
LONGEST_QUOTE = 200  # characters
LARGEST = 2**53 - 1  # the largest whole number that a JavaScript client can hold

Id = Annotated[int, Meta(ge=1, le=LARGEST)]
Seq = Annotated[int, Meta(ge=0, le=LARGEST)]
Number = Annotated[int, Meta(ge=-LARGEST, le=LARGEST)]
FileId = Annotated[str, Meta(min_length=1, max_length=32)]
Name = Annotated[str, Meta(max_length=64)]
MsgId = Annotated[str, Meta(min_length=1, max_length=64)]
Emoji = Annotated[str, Meta(max_length=16)]
Ref = Annotated[str, Meta(max_length=64)]
Role = Literal["guest", "member", "moderator", "admin", "bot"]
Kind = Literal["open", "closed", "direct"]

# ---------------------------------------------------------------- nouns


class User(Struct, frozen=True, omit_defaults=False):
    """A person; ``avatar`` is the address of their picture, a small square."""

    id: int
    name: str
    role: Role = "guest"
    avatar: str | UnsetType = UNSET


class RoomEntry(Struct):
    """One line of a person's list of rooms.

    ``read``, ``unread`` and ``mentions`` are that person's own. ``maker`` looks after the room;
    ``members`` are told of direct rooms, which have no other name.
    """

    id: int
    name: str
    kind: Kind
    topic: str
    seq: int
    read: int
    unread: int = 0
    mentions: int = 0
    maker: int | UnsetType = UNSET
    members: list[User] | UnsetType = UNSET


class File(Struct):
    """A file of a message.

    ``type`` is told by its bytes, ``size`` is in bytes. Of pictures ``width`` and
    ``height`` are known, in pixels; a large one has a ``thumbnail``.
    """

    id: str
    name: str
    type: str
    size: int
    url: str
    width: int | UnsetType = UNSET
    height: int | UnsetType = UNSET
    thumbnail: str | UnsetType = UNSET


class Shared(Struct):
    """A file of a room, with the message that it is part of."""

    file: File
    message: int
    user: User
    date: int


class Quote(Struct):
    """What a message replies to, as it is now: the beginning of it, or nothing any more."""

    id: int
    user: User
    text: str


class Message(Struct, kw_only=True):
    """The whole current state of one message.

    ``seq`` is the number of its latest change in its room; ``date`` and ``edited``
    are in milliseconds since 1970. A tombstone has ``deleted``, and nothing of what
    was said.
    """

    id: int
    room: int
    seq: int
    user: User
    text: str | UnsetType = UNSET
    html: str | UnsetType = UNSET
    date: int
    msgId: str
    edited: int | UnsetType = UNSET
    deleted: bool | UnsetType = UNSET
    replyTo: int | UnsetType = UNSET
    quote: Quote | UnsetType = UNSET
    mentions: list[int] | UnsetType = UNSET
    reactions: dict[str, list[int]] | UnsetType = UNSET
    files: list[File] | UnsetType = UNSET


# ---------------------------------------------------------------- client → server


class ClientEvent(Struct, tag_field="type", kw_only=True):
    ref: Ref | None = None


class Post(ClientEvent, tag="message"):
    text: str
    room: Id | None = None
    msgId: MsgId | None = None
    replyTo: Id | None = None
    files: Annotated[list[FileId], Meta(max_length=MOST_FILES)] = []


class Edit(ClientEvent, tag="edit"):
    id: Id
    text: str


class Delete(ClientEvent, tag="delete"):
    id: Id


class React(ClientEvent, tag="react"):
    id: Id
    emoji: Emoji
    on: bool


class Join(ClientEvent, tag="join"):
    room: Id | Name
    since: Seq | None = None
    epoch: str | None = None


class Leave(ClientEvent, tag="leave"):
    room: Id


class Type(ClientEvent, tag="typing"):
    room: Id


class Received(ClientEvent, tag="received"):
    room: Id
    seq: Seq


class Read(ClientEvent, tag="read"):
    room: Id
    seq: Seq | None = None
    unreadFrom: Id | None = None


class Ping(ClientEvent, tag="ping"):
    n: Number | float | Ref | None = None


AnyClientEvent = Post | Edit | Delete | React | Join | Leave | Type | Received | Read | Ping

# ---------------------------------------------------------------- server → client


class ServerEvent(Struct, tag_field="type", kw_only=True):
    pass


class Welcome(ServerEvent, tag="welcome"):
    clientKey: str
    user: User
    rooms: list[RoomEntry]
    epoch: str
    limits: dict[str, int]
    date: int
    version: str


class History(ServerEvent, tag="history"):
    """Bring a client to ``seq``.

    The messages are held encoded, so that a thousand people coming back cost a
    thousand joins of bytes.
    """

    room: int
    messages: list[Raw]
    seq: int
    reset: bool
    more: bool
    epoch: str


class Ack(ServerEvent, tag="ack"):
    msgId: str
    message: Raw


class Error(ServerEvent, tag="error"):
    code: str
    message: str
    msgId: str | UnsetType = UNSET
    ref: str | UnsetType = UNSET
    retry: int | UnsetType = UNSET


class Joined(ServerEvent, tag="joined"):
    room: int
    user: User
    count: int


class Left(ServerEvent, tag="left"):
    room: int
    user: User
    count: int


class Presence(ServerEvent, tag="presence"):
    room: int
    users: list[User]
    count: int


class Room(ServerEvent, tag="room"):
    room: RoomEntry


class Removed(ServerEvent, tag="removed"):
    room: int
    ended: bool | UnsetType = UNSET


class UserChanged(ServerEvent, tag="user"):
    user: User


class Typing(ServerEvent, tag="typing"):
    room: int
    user: User


class Receipt(ServerEvent, tag="receipt"):
    """How far somebody is; ``unread`` and ``mentions`` are told to themselves alone."""

    room: int
    user: int
    received: int
    read: int
    date: int
    unread: int | UnsetType = UNSET
    mentions: int | UnsetType = UNSET


class Pong(ServerEvent, tag="pong"):
    n: int | float | str | UnsetType = UNSET


AnyServerEvent = (
    Welcome
    | History
    | Ack
    | Error
    | Joined
    | Left
    | Presence
    | Room
    | Removed
    | UserChanged
    | Typing
    | Receipt
    | Pong
)

# ---------------------------------------------------------------- bytes

encode = msgspec.json.Encoder().encode
decode_message = msgspec.json.Decoder(Message).decode
