"""A PostgreSQL that says nothing any more is given up by whoever is in a hurry."""

import asyncio
import os
import signal
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
import sqlalchemy as sa

from overallt_server.core.refusals import DatabaseAway, ServerBusy
from overallt_server.storage.database import Database, Transaction
from overallt_server.storage.postgresql import SLACK_SECONDS

PATIENCE_SECONDS = 1
GIVEN_UP_AFTER = PATIENCE_SECONDS + SLACK_SECONDS
# On a machine that is busy with other tests.
SOON_SECONDS = 5


@pytest.fixture
async def hurried(postgres_url: str) -> AsyncIterator[Database]:
    database = Database(postgres_url, patience_seconds=PATIENCE_SECONDS)
    yield database
    await database.close()


async def number(tx: Transaction, query: str) -> int:
    return int((await tx.execute(sa.text(query))).scalar_one())


async def process_of(tx: Transaction) -> int:
    return await number(tx, "SELECT pg_backend_pid()")


async def setting(tx: Transaction, name: str) -> int:
    query = "SELECT setting FROM pg_settings WHERE name = :name"
    return int((await tx.execute(sa.text(query), {"name": name})).scalar_one())


async def descriptor_of(tx: Transaction) -> int:
    driver = (await tx.get_raw_connection()).driver_connection
    assert driver is not None
    return int(driver.fileno())


@contextmanager
def hanging(process: int) -> Iterator[None]:
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


async def seconds_until_refused(asked: Awaitable[object]) -> float:
    begun = time.monotonic()
    with pytest.raises(DatabaseAway):
        await asked
    return time.monotonic() - begun


async def say_nothing_then_ask(database: Database, locked: asyncio.Event) -> None:
    async with database.transaction() as tx:
        await tx.execute(sa.text("LOCK TABLE users"))
        locked.set()
        ended = asyncio.Event()
        loop, descriptor = asyncio.get_running_loop(), await descriptor_of(tx)
        loop.add_reader(descriptor, ended.set)
        await ended.wait()
        loop.remove_reader(descriptor)
        await number(tx, "SELECT 1")


async def test_a_statement_that_hangs_is_given_up(hurried: Database) -> None:
    async def ask() -> None:
        async with hurried.transaction() as tx:
            with hanging(await process_of(tx)):
                await number(tx, "SELECT 1")

    waited = await seconds_until_refused(ask())
    async with hurried.transaction() as tx:
        asked = await number(tx, "SELECT 1")

    assert GIVEN_UP_AFTER <= waited < GIVEN_UP_AFTER + SOON_SECONDS
    assert 1 == asked


async def test_a_commit_that_hangs_is_given_up(hurried: Database) -> None:
    """Whether it is kept, nobody knows."""

    async def commit() -> None:
        async with hurried.transaction() as tx:
            processes.append(await process_of(tx))
            os.kill(processes[0], signal.SIGSTOP)

    processes: list[int] = []
    waited = await seconds_until_refused(commit())
    os.kill(processes[0], signal.SIGCONT)
    async with hurried.transaction() as tx:
        asked = await number(tx, "SELECT 1")

    assert GIVEN_UP_AFTER <= waited < GIVEN_UP_AFTER + SOON_SECONDS
    assert 1 == asked


async def test_a_statement_that_takes_too_long_is_ended_over_there(
    hurried: Database,
) -> None:
    async with hurried.snapshot() as tx:
        process = await process_of(tx)
    begun = time.monotonic()
    with pytest.raises(ServerBusy) as refused:
        async with hurried.snapshot() as tx:
            await tx.execute(sa.text("SELECT pg_sleep(60)"))
    waited = time.monotonic() - begun
    async with hurried.snapshot() as tx:
        goes_on_as = await process_of(tx)

    assert isinstance(refused.value.__cause__, psycopg.errors.QueryCanceled)
    assert PATIENCE_SECONDS <= waited < PATIENCE_SECONDS + SOON_SECONDS
    assert process == goes_on_as


async def test_a_transaction_in_which_nothing_is_said_holds_nobody_up(
    hurried: Database, postgres_url: str
) -> None:
    """Its other end may hang, or be cut off without a word."""
    patient = Database(postgres_url)
    locked = asyncio.Event()
    silent = asyncio.create_task(
        seconds_until_refused(say_nothing_then_ask(hurried, locked))
    )
    await locked.wait()
    async with patient.transaction() as tx:
        await tx.execute(sa.text("LOCK TABLE users"))
    waited = await silent
    await patient.close()

    assert PATIENCE_SECONDS <= waited < PATIENCE_SECONDS + SOON_SECONDS


async def test_whoever_is_in_no_hurry_waits(postgres_url: str) -> None:
    database = Database(postgres_url)
    async with database.transaction() as tx:
        allowed = [
            await setting(tx, name)
            for name in ("statement_timeout", "idle_in_transaction_session_timeout")
        ]
        with hanging(await process_of(tx)):
            asked = asyncio.create_task(number(tx, "SELECT 1"))
            await asyncio.wait([asked], timeout=GIVEN_UP_AFTER + 1)
            waits = not asked.done()
        answer = await asked
    await database.close()

    assert [0, 0] == allowed
    assert waits
    assert 1 == answer


@pytest.mark.parametrize("patience_seconds", [None, PATIENCE_SECONDS])
async def test_a_machine_that_is_gone_is_noticed_by_the_other_after_a_minute(
    postgres_url: str, patience_seconds: int | None
) -> None:
    database = Database(postgres_url, patience_seconds=patience_seconds)
    async with database.snapshot() as tx:
        with socket.socket(fileno=os.dup(await descriptor_of(tx))) as connection:
            here = [
                connection.getsockopt(socket.IPPROTO_TCP, option)
                for option in (
                    socket.TCP_KEEPIDLE,
                    socket.TCP_KEEPINTVL,
                    socket.TCP_KEEPCNT,
                    socket.TCP_USER_TIMEOUT,
                )
            ]
        there = [
            await setting(tx, name)
            for name in (
                "tcp_keepalives_idle",
                "tcp_keepalives_interval",
                "tcp_keepalives_count",
            )
        ]
    await database.close()

    assert [30, 10, 3, 60_000] == here
    assert here[:3] == there


async def test_the_operators_word_counts_more(postgres_url: str) -> None:
    url = f"{postgres_url}?options=-c%20statement_timeout%3D5000"
    database = Database(url, patience_seconds=PATIENCE_SECONDS)
    async with database.snapshot() as tx:
        allowed = await setting(tx, "statement_timeout")
    await database.close()

    assert 5000 == allowed
