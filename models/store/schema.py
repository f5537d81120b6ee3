"""The tables. Times are milliseconds since 1970.

The migrations create these; a test holds that both agree.
"""

from __future__ import annotations

import time

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only where the key is exactly INTEGER.
_Id = BigInteger().with_variant(Integer, "sqlite")

facts = Table(
    "facts",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", Text, nullable=False),
)

users = Table(
    "users",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("name", String(64), nullable=False),
    Column("name_key", String(128), nullable=False),
    Column("role", String(16), nullable=False),
    # Whoever says this name is this person: nobody holds a session for it.
    Column("unclaimed", Boolean, nullable=False, server_default=false()),
    Column("date", BigInteger, nullable=False),
    # An argon2id hash, with its salt and parameters; none: a guest.
    Column("password", Text),
    # Deleted at their own wish; the row stays, for what they wrote stays.
    Column("gone", Boolean, nullable=False, server_default=false()),
    # The file that is their picture. No foreign key: files have one to their owner.
    Column("avatar", String(32)),
    Index("ix_users_name_key", "name_key"),
    sqlite_autoincrement=True,
)

# The name of an account is its own also while nobody is here; a guest's is not.
Index(
    "uq_users_account_name",
    users.c.name_key,
    unique=True,
    sqlite_where=users.c.password.is_not(None),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", LargeBinary(32), primary_key=True),
    Column("user", _Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("date", BigInteger, nullable=False),
    Column("device", String(64), nullable=False, server_default=""),
    Column("address", String(64), nullable=False, server_default=""),
    # When it was last used, to some minutes.
    Column("seen", BigInteger, nullable=False, server_default="0"),
    # Begun by a one-time link: whoever holds it may not know the account's password.
    Column("by_link", Boolean, nullable=False, server_default=false()),
)

# Who may not come back, and why. An address bars guests and newcomers from there.
bans = Table(
    "bans",
    metadata,
    Column("user", _Id, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("by", _Id, ForeignKey("users.id", ondelete="SET NULL")),
    Column("reason", Text, nullable=False),
    Column("date", BigInteger, nullable=False),
)

banned_addresses = Table(
    "banned_addresses",
    metadata,
    Column("address", String(64), primary_key=True),
    Column("user", _Id, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True),
)

# Sessions that a ban ended: who comes back by one of them is told why.
banned_sessions = Table(
    "banned_sessions",
    metadata,
    Column("token_hash", LargeBinary(32), primary_key=True),
    Column("user", _Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
)

# What those who look after the place have done, for admins to read.
actions = Table(
    "actions",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("date", BigInteger, nullable=False),
    Column("by", _Id, ForeignKey("users.id", ondelete="SET NULL")),
    Column("what", String(32), nullable=False),
    Column("user", _Id, ForeignKey("users.id", ondelete="SET NULL")),
    Column("room", _Id, ForeignKey("rooms.id", ondelete="SET NULL")),
    # What it was called, where it was open when it happened and no longer is.
    Column("room_name", String(64)),
    Column("message", _Id),
    Column("note", Text, nullable=False, server_default=""),
    sqlite_autoincrement=True,
)

# Links that let somebody in: to the place, to a room, or as an admin.
invites = Table(
    "invites",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("token_hash", LargeBinary(32), nullable=False, unique=True),
    Column("by", _Id, ForeignKey("users.id", ondelete="CASCADE"), index=True),
    Column("room", _Id, ForeignKey("rooms.id", ondelete="CASCADE"), index=True),
    Column("role", String(16), nullable=False, server_default="member"),
    # Who is meant, where it is somebody: the name of an account, or of one to be made.
    Column("name", String(64)),
    Column("date", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("uses", Integer, nullable=False),
    Column("used", Integer, nullable=False, server_default="0"),
    sqlite_autoincrement=True,
)

# The word filter's rules, in the order in which they are asked.
filters = Table(
    "filters",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("act", String(8), nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
)

# The kind of a room that was deleted, as long as there is still something of it to remove.
ENDED = "ended"

# ``name_key`` is unique among the open rooms only: elsewhere it begins with a control
# character, which no name can contain. A direct room's tells whose it is.
rooms = Table(
    "rooms",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("name", String(64), nullable=False),
    Column("name_key", String(128), nullable=False, unique=True),
    Column("kind", String(8), nullable=False),
    Column("topic", Text, nullable=False),
    # The number of the room's last change: taken here, under the row's lock.
    Column("seq", BigInteger, nullable=False, server_default="0"),
    # The highest number of a change whose message is no longer kept at all.
    Column("forgotten", BigInteger, nullable=False, server_default="0"),
    Column("maker", _Id, ForeignKey("users.id", ondelete="SET NULL")),
    Column("date", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)

# Everybody is in the lobby, without a row here.
members = Table(
    "members",
    metadata,
    Column("user", _Id, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("room", _Id, ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("date", BigInteger, nullable=False),
)

# Whom somebody else took out of a room, and when: a link that was made before does not let
# them in again.
taken_out = Table(
    "taken_out",
    metadata,
    Column("user", _Id, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("room", _Id, ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("date", BigInteger, nullable=False),
)

messages = Table(
    "messages",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("room", _Id, ForeignKey("rooms.id", ondelete="CASCADE"), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("user", _Id, ForeignKey("users.id"), nullable=False),
    Column("msg_id", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("html", Text, nullable=False),
    # The text in Unicode NFC, where it is in another form: searching reads this one.
    Column("composed", Text),
    Column("date", BigInteger, nullable=False),
    # What the message tells of its files, as JSON: reading messages costs no join.
    Column("files", Text),
    # The change that posted it: ``seq`` moves on with every later one.
    Column("posted", BigInteger, nullable=False, server_default="0"),
    Column("edited", BigInteger),
    # A tombstone: its row stays, for its number and its msg_id are taken.
    Column("deleted", Boolean, nullable=False, server_default=false()),
    # No foreign key: it would look for replies whenever a message goes.
    Column("reply_to", _Id),
    # JSON, as it is told: people's ids; for each emoji, who reacted with it.
    Column("mentions", Text),
    Column("reactions", Text),
    UniqueConstraint("user", "msg_id"),
    UniqueConstraint("room", "seq"),
    Index("ix_messages_room_id", "room", "id"),
    sqlite_autoincrement=True,
)

Index(
    "ix_messages_reply_to",
    messages.c.reply_to,
    sqlite_where=messages.c.reply_to.is_not(None),
)

# Who is named in which message, for counting; user 0: everybody in the room.
mentions = Table(
    "mentions",
    metadata,
    Column("message", _Id, ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True),
    Column("user", _Id, primary_key=True),
    Column("room", _Id, nullable=False),
    Index("ix_mentions_room_user_message", "room", "user", "message"),
)

# How far somebody is in a room: ``received`` and ``read`` are change numbers.
positions = Table(
    "positions",
    metadata,
    Column("user", _Id, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("room", _Id, ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("received", BigInteger, nullable=False),
    Column("read", BigInteger, nullable=False),
    # The last message that is read: what is unread has a higher id.
    Column("message", BigInteger, nullable=False),
    # When ``read`` was last moved.
    Column("date", BigInteger, nullable=False),
)

# Whose files there are. Without a message a file is seen by its owner alone, and
# forgotten after a while; without a room it is a person's picture.
files = Table(
    "files",
    metadata,
    Column("id", String(32), primary_key=True),
    # The SHA-256 of its bytes, under which they are on disk.
    Column("hash", LargeBinary(32), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("type", String(128), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("width", Integer),
    Column("height", Integer),
    Column("thumbnail", Boolean, nullable=False),
    Column("user", _Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("room", _Id, ForeignKey("rooms.id", ondelete="CASCADE")),
    Column("message", _Id, ForeignKey("messages.id", ondelete="CASCADE"), index=True),
    # Its place among the files of its message.
    Column("position", Integer, nullable=False, server_default="0"),
    Column("date", BigInteger, nullable=False),
    Index("ix_files_room_message", "room", "message"),
)

# Contents that lost a file, and may have lost their last: to be taken off the disk.
orphans = Table(
    "orphans",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("hash", LargeBinary(32), nullable=False, index=True),
)


def now() -> int:
    return time.time_ns() // 1_000_000
