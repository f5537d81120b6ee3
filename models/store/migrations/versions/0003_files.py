"""Files: whose they are, and what messages tell of theirs."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.add_column("messages", sa.Column("files", sa.Text))
    op.create_table(
        "files",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("type", sa.String(128), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("width", sa.Integer),
        sa.Column("height", sa.Integer),
        sa.Column("thumbnail", sa.Boolean, nullable=False),
        sa.Column("user", _Id, nullable=False),
        sa.Column("room", _Id),
        sa.Column("message", _Id),
        sa.Column("position", sa.Integer, nullable=False, server_default="0"),
        sa.Column("date", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_files"),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name="fk_files_user", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["room"], ["rooms.id"], name="fk_files_room", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["message"], ["messages.id"], name="fk_files_message", ondelete="CASCADE"
        ),
    )
    for columns in (["hash"], ["user"], ["message"], ["room", "message"]):
        op.create_index(f"ix_files_{'_'.join(columns)}", "files", columns)
    op.create_table(
        "orphans",
        sa.Column("id", _Id, nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_orphans"),
    )
    op.create_index("ix_orphans_hash", "orphans", ["hash"])
