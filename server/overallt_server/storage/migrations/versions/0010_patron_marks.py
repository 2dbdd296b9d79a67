"""What an operator knows of a patron: who he is, that he is frozen."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0010"
down_revision: Final = "0009"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "patron_marks",
        sa.Column("patron_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("mark", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("patron_id", "mark", name="pk_patron_marks"),
    )
