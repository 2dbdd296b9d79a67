"""What things will have earned once a closed month is settled.

Of a month that is closed while this runs, ``overallt-server period close`` tells it.
"""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0013"
down_revision: Final = "0012"


def upgrade() -> None:
    """Make the table, and say of slices whether theirs are in it."""
    op.add_column("slices", sa.Column("previewed_at", sa.BigInteger))
    op.create_table(
        "preliminary_shares",
        *(
            sa.Column(name, sa.BigInteger, nullable=False, autoincrement=False)
            for name in ("period", "owner_id", "thing_id", "flattrs", "share_minor")
        ),
        sa.Column("currency", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint(
            "period", "owner_id", "thing_id", name="pk_preliminary_shares"
        ),
    )
