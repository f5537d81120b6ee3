"""Who was taken out of a room, and which sessions a ban has ended."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "banned_sessions",
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("user", _Id, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_banned_sessions"),
        sa.ForeignKeyConstraint(
            ["user"], ["users.id"], name="fk_banned_sessions_user", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_banned_sessions_user", "banned_sessions", ["user"])
    op.create_table(
        "taken_out",
        sa.Column("user", _Id, nullable=False),
        sa.Column("room", _Id, nullable=False),
        sa.Column("date", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("user", "room", name="pk_taken_out"),
        sa.ForeignKeyConstraint(
            ["user"], ["users.id"], name="fk_taken_out_user", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["room"], ["rooms.id"], name="fk_taken_out_room", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_taken_out_room", "taken_out", ["room"])
