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


def upgrade() -> None:
    """Add the columns, and fill them."""
    for column, which in (("weight", ""), ("paying_weight", "AND NOT of.charity")):
        zero = sa.Column(column, sa.BigInteger, nullable=False, server_default="0")
        op.add_column("pots", zero)
        op.execute(_SUM.format(column=column, which=which))
        with op.batch_alter_table("pots") as pots:
            pots.alter_column(column, server_default=None)
