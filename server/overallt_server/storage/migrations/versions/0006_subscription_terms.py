"""How much a subscription weighs, and when it ends by itself."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0006"
down_revision: Final = "0005"


def upgrade() -> None:
    """Let those that are there weigh what a click does, without end."""
    with op.batch_alter_table("subscriptions") as table:
        table.add_column(
            sa.Column("weight", sa.BigInteger, nullable=False, server_default="1")
        )
        table.add_column(sa.Column("last_period", sa.BigInteger))
    with op.batch_alter_table("subscriptions") as table:
        table.alter_column("weight", server_default=None)
