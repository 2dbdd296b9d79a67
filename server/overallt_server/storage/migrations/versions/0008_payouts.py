"""Payouts: where they go, how far they have come, and the files that ordered them."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0008"
down_revision: Final = "0007"

_FATES: Final = (
    "fate IN ('means', 'suspense', 'return', 'cost', 'payout', 'payout_returned')"
)


def upgrade() -> None:
    """Make the tables, and let a movement at the bank be of a payout."""
    op.create_table(
        "payout_accounts",
        _id("owner_id"),
        _text("iban"),
        _text("name"),
        _number("named_at"),
        sa.PrimaryKeyConstraint("owner_id", name="pk_payout_accounts"),
    )
    op.create_table(
        "payouts",
        _id("number"),
        _number("owner_id"),
        _number("amount_minor"),
        _text("currency"),
        _text("iban"),
        _text("name"),
        _text("state"),
        _number("requested_at"),
        _number("changed_at"),
        sa.Column("file", sa.BigInteger, nullable=True),
        _text("reason"),
        sa.PrimaryKeyConstraint("number", name="pk_payouts"),
        sa.CheckConstraint(
            "state IN ('requested', 'sent', 'paid', 'rejected', 'returned')",
            name="ck_payouts_state",
        ),
    )
    op.create_index("ix_payouts_owner_id", "payouts", ["owner_id"])
    op.create_index("ix_payouts_state", "payouts", ["state"])
    op.create_table(
        "payout_files",
        _id("number"),
        _text("message"),
        _number("made_at"),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_payout_files"),
        sa.UniqueConstraint("message", name="uq_payout_files_message"),
    )
    _let_movements_be_of_payouts()


def _let_movements_be_of_payouts() -> None:
    # SQLite cannot change a check, so there the table is made anew.
    with op.batch_alter_table("bank_movements") as batch:
        batch.add_column(sa.Column("payout", sa.BigInteger, nullable=True))
        batch.drop_constraint("ck_bank_movements_fate", type_="check")
        batch.create_check_constraint("ck_bank_movements_fate", _FATES)
        batch.create_index("ix_bank_movements_payout", ["payout"])


def _id(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger, nullable=False, autoincrement=False)


def _text(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.Text, nullable=False)


def _number(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger, nullable=False)
