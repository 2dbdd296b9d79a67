"""What owners call theirs: hosts that they have asked to prove, and single pages."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0025"
down_revision: Final = "0024"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "host_claims",
        sa.Column("thing_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=True),
        sa.Column("missing_since", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("thing_id", "host", name="pk_host_claims"),
    )
    op.create_index("ix_host_claims_host", "host_claims", ["host"])
    op.create_table(
        "proved_pages",
        sa.Column("thing_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("proved_at", sa.BigInteger, nullable=False),
        sa.Column("missing_since", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("thing_id", name="pk_proved_pages"),
    )
