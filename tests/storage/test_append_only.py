"""Whatever is in the journal stays there as it was written (I2)."""

import pytest
import sqlalchemy as sa

from overallt_server.core.periods import Period
from overallt_server.storage import order_schema, schema
from overallt_server.storage.database import Database

ROWS = {
    schema.journal_entries: {
        "patron_id": 1,
        "number": 1,
        "natural_key": "key",
        "kind": "kind",
        "memo": "memo",
        "made_at": Period(2026, 1).start,
        "previous_hash": b"",
        "hash": b"hash",
    },
    schema.postings: {
        "patron_id": 1,
        "number": 1,
        "line": 1,
        "side": "debit",
        "ledger_account": "means:1",
        "amount_minor": 1,
        "currency": "EUR",
    },
    schema.shares: {
        "patron_id": 1,
        "period": Period(2026, 1),
        "thing_id": 1,
        "revision": 0,
        "owner_id": 2,
        "share_minor": 1,
        "currency": "EUR",
    },
    order_schema.orders: {
        "number": 1,
        "what": "equity add",
        "arguments": "{}",
        "reason": "fees",
        "needed": 2,
        "operator_id": 1,
        "ordered_at": Period(2026, 1).start,
        "hash": b"hash",
    },
    order_schema.order_outcomes: {
        "number": 1,
        "verdict": "confirmed",
        "operator_id": 2,
        "reason": "",
        "decided_at": Period(2026, 1).start,
        "chain": 0,
        "entry": 1,
        "file": None,
        "hash": b"hash",
    },
}


@pytest.mark.parametrize("table", ROWS, ids=lambda table: table.name)
@pytest.mark.parametrize("verb", ["update", "delete"])
async def test_nothing_that_was_written_can_be_changed(
    any_database: Database, table: sa.Table, verb: str
) -> None:
    first = next(iter(table.primary_key)).name
    change = table.update().values({first: 2}) if verb == "update" else table.delete()
    async with any_database.transaction() as tx:
        await tx.execute(table.insert().values(ROWS[table]))
    with pytest.raises(sa.exc.DBAPIError, match=f"{table.name} is append-only"):
        async with any_database.transaction() as tx:
            await tx.execute(change)
    async with any_database.snapshot() as tx:
        kept = (await tx.execute(sa.select(table))).mappings().one()

    assert ROWS[table] == dict(kept)


@pytest.mark.parametrize("table", ROWS, ids=lambda table: table.name)
async def test_sqlite_does_not_put_a_row_in_the_place_of_another(
    database: Database, table: sa.Table
) -> None:
    async with database.transaction() as tx:
        await tx.execute(table.insert().values(ROWS[table]))
    with pytest.raises(sa.exc.IntegrityError, match=f"{table.name} is append-only"):
        async with database.transaction() as tx:
            await tx.execute(
                table.insert().prefix_with("OR REPLACE").values(ROWS[table])
            )
    async with database.snapshot() as tx:
        kept = (await tx.execute(sa.select(table))).mappings().one()

    assert ROWS[table] == dict(kept)
