"""Flattrs for addresses that nobody has claimed yet."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0009"
down_revision: Final = "0008"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "intents",
        sa.Column("patron_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("thing_id", sa.BigInteger, nullable=True),
        sa.Column("period", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("patron_id", "url", name="pk_intents"),
        sa.CheckConstraint(
            "(thing_id IS NULL) = (period IS NULL)", name="ck_intents_claim"
        ),
    )
    op.create_index("ix_intents_host_url", "intents", ["host", "url"])
