"""The whole database goes into another one, of either kind, and not a cell is lost."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
import sqlalchemy as sa
from postgres import run_sql
from rows import all_rows, silent

from overallt_server.core.audit import Finding
from overallt_server.storage import copying, schema
from overallt_server.storage.database import Database
from overallt_server.storage.migrating import migrate
from overallt_server.use_cases.moving import Differs, Moving

NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)

type Audit = Callable[[Database], Awaitable[list[Finding]]]


class Killed(BaseException):
    """Stands for SIGKILL: nothing of ours may catch it."""


@pytest.fixture
async def target(any_database: Database) -> Database:
    """Give a new database, once of each kind."""
    return any_database


async def test_every_row_of_every_table_is_there(
    books: Database, target: Database, audit: Audit
) -> None:
    before = await all_rows(books)

    moved = await Moving(books, target).move(silent)

    assert before == await all_rows(target)
    assert sum(map(len, before.values())) == moved
    assert [] == await audit(target)


async def test_it_goes_back_from_postgresql_to_sqlite(
    postgres_books: Database, database: Database, audit: Audit
) -> None:
    await Moving(postgres_books, database).move(silent)

    assert await all_rows(postgres_books) == await all_rows(database)
    assert [] == await audit(database)


@pytest.mark.parametrize("rows_at_once", [1, 2, 3])
async def test_killed_at_any_row_it_goes_on_where_it_was(
    books: Database,
    target: Database,
    rows_at_once: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(copying, "ROWS_AT_ONCE", rows_at_once)
    kill_after = iter((5, 40, 90))

    async def move_until_killed(rows: int) -> None:
        def kill(done: int, _all: int) -> None:
            if done >= rows:
                raise Killed

        with pytest.raises(Killed):
            await Moving(books, target).move(kill)

    for rows in kill_after:
        await move_until_killed(rows)
    await Moving(books, target).move(silent)

    assert await all_rows(books) == await all_rows(target)


async def test_moved_twice_it_is_there_once(books: Database, target: Database) -> None:
    first = await Moving(books, target).move(silent)
    second = await Moving(books, target).move(silent)

    assert first == second
    assert await all_rows(books) == await all_rows(target)


async def test_nothing_is_added_to_a_database_that_holds_something_else(
    books: Database, target: Database
) -> None:
    async with target.transaction() as tx:
        await tx.execute(
            sa.insert(schema.budgets).values(
                patron_id=3, amount_minor=7, currency="EUR", active=True
            )
        )
    before = await all_rows(target)

    with pytest.raises(Differs, match="budgets 3"):
        await Moving(books, target).move(silent)

    assert before == await all_rows(target)


async def test_what_changed_since_the_move_began_is_named(
    books: Database, target: Database
) -> None:
    await Moving(books, target).move(silent)
    async with books.transaction() as tx:
        await tx.execute(
            sa.update(schema.users)
            .where(schema.users.c.id == 2)
            .values(email="new@users.test")
        )

    with pytest.raises(Differs, match="users 2"):
        await Moving(books, target).move(silent)


@pytest.fixture
async def in_words(postgres_template: str) -> AsyncIterator[Database]:
    """Give a PostgreSQL database that sorts words as a dictionary does."""
    run_sql(
        postgres_template,
        "CREATE DATABASE in_words TEMPLATE template0"
        " LOCALE_PROVIDER icu ICU_LOCALE 'en'",
    )
    database = Database(f"{postgres_template}/in_words")
    await migrate(database)
    yield database
    await database.close()
    run_sql(postgres_template, "DROP DATABASE in_words WITH (FORCE)")


async def test_a_database_that_sorts_words_is_gone_through_in_the_same_order(
    database: Database, in_words: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "ROWS_AT_ONCE", 2)
    hosts = ("a.test", "B.test", "á.test", "-.test", "_.test")
    async with database.transaction() as tx:
        await tx.execute(
            sa.insert(schema.thing_hosts),
            [
                {"thing_id": 1, "host": host, "proved_at": NOW, "hash": b""}
                for host in hosts
            ],
        )

    await Moving(database, in_words).move(silent)

    assert await all_rows(database) == await all_rows(in_words)


@pytest.fixture
async def second(any_database_url: str) -> AsyncIterator[Database]:
    """Give another connection to the database to move from."""
    database = Database(any_database_url)
    yield database
    await database.close()


async def test_nobody_writes_meanwhile(
    any_database: Database, second: Database, tmp_path: Path
) -> None:
    """What came behind the rows that are over already would be lost."""
    wait = (
        "PRAGMA busy_timeout = 1"
        if any_database.is_sqlite
        else "SET lock_timeout = '1ms'"
    )
    user = sa.insert(schema.id_blocks).values(kind="new", next_id=1)

    async with any_database.transaction() as tx:
        await copying.forbid_writing(any_database, tx)

        with pytest.raises(sa.exc.OperationalError):
            await _write(second, wait, user)


async def _write(database: Database, wait: str, statement: sa.Insert) -> None:
    async with database.engine.connect() as connection:
        await connection.execute(sa.text(wait))
        await connection.execute(statement)
