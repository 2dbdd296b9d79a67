"""Accounts of payouts and marks of patrons get a hash over their cells.

SQLite adds no column that must be known, and both databases have no hash in common but
Python's: the two tables, which are small, are made anew.
"""

import hashlib
from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0012"
down_revision: Final = "0011"


def upgrade() -> None:
    """Make both tables anew, each row with its hash."""
    _make_anew(
        "payout_accounts",
        _number("owner_id"),
        _text("iban"),
        _text("name"),
        _number("named_at"),
        sa.PrimaryKeyConstraint("owner_id", name="pk_payout_accounts"),
    )
    _make_anew(
        "patron_marks",
        _number("patron_id"),
        _text("mark"),
        _text("reason"),
        _number("made_at"),
        sa.PrimaryKeyConstraint("patron_id", "mark", name="pk_patron_marks"),
    )


def _make_anew(name: str, *parts: Any) -> None:
    names = [each.name for each in parts if isinstance(each, sa.Column)]
    old = sa.table(name, *(sa.column(each) for each in names))
    rows = op.get_bind().execute(sa.select(old)).all()
    op.drop_table(name)
    hashed = sa.Column("hash", sa.LargeBinary, nullable=False)
    made = op.create_table(name, *parts[:-1], hashed, parts[-1])
    op.bulk_insert(
        made,
        [
            {**dict(zip(names, row, strict=True)), "hash": _hash(name, row)}
            for row in rows
        ],
    )


def _hash(name: str, row: Any) -> bytes:
    text = "".join(f"{len(each)}:{each}," for each in [name, *map(str, row)])
    return hashlib.sha256(text.encode()).digest()


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, autoincrement=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)
