"""What finds the gifts among all entries."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0007"
down_revision: Final = "0006"


def upgrade() -> None:
    """Index the few entries that are gifts, by when they were made."""
    are_gifts = sa.text("kind = 'gift_given'")
    op.create_index(
        "ix_journal_entries_gifts",
        "journal_entries",
        ["made_at"],
        sqlite_where=are_gifts,
        postgresql_where=are_gifts,
    )
