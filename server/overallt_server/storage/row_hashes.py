"""Rows with a hash over their cells, by which it is seen that one was changed by hand.

Where an owner's payouts go, what is known of a patron, who was an operator, whose a
thing is, which host or page is proved, what the bank told, when what was held is free:
nothing else tells it again, or not always. So each such row tells itself twice. As in
the journal, a hash helps against mistakes and quick fingers, not against whoever
reckons it anew. A row that is gone is missed by its witness (``storage.witnesses``).
"""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from overallt_server.core.journal import hash_of
from overallt_server.core.periods import Period
from overallt_server.storage.database import Transaction
from overallt_server.storage.order_schema import operators
from overallt_server.storage.proof_schema import proved_pages
from overallt_server.storage.schema import (
    bank_movements,
    bank_statements,
    patron_marks,
    payout_accounts,
    periods,
    slices,
    thing_hosts,
    things,
)
from overallt_server.storage.witnesses import key_of

# What each row's hash leaves out: cells that change meanwhile, and are told elsewhere.
_HASHED: Final[Mapping[sa.Table, frozenset[str]]] = {
    payout_accounts: frozenset(),
    patron_marks: frozenset(),
    operators: frozenset(),
    # Whose a thing is; how it is described, its owner may change.
    things: frozenset(
        {"title", "description", "language", "category", "tags", "hidden"}
    ),
    thing_hosts: frozenset(),
    # Each day's check tells it anew.
    proved_pages: frozenset({"missing_since"}),
    periods: frozenset(),
    # Preliminary shares tell it.
    slices: frozenset({"previewed_at"}),
    bank_statements: frozenset(),
    # Statements tell the first, entries the others.
    bank_movements: frozenset(
        {"closed_on", "fate", "patron_id", "resolved_at", "payout"}
    ),
}
_AT_ONCE: Final = 500


def hashed(table: sa.Table, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the *values* of a row of *table*, with its hash."""
    return {**values, "hash": _hash(table, values)}


def changed(table: sa.Table, row: sa.Row[Any], **cells: object) -> dict[str, Any]:
    """Return the *cells* that change in *row* of *table*, with its new hash.

    The row is locked, unless its hash leaves these cells out, and so stays as it is.
    """
    if cells.keys() <= _HASHED[table]:
        return cells
    return {**cells, "hash": _hash(table, {**row._asdict(), **cells})}


def is_whole(table: sa.Table, row: sa.RowMapping) -> bool:
    """Tell whether *row* is as it was stored."""
    stored: bytes = row["hash"]
    return stored == _hash(table, dict(row))


async def changed_by_hand(tx: Transaction) -> AsyncIterator[tuple[str, str]]:
    """Tell table and key of each row that is not as it was stored."""
    for table in _HASHED:
        async for row in _rows(tx, table):
            if not is_whole(table, row):
                yield table.name, key_of(table, dict(row))


async def _rows(tx: Transaction, table: sa.Table) -> AsyncIterator[sa.RowMapping]:
    key = tuple(table.primary_key)
    columns = [each for each in table.columns if each.name not in _HASHED[table]]
    some = sa.select(*columns).order_by(*key).limit(_AT_ONCE)
    rows = (await tx.execute(some)).mappings().all()
    while rows:
        for row in rows:
            yield row
        last = tuple(sa.literal(rows[-1][each], each.type) for each in key)
        behind = sa.tuple_(*key) > sa.tuple_(*last)
        rows = (await tx.execute(some.where(behind))).mappings().all()


def _hash(table: sa.Table, values: Mapping[str, Any]) -> bytes:
    left_out = {"hash", *_HASHED[table]}
    names = [column.name for column in table.columns if column.name not in left_out]
    return hash_of([table.name, *(_told(values[name]) for name in names)])


def _told(cell: object) -> str:
    # As numbers, as they are stored; times count in whole seconds.
    match cell:
        case datetime():
            return str(int(cell.timestamp()))
        case Period():
            return str(cell.number)
        case bool():
            return str(int(cell))
    return str(cell)
