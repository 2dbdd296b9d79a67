"""Copying: the rows of every table in one order, the same on both databases.

Rows stand in the order of their primary key. Texts are compared byte by byte: how a
PostgreSQL sorts words depends on where it was set up, and two databases that disagree
could not be gone through side by side.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

import sqlalchemy as sa

from overallt_server.storage.database import Database, Transaction
from overallt_server.storage.schema import metadata

type Row = tuple[Any, ...]
type Table = sa.Table

TABLES: Final = tuple(metadata.sorted_tables)
ROWS_AT_ONCE: Final = 1000


async def forbid_writing(database: Database, tx: Transaction) -> None:
    """Keep every other program from changing any table until *tx* ends."""
    if database.is_sqlite:
        # A transaction that writes is the only one; it begins with its first statement.
        await tx.execute(sa.select(1))
        return
    # SQLAlchemy has no word for it; the names are those of our own schema.
    names = ", ".join(table.name for table in TABLES)
    await tx.execute(sa.text(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE"))


async def count(tx: Transaction, table: Table) -> int:
    """Return how many rows *table* has."""
    counted = await tx.execute(sa.select(sa.func.count()).select_from(table))
    return int(counted.scalar_one())


def key_of(table: Table, row: Row) -> Row:
    """Return the primary key of *row*."""
    names = table.columns.keys()
    return tuple(row[names.index(column.name)] for column in table.primary_key)


async def batches(
    database: Database, tx: Transaction, table: Table, *, after: Row | None = None
) -> AsyncIterator[Sequence[Row]]:
    """Give the rows of *table* behind the key *after*, some at a time."""
    order = [_bytewise(database, column) for column in table.primary_key]
    statement = sa.select(table).order_by(*order).limit(ROWS_AT_ONCE)
    while True:
        behind = statement
        if after is not None:
            values = zip(after, table.primary_key, strict=True)
            bound = sa.tuple_(*(sa.literal(each, key.type) for each, key in values))
            behind = statement.where(sa.tuple_(*order) > bound)
        rows = [tuple(row) for row in (await tx.execute(behind)).all()]
        if rows:
            yield rows
        if len(rows) < ROWS_AT_ONCE:
            return
        after = key_of(table, rows[-1])


async def insert(tx: Transaction, table: Table, rows: Sequence[Row]) -> None:
    """Add *rows* to *table*."""
    names = table.columns.keys()
    await tx.execute(
        sa.insert(table), [dict(zip(names, row, strict=True)) for row in rows]
    )


def _bytewise(database: Database, column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    if database.is_sqlite or not isinstance(column.type, sa.Text):
        return column
    return sa.collate(column, "C")
