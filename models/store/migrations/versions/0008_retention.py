"""Rooms of which the oldest changes are no longer kept."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column(
        "rooms", sa.Column("forgotten", sa.BigInteger, nullable=False, server_default="0")
    )
