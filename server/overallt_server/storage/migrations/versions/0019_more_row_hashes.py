"""More rows get a hash over their cells: what nothing else tells again, or not always.

Both databases have no hash in common but Python's; only things may be many.
"""

import hashlib
from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0019"
down_revision: Final = "0018"

# By table: the columns of its key, and those besides that its hash is over, in order.
_HASHED: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "operators": (("user_id", "added_at"), ("removed_at",)),
    "things": (("id",), ("owner_id", "url", "charity", "created_at")),
    "thing_hosts": (("thing_id", "host"), ("proved_at",)),
    "periods": (
        ("period",),
        ("fee_bps", "currency", "closed_at", "settled_at", "held_until"),
    ),
    "slices": (
        ("period", "slice"),
        ("first_patron_id", "last_patron_id", "settled_at", "released_at"),
    ),
    "bank_statements": (
        ("key",),
        (
            "iban",
            "currency",
            "name",
            "opening_minor",
            "closing_minor",
            "closed_on",
            "imported_at",
        ),
    ),
    "bank_movements": (
        ("key",),
        (
            "number",
            "iban",
            "side",
            "amount_minor",
            "currency",
            "booked_on",
            "other_iban",
            "other_name",
            "text",
            "reason",
        ),
    ),
}


def upgrade() -> None:
    """Add the column to each table, and fill it."""
    for name, (key, others) in _HASHED.items():
        op.add_column(name, sa.Column("hash", sa.LargeBinary))
        _fill(name, key, others)
        with op.batch_alter_table(name) as table:
            table.alter_column("hash", nullable=False)


def _fill(name: str, key: tuple[str, ...], others: tuple[str, ...]) -> None:
    columns: list[Any] = [sa.column(each) for each in (*key, *others)]
    table = sa.table(name, *columns, sa.column("hash", sa.LargeBinary))
    for row in op.get_bind().execute(sa.select(*columns)).all():
        this = [table.c[each] == getattr(row, each) for each in key]
        update = sa.update(table).where(*this).values(hash=_hash(name, row))
        op.get_bind().execute(update)


def _hash(name: str, row: Any) -> bytes:
    # PostgreSQL gives truth as such, SQLite as a number.
    cells = [str(int(each) if isinstance(each, bool) else each) for each in row]
    text = "".join(f"{len(each)}:{each}," for each in [name, *cells])
    return hashlib.sha256(text.encode()).digest()
