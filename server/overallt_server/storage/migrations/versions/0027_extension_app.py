"""The browser's extension signs in as an app of this server's own.

It comes back to a page of ours, whatever our address is: so the address has no host.
"""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0027"
down_revision: Final = "0026"

_APPS: Final = sa.table(
    "apps",
    *map(sa.column, ("client_id", "name", "secret_hash", "redirect_uri", "owner_id")),
    sa.column("first_party", sa.Boolean),
)


def upgrade() -> None:
    """Add the app."""
    app = {
        "client_id": "overallt-extension",
        "name": "Överallt extension",
        "secret_hash": None,
        "redirect_uri": "/oauth/arrived",
        "owner_id": None,
        "first_party": True,
    }
    op.bulk_insert(_APPS, [app])
