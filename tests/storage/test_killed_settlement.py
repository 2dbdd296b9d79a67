"""A settlement that is killed at any instant and started again books the same cents.

The program that settles is the real one, in a process of its own, killed by SIGKILL: at
random instants, and surely in the middle, while the test holds the lock that it needs.
Or its PostgreSQL is killed, every process of it, or hangs for a while.
"""

import asyncio
import shutil
import signal
import sqlite3
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from subprocess import Popen

import psycopg
import pytest
from closed_month import JANUARY, PATRONS, SLICES, TEN_A_SLICE, Books, keep_books, read
from killing import (
    chance,
    count_kill,
    end,
    running,
    somebody_waits,
    wait_for,
    wait_until,
    watching,
)
from postgres import Cluster

from overallt_server.storage import schema
from overallt_server.storage.database import Database
from overallt_server.storage.postgresql import SLACK_SECONDS
from overallt_server.use_cases.auditing import Auditing
from overallt_server.use_cases.settling import Settling

pytestmark = pytest.mark.long

KILLS = 5
# Of requests; whoever settles is in no hurry.
PATIENCE_SECONDS = 1
SETTLED = "SELECT count(settled_at) FROM slices"


@pytest.fixture(scope="module")
def closed_month(
    sqlite_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    file = tmp_path_factory.mktemp("month") / "closed.sqlite"
    shutil.copyfile(sqlite_template, file)
    asyncio.run(keep_books(f"sqlite:///{file}"))
    return file


@pytest.fixture(scope="module")
def undisturbed(closed_month: Path) -> Books:
    """Settle a copy without any disturbance."""
    file = closed_month.with_name("undisturbed.sqlite")
    shutil.copyfile(closed_month, file)

    async def settle() -> Books:
        database = Database(f"sqlite:///{file}")
        await Settling(database, TEN_A_SLICE).settle(
            period=JANUARY,
            now=JANUARY.end + timedelta(days=9),
            hold=True,
            progress=lambda _done, _all: None,
        )
        books = await read(database)
        await database.close()
        return books

    return asyncio.run(settle())


@pytest.fixture
async def month(closed_month: Path, tmp_path: Path) -> AsyncIterator[Database]:
    file = tmp_path / "month.sqlite"
    shutil.copyfile(closed_month, file)
    database = Database(f"sqlite:///{file}")
    yield database
    await database.close()


def settling(
    url: str, folder: Path, *, workers: int = 1
) -> AbstractContextManager[Popen[str]]:
    """Run the program that settles; it is dead when this ends."""
    command = ("settle", str(JANUARY), "--workers", str(workers))
    settings = {
        "slice_patrons": str(TEN_A_SLICE.slice_patrons),
        "database_seconds": str(PATIENCE_SECONDS),
    }
    return running(url, folder, *command, **settings)


def settle_to_the_end(url: str, folder: Path) -> None:
    with settling(url, folder) as process:
        status, errors = end(process)

    assert 0 == status, errors


def test_the_month_is_worth_killing(undisturbed: Books) -> None:
    assert 0 == undisturbed.unsettled
    assert 1000 < len(undisturbed.shares)
    assert 3 * PATRONS < len(undisturbed.postings)


async def test_killed_at_random_instants_it_books_the_same_cents(
    any_database: Database,
    any_database_url: str,
    tmp_path: Path,
    undisturbed: Books,
) -> None:
    await keep_books(any_database_url)
    instants = chance()
    in_the_middle = 0
    with watching(any_database_url) as look:
        for after in sorted(instants.sample(range(1, SLICES - 2), KILLS)):
            with settling(any_database_url, tmp_path) as process:
                wait_for(look, SETTLED, after, process)
                await asyncio.sleep(instants.uniform(0, 0.01))
                process.send_signal(signal.SIGKILL)
                count_kill("a settlement")
            in_the_middle += 0 < look(SETTLED) < SLICES
    settle_to_the_end(any_database_url, tmp_path)

    assert 0 < in_the_middle
    assert undisturbed == await read(any_database)
    assert [] == await Auditing(any_database, TEN_A_SLICE).audit()


async def test_killed_between_two_slices_it_books_the_same_cents(
    month: Database, tmp_path: Path, undisturbed: Books
) -> None:
    file, url = str(month.url.database), f"sqlite:///{month.url.database}"
    lock = sqlite3.connect(file, timeout=0, isolation_level=None)
    with watching(url) as look, settling(url, tmp_path) as process:
        wait_for(look, SETTLED, SLICES // 3, process)
        wait_until(lambda: _takes_the_lock(lock), process)
        stopped_at = look(SETTLED)
        await asyncio.sleep(0.2)
        went_on_to = look(SETTLED)
        process.send_signal(signal.SIGKILL)
        count_kill("a settlement")
    lock.close()
    half_settled = await Auditing(month, TEN_A_SLICE).audit()
    settle_to_the_end(url, tmp_path)

    assert stopped_at == went_on_to
    assert SLICES // 3 <= stopped_at < SLICES
    assert [] == half_settled
    assert undisturbed == await read(month)
    assert [] == await Auditing(month, TEN_A_SLICE).audit()


def _takes_the_lock(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return False
    return True


async def test_killed_within_a_slice_on_postgresql_it_books_the_same_cents(
    postgres_url: str, tmp_path: Path, undisturbed: Books
) -> None:
    await keep_books(postgres_url)
    database = Database(postgres_url)
    with psycopg.connect(postgres_url) as lock, watching(postgres_url) as look:
        with settling(postgres_url, tmp_path) as process:
            wait_for(look, SETTLED, SLICES // 3, process)
            # Shares are written in the middle of each slice's transaction.
            lock.execute("LOCK TABLE shares IN SHARE MODE")
            wait_until(lambda: somebody_waits(lock), process)
            process.send_signal(signal.SIGKILL)
            count_kill("a settlement")
        lock.rollback()
    killed = await read(database)
    half_settled = await Auditing(database, TEN_A_SLICE).audit()
    settle_to_the_end(postgres_url, tmp_path)
    books = await read(database)
    findings = await Auditing(database, TEN_A_SLICE).audit()
    await database.close()

    assert 0 < killed.unsettled < SLICES
    assert [] == half_settled
    assert undisturbed == books
    assert [] == findings


async def test_with_its_database_killed_it_stops_and_books_the_same_cents(
    killable_postgres: Cluster,
    tmp_path: Path,
    undisturbed: Books,
) -> None:
    """With two at work; whoever starts it again when the database is back goes on."""
    url = f"{killable_postgres.url}/postgres"
    await keep_books(url)
    database = Database(url)
    instants = chance()
    ends, findings = [], []
    for after in sorted(instants.sample(range(1, SLICES - 2), KILLS)):
        with settling(url, tmp_path, workers=2) as process:
            with watching(url) as look:
                wait_for(look, SETTLED, after, process)
            await asyncio.sleep(instants.uniform(0, 0.01))
            killable_postgres.kill()
            count_kill("a settlement's PostgreSQL")
            ends.append(end(process))
        killable_postgres.start()
        findings += await Auditing(database, TEN_A_SLICE).audit()
    settle_to_the_end(url, tmp_path)
    books = await read(database)
    findings += await Auditing(database, TEN_A_SLICE).audit()
    await database.close()

    stopped = [errors for status, errors in ends if status == 1]
    assert {0, 1} >= {status for status, _ in ends}
    assert stopped
    assert all("The database cannot be used: " in errors for errors in stopped)
    assert not any("Traceback" in errors for errors in stopped)
    assert undisturbed.shares == books.shares
    assert _whatever_the_turns(undisturbed) == _whatever_the_turns(books)
    assert [] == findings


async def test_with_its_database_hanging_it_waits_and_books_the_same_cents(
    killable_postgres: Cluster,
    tmp_path: Path,
    undisturbed: Books,
) -> None:
    """It is not cut off, as a request would be after three seconds."""
    url = f"{killable_postgres.url}/postgres"
    await keep_books(url)
    database = Database(url)
    after = chance().randint(1, SLICES // 2)
    with settling(url, tmp_path) as process:
        with watching(url) as look:
            wait_for(look, SETTLED, after, process)
        with killable_postgres.hanging():
            await asyncio.sleep(PATIENCE_SECONDS + SLACK_SECONDS + 1)
            waits = process.poll() is None
        status, errors = end(process)
    books = await read(database)
    findings = await Auditing(database, TEN_A_SLICE).audit()
    await database.close()

    assert waits
    assert 0 == status, errors
    assert undisturbed == books
    assert [] == findings


def _whatever_the_turns(books: Books) -> tuple[object, object]:
    """Tell the patrons' postings, and the house's entries in an order of their own.

    Two who settle append to the house's chain whoever comes first.
    """
    house: dict[int, list[object]] = defaultdict(list)
    for each in books.postings:
        if each.patron_id == schema.HOUSE:
            house[each.number].append(each[2:])
    patrons = [each for each in books.postings if each.patron_id != schema.HOUSE]
    return patrons, sorted(house.values(), key=str)
