"""A proved page gets a hash over its cells and a witness: by it one claims what waits.

Both databases have no hash in common but Python's.
"""

import hashlib
from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0026"
down_revision: Final = "0025"

_PAGES: Final = sa.table(
    "proved_pages",
    *map(sa.column, ("thing_id", "host", "proved_at")),
    sa.column("hash", sa.LargeBinary),
)
_WITNESS: Final = """
INSERT INTO witnesses SELECT 'proved_pages', 'thing_id=' || thing_id FROM proved_pages
"""


def upgrade() -> None:
    """Add the column and fill it; name each page that is there."""
    op.add_column("proved_pages", sa.Column("hash", sa.LargeBinary))
    columns = (_PAGES.c.thing_id, _PAGES.c.host, _PAGES.c.proved_at)
    for row in op.get_bind().execute(sa.select(*columns)).all():
        this = _PAGES.c.thing_id == row.thing_id
        update = sa.update(_PAGES).where(this).values(hash=_hash(row))
        op.get_bind().execute(update)
    with op.batch_alter_table("proved_pages") as table:
        table.alter_column("hash", nullable=False)
    op.execute(_WITNESS)


def _hash(row: Any) -> bytes:
    text = "".join(f"{len(str(each))}:{each}," for each in ("proved_pages", *row))
    return hashlib.sha256(text.encode()).digest()
