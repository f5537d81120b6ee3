"""Sessions that a one-time link began."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column(
        "sessions",
        sa.Column("by_link", sa.Boolean, nullable=False, server_default=sa.false()),
    )
