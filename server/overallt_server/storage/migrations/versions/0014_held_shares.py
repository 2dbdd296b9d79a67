"""Shares that a card has paid are held: until when, and who has ever paid by card."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0014"
down_revision: Final = "0013"


def upgrade() -> None:
    """Add the columns; of what is closed before, nothing is held."""
    op.add_column("periods", sa.Column("held_until", sa.BigInteger))
    op.add_column("slices", sa.Column("released_at", sa.BigInteger))
    paid_by_card = sa.text("ledger_account = 'cash:stripe' AND side = 'debit'")
    op.create_index(
        "ix_postings_cards",
        "postings",
        ["ledger_account", "patron_id"],
        sqlite_where=paid_by_card,
        postgresql_where=paid_by_card,
    )
