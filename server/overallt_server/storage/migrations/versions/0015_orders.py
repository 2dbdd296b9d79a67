"""Operators, and what they order by hand.

Orders and their outcomes are append-only (I2).
"""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0015"
down_revision: Final = "0014"

APPEND_ONLY: Final = ("orders", "order_outcomes")

SQLITE_TRIGGER: Final = """
CREATE TRIGGER %(table)s_no_%(verb)s BEFORE %(verb)s ON %(table)s
BEGIN SELECT RAISE(ABORT, '%(table)s is append-only'); END
"""
# Its function is of migration 0001.
POSTGRESQL_TRIGGER: Final = """
CREATE TRIGGER %(table)s_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
ON %(table)s FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""


def upgrade() -> None:
    """Make the tables, and let nobody change what is ordered and decided."""
    op.create_table(
        "operators",
        _id("user_id"),
        _id("added_at"),
        sa.Column("removed_at", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("user_id", "added_at", name="pk_operators"),
    )
    op.create_table(
        "orders",
        _id("number"),
        _text("what"),
        _text("arguments"),
        _text("reason"),
        sa.Column("needed", sa.BigInteger, nullable=False),
        sa.Column("operator_id", sa.BigInteger, nullable=True),
        sa.Column("ordered_at", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_orders"),
    )
    op.create_table(
        "order_outcomes",
        _id("number"),
        _text("verdict"),
        sa.Column("operator_id", sa.BigInteger, nullable=True),
        _text("reason"),
        sa.Column("decided_at", sa.BigInteger, nullable=False),
        sa.Column("chain", sa.BigInteger, nullable=True),
        sa.Column("entry", sa.BigInteger, nullable=True),
        sa.Column("file", sa.BigInteger, nullable=True),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_order_outcomes"),
    )
    op.create_index(
        "ix_order_outcomes_chain_entry", "order_outcomes", ["chain", "entry"]
    )
    for table in APPEND_ONLY:
        if op.get_bind().dialect.name == "sqlite":
            for verb in ("UPDATE", "DELETE"):
                _run(SQLITE_TRIGGER, table=table, verb=verb.lower())
        else:
            _run(POSTGRESQL_TRIGGER, table=table)


def _id(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger, nullable=False, autoincrement=False)


def _text(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.Text, nullable=False)


def _run(template: str, **names: str) -> None:
    # SQLAlchemy 2.1 leaves DDL's constructor without types.
    op.execute(sa.DDL(template, context=names))  # type: ignore[no-untyped-call]
