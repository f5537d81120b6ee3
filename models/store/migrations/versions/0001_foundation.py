"""The foundation: people, sessions, rooms, messages, and the lobby."""

import secrets
import time

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    facts = op.create_table(
        "facts",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_facts"),
    )
    op.create_table(
        "users",
        sa.Column("id", _Id, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("name_key", sa.String(128), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("unclaimed", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("date", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_users_name_key", "users", ["name_key"])
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("user", _Id, nullable=False),
        sa.Column("date", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sessions"),
        sa.ForeignKeyConstraint(
            ["user"], ["users.id"], name="fk_sessions_user", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_sessions_user", "sessions", ["user"])
    rooms = op.create_table(
        "rooms",
        sa.Column("id", _Id, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("name_key", sa.String(128), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("maker", _Id),
        sa.Column("date", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rooms"),
        sa.UniqueConstraint("name_key", name="uq_rooms_name_key"),
        sa.ForeignKeyConstraint(
            ["maker"], ["users.id"], name="fk_rooms_maker", ondelete="SET NULL"
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "members",
        sa.Column("user", _Id, nullable=False),
        sa.Column("room", _Id, nullable=False),
        sa.Column("date", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("user", "room", name="pk_members"),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name="fk_members_user", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["room"], ["rooms.id"], name="fk_members_room", ondelete="CASCADE"),
    )
    op.create_index("ix_members_room", "members", ["room"])
    op.create_table(
        "messages",
        sa.Column("id", _Id, nullable=False),
        sa.Column("room", _Id, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("user", _Id, nullable=False),
        sa.Column("msg_id", sa.String(64), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("html", sa.Text, nullable=False),
        sa.Column("date", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.UniqueConstraint("user", "msg_id", name="uq_messages_user_msg_id"),
        sa.UniqueConstraint("room", "seq", name="uq_messages_room_seq"),
        sa.ForeignKeyConstraint(
            ["room"], ["rooms.id"], name="fk_messages_room", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name="fk_messages_user"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_messages_room_id", "messages", ["room", "id"])

    op.bulk_insert(facts, [{"name": "epoch", "value": secrets.token_hex(8)}])
    op.bulk_insert(
        rooms,
        [
            {
                "name": "lobby",
                "name_key": "lobby",
                "kind": "open",
                "topic": "",
                "date": time.time_ns() // 1_000_000,
            }
        ],
    )
