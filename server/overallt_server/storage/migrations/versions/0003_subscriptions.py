"""The flattrs that patrons repeat each period."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0003"
down_revision: Final = "0002"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "subscriptions",
        sa.Column("patron_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("thing_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("patron_id", "thing_id", name="pk_subscriptions"),
    )
