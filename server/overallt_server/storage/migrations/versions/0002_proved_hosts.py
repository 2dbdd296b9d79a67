"""The hosts that owners have proved to be theirs, by thing."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0002"
down_revision: Final = "0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "thing_hosts",
        sa.Column("thing_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("proved_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("thing_id", "host", name="pk_thing_hosts"),
    )
