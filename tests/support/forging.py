"""Forging rows, which no use case does, so that an audit has something to name."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from overallt_server.storage.database import Database, Transaction


async def unguard(database: Database, tx: Transaction) -> None:
    """Let append-only tables be changed in *tx*; on SQLite from then on."""
    if not database.is_sqlite:
        await tx.execute(sa.text("SET LOCAL session_replication_role = replica"))
        return
    names = await tx.execute(
        sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    )
    for (name,) in names.all():
        await tx.execute(sa.text(f"DROP TRIGGER {name}"))


async def rows_of(database: Database, table: sa.Table) -> list[dict[str, Any]]:
    """Return all rows of *table*, ordered by its key."""
    async with database.snapshot() as tx:
        found = await tx.execute(sa.select(table).order_by(*table.primary_key))
        return [dict(each) for each in found.mappings().all()]


def this(table: sa.Table, row: Mapping[str, Any]) -> "list[sa.ColumnElement[bool]]":
    """Choose the row of *table* that has the key of *row*."""
    return [column == row[column.name] for column in table.primary_key]


async def put(
    database: Database,
    table: sa.Table,
    row: Mapping[str, Any],
    values: Mapping[str, Any],
) -> None:
    """Store *values* in the cells of *row*, of which its key is enough."""
    async with database.transaction() as tx:
        await tx.execute(table.update().where(*this(table, row)).values(values))
