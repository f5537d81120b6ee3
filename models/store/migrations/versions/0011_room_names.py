"""What an open room was called outlives it, in the log of what was done there."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("actions", sa.Column("room_name", sa.String(64)))
