"""The conversation: edits, removals, replies, mentions, reactions, reading positions."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _extend_messages()
    op.create_table(
        "mentions",
        sa.Column("message", _Id, nullable=False),
        sa.Column("user", _Id, nullable=False),
        sa.Column("room", _Id, nullable=False),
        sa.PrimaryKeyConstraint("message", "user", name="pk_mentions"),
        sa.ForeignKeyConstraint(
            ["message"], ["messages.id"], name="fk_mentions_message", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_mentions_room_user_message", "mentions", ["room", "user", "message"])
    op.create_table(
        "positions",
        sa.Column("user", _Id, nullable=False),
        sa.Column("room", _Id, nullable=False),
        sa.Column("received", sa.BigInteger, nullable=False),
        sa.Column("read", sa.BigInteger, nullable=False),
        sa.Column("message", sa.BigInteger, nullable=False),
        sa.Column("date", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("user", "room", name="pk_positions"),
        sa.ForeignKeyConstraint(
            ["user"], ["users.id"], name="fk_positions_user", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["room"], ["rooms.id"], name="fk_positions_room", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_positions_room", "positions", ["room"])


def _extend_messages() -> None:
    for column in (
        sa.Column("posted", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("edited", sa.BigInteger),
        sa.Column("deleted", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("reply_to", _Id),
        sa.Column("mentions", sa.Text),
        sa.Column("reactions", sa.Text),
    ):
        op.add_column("messages", column)
    messages = sa.table("messages", sa.column("posted"), sa.column("seq"))
    op.execute(sa.update(messages).values(posted=messages.c.seq))  # none was changed so far
    op.create_index(
        "ix_messages_reply_to",
        "messages",
        ["reply_to"],
        sqlite_where=sa.text("reply_to IS NOT NULL"),
    )
