"""The sums of a pot's weights, so that no settlement has to sum them up."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0016"
down_revision: Final = "0015"

_SUM: Final = """
UPDATE pots SET {column} = COALESCE((
    SELECT SUM(of.weight) FROM pot_things of
    WHERE of.patron_id = pots.patron_id AND of.period = pots.period {which}
), 0)
"""
# The columns, and which of a pot's things each sums up.
_SUMMED: Final = {"weight": "", "paying_weight": "AND NOT of.charity"}


def upgrade() -> None:
    """Add the columns, and fill them."""
    for column, which in _SUMMED.items():
        zero = sa.Column(column, sa.BigInteger, nullable=False, server_default="0")
        op.add_column("pots", zero)
        op.execute(_SUM.format(column=column, which=which))
    # SQLite writes all pots anew for it, so once for both.
    with op.batch_alter_table("pots") as pots:
        for column in _SUMMED:
            pots.alter_column(column, server_default=None)
