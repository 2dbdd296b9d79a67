"""Rows with a hash over their cells, by which it is seen that one was changed by hand.

Where an owner's payouts go, and what is known of a patron, may change and stands in no
entry of the books; so each such row tells itself twice. As in the journal, a hash helps
against mistakes and quick fingers, not against whoever reckons it anew. A row that is
gone is missed by its witness (``storage.witnesses``).
"""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from overallt_server.core.journal import hash_of
from overallt_server.storage.database import Transaction
from overallt_server.storage.schema import patron_marks, payout_accounts
from overallt_server.storage.witnesses import key_of

_AT_ONCE: Final = 500


def hashed(table: sa.Table, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the *values* of a row of *table*, with its hash."""
    return {**values, "hash": _hash(table, values)}


def is_whole(table: sa.Table, row: sa.RowMapping) -> bool:
    """Tell whether *row* is as it was stored."""
    stored: bytes = row["hash"]
    return stored == _hash(table, dict(row))


async def changed_by_hand(tx: Transaction) -> AsyncIterator[tuple[str, str]]:
    """Tell table and key of each row that is not as it was stored."""
    for table in (payout_accounts, patron_marks):
        async for row in _rows(tx, table):
            if not is_whole(table, row):
                yield table.name, key_of(table, dict(row))


async def _rows(tx: Transaction, table: sa.Table) -> AsyncIterator[sa.RowMapping]:
    key = tuple(table.primary_key)
    some = sa.select(table).order_by(*key).limit(_AT_ONCE)
    rows = (await tx.execute(some)).mappings().all()
    while rows:
        for row in rows:
            yield row
        last = tuple(rows[-1][column] for column in key)
        rows = (await tx.execute(some.where(sa.tuple_(*key) > last))).mappings().all()


def _hash(table: sa.Table, values: Mapping[str, Any]) -> bytes:
    names = [column.name for column in table.columns if column.name != "hash"]
    return hash_of([table.name, *(_told(values[name]) for name in names)])


def _told(cell: object) -> str:
    # Times count in whole seconds, as they are stored.
    return str(int(cell.timestamp()) if isinstance(cell, datetime) else cell)
