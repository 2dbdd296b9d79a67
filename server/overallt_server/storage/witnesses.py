"""Witnesses: that a row is there, told a second time for those nothing else would miss.

Whoever takes away that a patron is frozen, or the last order, leaves no gap in any
number and no entry that asks for it. So each row of these tables has a second one that
names it, written and taken away in the same transaction. It says nothing of what the
row holds, which the row's own hash does.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from overallt_server.core.audit import row as key_told
from overallt_server.storage.database import Transaction
from overallt_server.storage.order_schema import operators, order_outcomes, orders
from overallt_server.storage.proof_schema import proved_pages
from overallt_server.storage.schema import (
    bank_statements,
    house,
    patron_marks,
    payout_accounts,
    payout_files,
    thing_hosts,
    witnesses,
)
from overallt_server.storage.uniqueness import inserting

WITNESSED: Final = (
    payout_accounts,
    patron_marks,
    operators,
    orders,
    order_outcomes,
    thing_hosts,
    proved_pages,
    bank_statements,
    payout_files,
    house,
)


async def add(tx: Transaction, table: sa.Table, cells: Mapping[str, Any]) -> None:
    """Note that the row of *table* with the key in *cells* is there."""
    noted = inserting(tx, witnesses).values(_named(table, cells))
    await tx.execute(noted.on_conflict_do_nothing())


async def remove(tx: Transaction, table: sa.Table, cells: Mapping[str, Any]) -> None:
    """Note that the row of *table* with the key in *cells* is there no more."""
    await tx.execute(sa.delete(witnesses).filter_by(**_named(table, cells)))


def key_of(table: sa.Table, cells: Mapping[str, Any]) -> str:
    """Return the key of a row of *table* as an audit tells it."""
    names = table.primary_key.columns.keys()
    return key_told(**{name: _stored(cells[name]) for name in names})


async def missing(tx: Transaction, table: sa.Table) -> Sequence[str]:
    """List the keys of the rows of *table* that are not there and have a witness."""
    return await _keys(tx, _witnesses_of(table).except_(_rows_of(table)))


async def without(tx: Transaction, table: sa.Table) -> Sequence[str]:
    """List the keys of the rows of *table* that have no witness."""
    return await _keys(tx, _rows_of(table).except_(_witnesses_of(table)))


def _named(table: sa.Table, cells: Mapping[str, Any]) -> dict[str, str]:
    return {"of_table": table.name, "of_row": key_of(table, cells)}


def _stored(cell: object) -> object:
    return int(cell.timestamp()) if isinstance(cell, datetime) else cell


def _witnesses_of(table: sa.Table) -> sa.Select[Any]:
    return sa.select(witnesses.c.of_row).where(witnesses.c.of_table == table.name)


def _rows_of(table: sa.Table) -> sa.Select[Any]:
    told: sa.ColumnElement[str] = sa.literal("")
    for column in table.primary_key:
        is_text = isinstance(column.type, sa.Text)
        raw = sa.type_coerce(column, sa.Text if is_text else sa.BigInteger)
        told += sa.literal(f" {column.name}=") + sa.cast(raw, sa.Text)
    return sa.select(sa.func.ltrim(told).label("of_row"))


async def _keys(tx: Transaction, told: sa.CompoundSelect[Any]) -> Sequence[str]:
    return sorted((await tx.execute(told)).scalars())
