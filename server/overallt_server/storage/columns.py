"""Columns: the kinds that most tables have."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from overallt_server.core.periods import Period
from overallt_server.storage.column_types import Instant, PeriodNumber


def named_metadata() -> sa.MetaData:
    """Return what tables belong to: constraints have names that migrations can tell."""
    return sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def key(name: str) -> sa.Column[int]:
    """Return a number that is part of the key.

    It is made by us: SQLite must not hand out numbers of its own.
    """
    return sa.Column(name, sa.BigInteger, primary_key=True, autoincrement=False)


def period() -> sa.Column[Period]:
    """Return the period, as part of the key."""
    return sa.Column("period", PeriodNumber, primary_key=True, autoincrement=False)


def word(name: str) -> sa.Column[str]:
    """Return a text that is (part of) a key."""
    return sa.Column(name, sa.Text, primary_key=True)


def number(name: str) -> sa.Column[int]:
    """Return a number that is known."""
    return sa.Column(name, sa.BigInteger, nullable=False)


def text(name: str) -> sa.Column[str]:
    """Return a text that is known, maybe empty."""
    return sa.Column(name, sa.Text, nullable=False)


def at(name: str, *, known: bool = True) -> sa.Column[datetime]:
    """Return a moment, *known* or not."""
    return sa.Column(name, Instant, nullable=not known)


def digest() -> "sa.Column[bytes]":
    """Return the hash of a row that nothing else tells of, see ``row_hashes``."""
    return sa.Column("hash", sa.LargeBinary, nullable=False)


def where(condition: str) -> dict[str, Any]:
    """Return what makes an index one of the rows alone of which *condition* holds."""
    chosen = sa.text(condition)
    return {"sqlite_where": chosen, "postgresql_where": chosen}
