"""Of rows that nothing else would miss there is a second one that names them."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0018"
down_revision: Final = "0017"

_FILL: Final = """
INSERT INTO witnesses
SELECT 'payout_accounts', 'owner_id=' || owner_id FROM payout_accounts
UNION ALL
SELECT 'patron_marks', 'patron_id=' || patron_id || ' mark=' || mark FROM patron_marks
UNION ALL
SELECT 'operators', 'user_id=' || user_id || ' added_at=' || added_at FROM operators
UNION ALL
SELECT 'orders', 'number=' || number FROM orders
UNION ALL
SELECT 'order_outcomes', 'number=' || number FROM order_outcomes
UNION ALL
SELECT 'thing_hosts', 'thing_id=' || thing_id || ' host=' || host FROM thing_hosts
UNION ALL
SELECT 'bank_statements', 'key=' || key FROM bank_statements
UNION ALL
SELECT 'payout_files', 'number=' || number FROM payout_files
UNION ALL
SELECT 'house', 'id=' || id FROM house
"""


def upgrade() -> None:
    """Make the table, and name in it what is there."""
    op.create_table(
        "witnesses",
        sa.Column("of_table", sa.Text, nullable=False),
        sa.Column("of_row", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("of_table", "of_row", name="pk_witnesses"),
    )
    op.execute(_FILL)
