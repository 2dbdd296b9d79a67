"""A database that is away is refused in one way, and found again once it is back."""

import socket
import time
from contextlib import AsyncExitStack

import psycopg
import pytest
import sqlalchemy as sa

from overallt_server.core.refusals import DatabaseAway, ServerBusy
from overallt_server.storage.database import CONNECT_SECONDS, Database, Transaction
from overallt_server.storage.health import answers

AT_MOST = 15


def cut_off(url: str) -> None:
    """End all connections but one's own, as PostgreSQL does when it is restarted."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


async def ask(tx: Transaction) -> int:
    return int((await tx.execute(sa.text("SELECT 1"))).scalar_one())


async def ask_until_cut_off(database: Database, url: str, *, again: bool) -> None:
    async with database.transaction() as tx:
        await ask(tx)
        cut_off(url)
        if again:
            await ask(tx)


async def test_connections_that_were_cut_meanwhile_are_not_used_again(
    postgres_url: str,
) -> None:
    database = Database(postgres_url)
    async with database.snapshot() as one, database.transaction() as other:
        await ask(one)
        await ask(other)
    cut_off(postgres_url)
    async with database.snapshot() as one, database.transaction() as other:
        asked = [await ask(one), await ask(other)]
    await database.close()

    assert [1, 1] == asked


async def test_a_transaction_that_is_cut_off_is_refused(postgres_url: str) -> None:
    database = Database(postgres_url)
    with pytest.raises(DatabaseAway) as refused:
        await ask_until_cut_off(database, postgres_url, again=True)
    async with database.transaction() as tx:
        asked = await ask(tx)
    await database.close()

    assert isinstance(refused.value.__cause__, psycopg.OperationalError)
    assert 1 == asked


async def test_a_commit_that_is_cut_off_is_refused(postgres_url: str) -> None:
    """Whether it was kept, nobody knows."""
    database = Database(postgres_url)
    with pytest.raises(DatabaseAway):
        await ask_until_cut_off(database, postgres_url, again=False)
    await database.close()


async def test_a_database_that_nobody_serves_is_refused() -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(DatabaseAway):
        async with database.snapshot():
            pass
    is_there = await answers(database)
    await database.close()

    assert not is_there


async def test_a_database_that_says_nothing_is_refused_after_a_while() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        url = f"postgresql://nobody@127.0.0.1:{port}/none?connect_timeout=2"
        database = Database(url)
        begun = time.monotonic()
        with pytest.raises(DatabaseAway):
            async with database.snapshot():
                pass
        waited = time.monotonic() - begun
        await database.close()

    assert waited < CONNECT_SECONDS


@pytest.mark.long
async def test_who_gets_no_connection_for_a_while_is_refused(
    any_database: Database,
) -> None:
    async with AsyncExitStack() as others:
        for _ in range(AT_MOST):
            await others.enter_async_context(any_database.snapshot())
        with pytest.raises(ServerBusy):
            async with any_database.snapshot():
                pass
