"""SQLite's connections make few trips and never leave a transaction behind."""

import asyncio
from typing import Any

import pytest
import sqlalchemy as sa

from overallt_server.storage.database import Database, Transaction
from overallt_server.storage.schema import budgets

ROW = {"patron_id": 1, "amount_minor": 200, "currency": "EUR", "active": True}


async def _driver(tx: Transaction) -> Any:
    return (await tx.get_raw_connection()).driver_connection


async def _stored(database: Database) -> int:
    async with database.snapshot() as tx:
        count = await tx.execute(sa.select(sa.func.count()).select_from(budgets))
        return int(count.scalar_one())


async def test_rows_come_with_their_statement(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.execute(sa.insert(budgets), [ROW, ROW | {"patron_id": 2}])
        changed = await tx.execute(sa.update(budgets).values(active=False))
        gone = await tx.execute(
            sa.delete(budgets)
            .where(budgets.c.patron_id == 2)
            .returning(budgets.c.active)
        )

    assert 2 == changed.rowcount
    assert [(False,)] == gone.all()
    assert 1 == await _stored(database)


async def test_a_transaction_takes_the_write_lock_and_a_snapshot_does_not(
    database: Database, sqlite_url: str
) -> None:
    other = Database(sqlite_url)
    async with database.transaction() as tx:
        await tx.execute(sa.insert(budgets).values(ROW))
        seen_meanwhile = await _stored(other)
        async with other.snapshot() as reading:
            driver = await _driver(reading)
            await driver.go(lambda: driver.database.execute("PRAGMA busy_timeout = 0"))
            with pytest.raises(sa.exc.OperationalError, match="locked"):
                await reading.execute(sa.insert(budgets).values(ROW))
    await other.close()

    assert 0 == seen_meanwhile
    assert 1 == await _stored(database)


async def test_a_snapshot_stays_as_it_was(database: Database, sqlite_url: str) -> None:
    other = Database(sqlite_url)
    count = sa.select(sa.func.count()).select_from(budgets)
    async with database.snapshot() as tx:
        before = (await tx.execute(count)).scalar_one()
        async with other.transaction() as writing:
            await writing.execute(sa.insert(budgets).values(ROW))
        after = (await tx.execute(count)).scalar_one()
    await other.close()

    assert [0, 0] == [before, after]
    assert 1 == await _stored(database)


async def test_what_breaks_is_undone(database: Database) -> None:
    async def write_twice() -> None:
        async with database.transaction() as tx:
            await tx.execute(sa.insert(budgets).values(ROW))
            await tx.execute(sa.insert(budgets).values(ROW))

    with pytest.raises(sa.exc.IntegrityError):
        await write_twice()

    assert 0 == await _stored(database)


async def test_a_task_given_up_while_it_waits_leaves_no_lock_behind(
    database: Database, sqlite_url: str
) -> None:
    other = Database(sqlite_url)

    async def write() -> None:
        async with other.transaction() as tx:
            await tx.execute(sa.insert(budgets).values(ROW))

    async with database.transaction() as tx:
        await tx.execute(sa.insert(budgets).values(ROW | {"patron_id": 2}))
        waiting = asyncio.create_task(write())
        await asyncio.sleep(0.1)
        waiting.cancel()
        # It still waits in its thread: only as this transaction ends, it can begin.
        await asyncio.sleep(0.1)
    with pytest.raises(asyncio.CancelledError):
        await waiting
    async with database.transaction() as tx:
        await tx.execute(sa.insert(budgets).values(ROW | {"patron_id": 3}))
    await other.close()

    assert 2 == await _stored(database)


async def test_connections_are_kept(database: Database) -> None:
    seen = set()
    for _ in range(3):
        async with database.snapshot() as tx:
            await tx.execute(sa.select(1))
            seen.add(id(await _driver(tx)))

    assert 1 == len(seen)
