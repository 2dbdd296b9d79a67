"""Mails that wait, what their links open, and addresses that are confirmed."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0020"
down_revision: Final = "0019"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "mails",
        _text("key"),
        _text("kind"),
        _number("user_id"),
        _text("address"),
        _text("language"),
        sa.Column("names", sa.JSON, nullable=False),
        _number("made_at"),
        sa.Column("due", sa.BigInteger, nullable=True),
        _number("tries"),
        sa.Column("sent_at", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_mails"),
    )
    waits = sa.text("due IS NOT NULL")
    op.create_index(
        "ix_mails_due", "mails", ["due"], sqlite_where=waits, postgresql_where=waits
    )
    op.create_table(
        "one_time_tokens",
        sa.Column("token_hash", sa.LargeBinary, nullable=False),
        _number("user_id"),
        _text("purpose"),
        _text("address"),
        _number("expires_at"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_one_time_tokens"),
    )
    for column in ("user_id", "expires_at"):
        name = f"ix_one_time_tokens_{column}"
        op.create_index(name, "one_time_tokens", [column])
    op.create_table(
        "confirmed_addresses",
        _number("user_id"),
        _text("address"),
        _number("confirmed_at"),
        sa.PrimaryKeyConstraint("user_id", name="pk_confirmed_addresses"),
    )


def _number(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger, nullable=False, autoincrement=False)


def _text(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.Text, nullable=False)
