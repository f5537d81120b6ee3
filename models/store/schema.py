"""The tables. Times are milliseconds since 1970.

The migrations create these; a test holds that both agree.
"""

from __future__ import annotations

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
    Index("ix_users_name_key", "name_key"),
    sqlite_autoincrement=True,
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", LargeBinary(32), primary_key=True),
    Column("user", _Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("date", BigInteger, nullable=False),
)

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
    Column("date", BigInteger, nullable=False),
    UniqueConstraint("user", "msg_id"),
    UniqueConstraint("room", "seq"),
    Index("ix_messages_room_id", "room", "id"),
    sqlite_autoincrement=True,
)
