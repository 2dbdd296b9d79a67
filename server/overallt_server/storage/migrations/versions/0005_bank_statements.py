"""What the bank's files said, and a row that stands for the house."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0005"
down_revision: Final = "0003"


def upgrade() -> None:
    """Make the tables."""
    house = op.create_table(
        "house",
        sa.Column("id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("id", name="pk_house"),
    )
    op.bulk_insert(house, [{"id": 0}])
    op.create_table(
        "bank_statements",
        _text("key"),
        _text("iban"),
        _text("currency"),
        _text("name"),
        _number("opening_minor"),
        _number("closing_minor"),
        sa.Column("closed_on", sa.Date, nullable=False),
        _number("imported_at"),
        sa.PrimaryKeyConstraint("key", name="pk_bank_statements"),
    )
    op.create_table(
        "bank_movements",
        _text("key"),
        _number("number"),
        _text("iban"),
        _text("side"),
        _number("amount_minor"),
        _text("currency"),
        sa.Column("booked_on", sa.Date, nullable=False),
        sa.Column("closed_on", sa.Date, nullable=False),
        _text("other_iban"),
        _text("other_name"),
        _text("text"),
        _text("fate"),
        _text("reason"),
        sa.Column("patron_id", sa.BigInteger, nullable=True),
        sa.Column("resolved_at", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_bank_movements"),
        sa.UniqueConstraint("number", name="uq_bank_movements_number"),
        sa.CheckConstraint(
            "side IN ('debit', 'credit')", name="ck_bank_movements_side"
        ),
        sa.CheckConstraint(
            "fate IN ('means', 'suspense', 'return', 'cost')",
            name="ck_bank_movements_fate",
        ),
    )
    op.create_index(
        "ix_bank_movements_fate_resolved_at",
        "bank_movements",
        ["fate", "resolved_at"],
    )


def _text(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.Text, nullable=False)


def _number(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger, nullable=False)
