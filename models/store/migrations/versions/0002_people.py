"""People and rooms: accounts, devices, bans, invitations, the word filter."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.add_column("users", sa.Column("password", sa.Text))
    op.add_column("users", sa.Column("gone", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_index(
        "uq_users_account_name",
        "users",
        ["name_key"],
        unique=True,
        sqlite_where=sa.text("password IS NOT NULL"),
    )
    _extend_sessions()
    _create_moderation()
    op.create_table(
        "invites",
        sa.Column("id", _Id, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("by", _Id),
        sa.Column("room", _Id),
        sa.Column("role", sa.String(16), nullable=False, server_default="member"),
        sa.Column("name", sa.String(64)),
        sa.Column("date", sa.BigInteger, nullable=False),
        sa.Column("expires", sa.BigInteger, nullable=False),
        sa.Column("uses", sa.Integer, nullable=False),
        sa.Column("used", sa.Integer, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name="pk_invites"),
        sa.UniqueConstraint("token_hash", name="uq_invites_token_hash"),
        sa.ForeignKeyConstraint(["by"], ["users.id"], name="fk_invites_by", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["room"], ["rooms.id"], name="fk_invites_room", ondelete="CASCADE"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_invites_by", "invites", ["by"])
    op.create_index("ix_invites_room", "invites", ["room"])


def _extend_sessions() -> None:
    for name, type, default in (
        ("device", sa.String(64), ""),
        ("address", sa.String(64), ""),
        ("seen", sa.BigInteger, "0"),
    ):
        op.add_column("sessions", sa.Column(name, type, nullable=False, server_default=default))
    sessions = sa.table("sessions", sa.column("seen"), sa.column("date"))
    op.execute(sa.update(sessions).values(seen=sessions.c.date))


def _create_moderation() -> None:
    op.create_table(
        "bans",
        sa.Column("user", _Id, nullable=False),
        sa.Column("by", _Id),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("date", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("user", name="pk_bans"),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name="fk_bans_user", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["by"], ["users.id"], name="fk_bans_by", ondelete="SET NULL"),
    )
    op.create_table(
        "banned_addresses",
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("user", _Id, nullable=False),
        sa.PrimaryKeyConstraint("address", "user", name="pk_banned_addresses"),
        sa.ForeignKeyConstraint(
            ["user"], ["users.id"], name="fk_banned_addresses_user", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_banned_addresses_user", "banned_addresses", ["user"])
    op.create_table(
        "actions",
        sa.Column("id", _Id, nullable=False),
        sa.Column("date", sa.BigInteger, nullable=False),
        sa.Column("by", _Id),
        sa.Column("what", sa.String(32), nullable=False),
        sa.Column("user", _Id),
        sa.Column("room", _Id),
        sa.Column("message", _Id),
        sa.Column("note", sa.Text, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name="pk_actions"),
        sa.ForeignKeyConstraint(["by"], ["users.id"], name="fk_actions_by", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["user"], ["users.id"], name="fk_actions_user", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["room"], ["rooms.id"], name="fk_actions_room", ondelete="SET NULL"
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "filters",
        sa.Column("position", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("act", sa.String(8), nullable=False),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("position", name="pk_filters"),
    )
