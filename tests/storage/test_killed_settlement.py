"""A settlement that is killed at any instant and started again books the same cents.

The program that settles is the real one, in a process of its own, killed by SIGKILL: at
random instants, and surely in the middle, while the test holds the lock that it needs.
"""

import asyncio
import random
import shutil
import signal
import sqlite3
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from subprocess import Popen
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from killing import chance, count_kill, end, running, somebody_waits, wait_until
from postgres import Cluster

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core import chart
from overallt_server.core.journal import EntryKind, JournalEntry
from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.core.rules import Rules
from overallt_server.storage import journal, schema
from overallt_server.storage.database import Database, Transaction
from overallt_server.use_cases.auditing import Auditing
from overallt_server.use_cases.closing import Closing
from overallt_server.use_cases.settling import Settling

pytestmark = pytest.mark.long

JANUARY = Period(2026, 1)
PATRONS = 300
THINGS = 40
FIRST_PATRON = 1000
SLICES = 100
KILLS = 5


@dataclass(frozen=True)
class Books:
    """What must be the same however often the settlement was killed."""

    shares: list[sa.Row[Any]]
    postings: list[sa.Row[Any]]
    unsettled: int


async def read(database: Database) -> Books:
    slices = schema.slices.c
    async with database.snapshot() as tx:
        return Books(
            shares=await _all(tx, schema.shares),
            postings=await _all(tx, schema.postings),
            unsettled=len(
                (
                    await tx.execute(
                        sa.select(slices.slice).where(slices.settled_at.is_(None))
                    )
                ).all()
            ),
        )


async def _all(tx: Transaction, table: sa.Table) -> list[sa.Row[Any]]:
    rows = await tx.execute(sa.select(table).order_by(*table.primary_key))
    return list(rows.all())


async def keep_books(url: str, rules: Rules) -> None:
    """Make a closed month of many patrons, each with a few things."""
    chance = random.Random(2026)  # noqa: S311 - the same month in every run.
    database = Database(url)
    at = JANUARY.start + timedelta(days=3)
    patrons = [UserId(FIRST_PATRON + number) for number in range(PATRONS)]
    async with database.transaction() as tx:
        await tx.execute(schema.users.insert(), [_user(each) for each in patrons])
        await tx.execute(
            schema.things.insert(), [_thing(number) for number in range(1, THINGS + 1)]
        )
        await tx.execute(
            schema.budgets.insert(),
            [
                {
                    "patron_id": patron,
                    "amount_minor": chance.randint(200, 10_000),
                    "currency": "EUR",
                    "active": True,
                }
                for patron in patrons
            ],
        )
        await tx.execute(
            schema.flattrs.insert(),
            [
                {
                    "patron_id": patron,
                    "period": JANUARY,
                    "thing_id": thing,
                    "weight": 1,
                    "flattred_at": at,
                    "undone_at": None,
                }
                for patron in patrons
                for thing in chance.sample(range(1, THINGS + 1), chance.randint(0, 9))
            ],
        )
        entries = {
            patron: JournalEntry.transfer(
                kind=EntryKind.MEANS_ADDED,
                natural_key="means_added:by_hand:first",
                memo="a transfer",
                made_at=at,
                debit=chart.cash("by_hand"),
                credit=chart.means(patron),
                amount=Money(chance.randint(1, 20_000), "EUR"),
            )
            for patron in patrons
        }
        await journal.append_each(tx, entries)
    closing = Closing(database, rules)
    await closing.close(period=JANUARY, now=JANUARY.end + timedelta(hours=1))
    await database.close()


def _user(patron: UserId) -> dict[str, object]:
    return {
        "id": patron,
        "username": f"patron{patron}",
        "email": f"patron{patron}@users.test",
        "password_hash": "!",
        "profile_thing_id": ThingId(1_000_000 + patron),
        "registered_at": JANUARY.start,
    }


def _thing(number: int) -> dict[str, object]:
    return {
        "id": number,
        "owner_id": number % 7 + 1,
        "url": f"https://things.test/{number}",
        "title": f"Thing {number}",
        "description": "",
        "language": "en_GB",
        "category": "rest",
        "tags": [],
        "hidden": False,
        "charity": number % 10 == 0,
        "created_at": JANUARY.start,
    }


@pytest.fixture(scope="module")
def ten_a_slice() -> Rules:
    return Rules(
        currency="EUR",
        min_budget_minor=200,
        max_budget_minor=10_000,
        max_means_minor=100_000,
        max_means_unverified_minor=100_000,
        verify_from_minor=100_000,
        min_card_minor=1000,
        fee_bps=1000,
        hold_days=9,
        card_hold_days=60,
        slice_patrons=PATRONS // SLICES,
        min_payout_minor=1000,
        new_iban_hours=72,
    )


@pytest.fixture(scope="module")
def closed_month(
    sqlite_template: Path,
    ten_a_slice: Rules,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    file = tmp_path_factory.mktemp("month") / "closed.sqlite"
    shutil.copyfile(sqlite_template, file)
    asyncio.run(keep_books(f"sqlite:///{file}", ten_a_slice))
    return file


@pytest.fixture(scope="module")
def undisturbed(closed_month: Path, ten_a_slice: Rules) -> Books:
    """Settle a copy without any disturbance."""
    file = closed_month.with_name("undisturbed.sqlite")
    shutil.copyfile(closed_month, file)

    async def settle() -> Books:
        database = Database(f"sqlite:///{file}")
        await Settling(database, ten_a_slice).settle(
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
    url: str, folder: Path, rules: Rules, *, workers: int = 1
) -> AbstractContextManager[Popen[str]]:
    """Run the program that settles; it is dead when this ends."""
    command = ("settle", str(JANUARY), "--workers", str(workers))
    return running(url, folder, *command, slice_patrons=str(rules.slice_patrons))


def settle_to_the_end(url: str, folder: Path, rules: Rules) -> None:
    with settling(url, folder, rules) as process:
        status, errors = end(process)

    assert 0 == status, errors


def settled_slices(file: str) -> int:
    connection = sqlite3.connect(file)
    try:
        query = "SELECT count(settled_at) FROM slices"
        count: int = connection.execute(query).fetchone()[0]
        return count
    finally:
        connection.close()


def test_the_month_is_worth_killing(undisturbed: Books) -> None:
    assert 0 == undisturbed.unsettled
    assert 1000 < len(undisturbed.shares)
    assert 3 * PATRONS < len(undisturbed.postings)


async def test_killed_at_random_instants_it_books_the_same_cents(
    month: Database, tmp_path: Path, ten_a_slice: Rules, undisturbed: Books
) -> None:
    file, url = str(month.url.database), f"sqlite:///{month.url.database}"
    instants = chance()
    in_the_middle = 0
    for after in sorted(instants.sample(range(1, SLICES - 2), KILLS)):
        with settling(url, tmp_path, ten_a_slice) as process:
            wait_until(lambda wanted=after: settled_slices(file) >= wanted, process)  # type: ignore[misc]
            await asyncio.sleep(instants.uniform(0, 0.01))
            process.send_signal(signal.SIGKILL)
            count_kill("a settlement")
        in_the_middle += 0 < settled_slices(file) < SLICES
    settle_to_the_end(url, tmp_path, ten_a_slice)

    assert 0 < in_the_middle
    assert undisturbed == await read(month)
    assert [] == await Auditing(month, ten_a_slice).audit()


async def test_killed_between_two_slices_it_books_the_same_cents(
    month: Database, tmp_path: Path, ten_a_slice: Rules, undisturbed: Books
) -> None:
    file, url = str(month.url.database), f"sqlite:///{month.url.database}"
    lock = sqlite3.connect(file, timeout=0, isolation_level=None)
    with settling(url, tmp_path, ten_a_slice) as process:
        wait_until(lambda: settled_slices(file) >= SLICES // 3, process)
        wait_until(lambda: _takes_the_lock(lock), process)
        stopped_at = settled_slices(file)
        await asyncio.sleep(0.2)
        went_on_to = settled_slices(file)
        process.send_signal(signal.SIGKILL)
        count_kill("a settlement")
    lock.close()
    half_settled = await Auditing(month, ten_a_slice).audit()
    settle_to_the_end(url, tmp_path, ten_a_slice)

    assert stopped_at == went_on_to
    assert SLICES // 3 <= stopped_at < SLICES
    assert [] == half_settled
    assert undisturbed == await read(month)
    assert [] == await Auditing(month, ten_a_slice).audit()


def _takes_the_lock(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return False
    return True


async def test_killed_within_a_slice_on_postgresql_it_books_the_same_cents(
    postgres_url: str, tmp_path: Path, ten_a_slice: Rules, undisturbed: Books
) -> None:
    await keep_books(postgres_url, ten_a_slice)
    database = Database(postgres_url)
    with psycopg.connect(postgres_url) as lock:
        with settling(postgres_url, tmp_path, ten_a_slice) as process:
            wait_until(lambda: _settled_on_postgresql(lock) >= SLICES // 3, process)
            # Shares are written in the middle of each slice's transaction.
            lock.execute("LOCK TABLE shares IN SHARE MODE")
            wait_until(lambda: somebody_waits(lock), process)
            process.send_signal(signal.SIGKILL)
            count_kill("a settlement")
        lock.rollback()
    killed = await read(database)
    half_settled = await Auditing(database, ten_a_slice).audit()
    settle_to_the_end(postgres_url, tmp_path, ten_a_slice)
    books = await read(database)
    findings = await Auditing(database, ten_a_slice).audit()
    await database.close()

    assert 0 < killed.unsettled < SLICES
    assert [] == half_settled
    assert undisturbed == books
    assert [] == findings


async def test_with_its_database_killed_it_stops_and_books_the_same_cents(
    killable_postgres: Cluster,
    tmp_path: Path,
    ten_a_slice: Rules,
    undisturbed: Books,
) -> None:
    """With two at work; whoever starts it again when the database is back goes on."""
    url = f"{killable_postgres.url}/postgres"
    await keep_books(url, ten_a_slice)
    database = Database(url)
    instants = chance()
    ends, findings = [], []
    for after in sorted(instants.sample(range(1, SLICES - 2), KILLS)):
        with settling(url, tmp_path, ten_a_slice, workers=2) as process:
            with psycopg.connect(url) as look:
                wait_until(
                    lambda wanted=after: _settled_on_postgresql(look) >= wanted,  # type: ignore[misc]
                    process,
                )
            await asyncio.sleep(instants.uniform(0, 0.01))
            killable_postgres.kill()
            count_kill("a settlement's PostgreSQL")
            ends.append(end(process))
        killable_postgres.start()
        findings += await Auditing(database, ten_a_slice).audit()
    settle_to_the_end(url, tmp_path, ten_a_slice)
    books = await read(database)
    findings += await Auditing(database, ten_a_slice).audit()
    await database.close()

    stopped = [errors for status, errors in ends if status == 1]
    assert {0, 1} >= {status for status, _ in ends}
    assert stopped
    assert all("The database cannot be used: " in errors for errors in stopped)
    assert not any("Traceback" in errors for errors in stopped)
    assert undisturbed.shares == books.shares
    assert _whatever_the_turns(undisturbed) == _whatever_the_turns(books)
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


def _settled_on_postgresql(connection: psycopg.Connection) -> int:
    row = connection.execute("SELECT count(settled_at) FROM slices").fetchone()
    connection.rollback()
    return 0 if row is None else int(row[0])
