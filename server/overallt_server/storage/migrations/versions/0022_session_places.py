"""From where a session was begun, so that one can tell one's own."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0022"
down_revision: Final = "0021"


def upgrade() -> None:
    """Add the columns; of older sessions nothing is known."""
    for name in ("network", "program"):
        column = sa.Column(name, sa.Text, nullable=False, server_default="")
        op.add_column("sessions", column)
    with op.batch_alter_table("sessions") as sessions:
        for name in ("network", "program"):
            sessions.alter_column(name, server_default=None)
