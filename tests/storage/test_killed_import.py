"""An import that is killed at any instant and started again books each cent once.

The program is the real one, in a process of its own, killed by SIGKILL: on SQLite at
random instants, on PostgreSQL surely within a transaction, as it waits for the test.
"""

import asyncio
import signal
import sqlite3
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

import psycopg
import pytest
import sqlalchemy as sa
from bank_files import IBAN, Entry, statement
from killing import chance, count_kill, end, running, somebody_waits, wait_until

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.periods import Period
from overallt_server.core.references import means_reference
from overallt_server.core.rules import Rules
from overallt_server.core.users import User
from overallt_server.storage import schema, users
from overallt_server.storage.database import Database
from overallt_server.use_cases.auditing import Auditing

pytestmark = pytest.mark.long

PATRONS = 20
STATEMENTS = 10
MOVEMENTS = 150
ALL = STATEMENTS * MOVEMENTS
KILLS = 5
COUNT = "SELECT count(*) FROM bank_movements"


@dataclass(frozen=True)
class Books:
    """What must be the same however often the import was killed."""

    postings: list[object]
    movements: list[object]
    findings: list[object]


def write_files(folder: Path) -> list[str]:
    """Write statements that go on one after the other, some movements unclear."""
    balance, names = 0, []
    for number in range(1, STATEMENTS + 1):
        day = f"2026-01-{number:02}"
        entries = [
            Entry(
                100 + n,
                (means_reference(UserId(n % (PATRONS + 1) + 1)),),
                # A third is told by its content alone.
                f"B{number}-{n}" if n % 3 else "",
                on=day,
            )
            for n in range(MOVEMENTS)
        ]
        path = folder / f"{day}.xml"
        path.write_bytes(
            statement(*entries, opening=balance, closed_on=day, name=str(number))
        )
        balance += sum(entry.minor for entry in entries)
        names.append(str(path))
    return names


async def _add_patrons(url: str) -> None:
    database = Database(url)
    async with database.transaction() as tx:
        for number in range(1, PATRONS + 1):
            user = User(
                UserId(number),
                f"user{number}",
                f"user{number}@users.test",
                Period(2026, 1).start,
                ThingId(1_000_000 + number),
            )
            await users.add(tx, user, password_hash="!")
    await database.close()


async def _read(url: str, rules: Rules) -> Books:
    database = Database(url)
    movements = schema.bank_movements.c
    async with database.snapshot() as tx:
        keys = list(schema.postings.primary_key)
        postings = (await tx.execute(sa.select(schema.postings).order_by(*keys))).all()
        rows = await tx.execute(
            sa.select(
                movements.number, movements.key, movements.fate, movements.patron_id
            ).order_by(movements.number)
        )
        moved = rows.all()
    findings = await Auditing(database, rules).audit()
    await database.close()
    return Books(list(postings), list(moved), list(findings))


def importing(
    url: str, folder: Path, files: list[str]
) -> AbstractContextManager[Popen[str]]:
    """Run the program that imports; it is dead when this ends."""
    command = ("bank", "import", *files)
    return running(url, folder, *command, bank_name="Kassa", bank_iban=IBAN)


def import_to_the_end(url: str, folder: Path, files: list[str]) -> None:
    with importing(url, folder, files) as process:
        status, errors = end(process)

    assert 0 == status, errors


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    return write_files(tmp_path)


@pytest.fixture
def undisturbed(sqlite_template: Path, tmp_path: Path, files: list[str]) -> str:
    """Import without any disturbance; gives the URL of these books."""
    file = tmp_path / "undisturbed.sqlite"
    file.write_bytes(sqlite_template.read_bytes())
    url = f"sqlite:///{file}"
    asyncio.run(_add_patrons(url))
    import_to_the_end(url, tmp_path, files)
    return url


def test_killed_at_random_instants_it_books_each_cent_once(
    sqlite_url: str, tmp_path: Path, files: list[str], rules: Rules, undisturbed: str
) -> None:
    asyncio.run(_add_patrons(sqlite_url))
    connection = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))

    def stored() -> int:
        return int(connection.execute(COUNT).fetchone()[0])

    instants = chance()
    in_the_middle = 0
    for after in sorted(instants.sample(range(1, ALL * 3 // 4), KILLS)):
        with importing(sqlite_url, tmp_path, files) as process:
            wait_until(lambda wanted=after: stored() >= wanted, process)  # type: ignore[misc]
            time.sleep(instants.uniform(0, 0.02))
            process.send_signal(signal.SIGKILL)
            count_kill("an import")
        in_the_middle += 0 < stored() < ALL
    connection.close()
    killed = asyncio.run(_read(sqlite_url, rules))
    import_to_the_end(sqlite_url, tmp_path, files)
    books = asyncio.run(_read(sqlite_url, rules))

    assert 0 < in_the_middle
    assert [] == killed.findings
    assert ALL == len(books.movements)
    assert asyncio.run(_read(undisturbed, rules)) == books


def test_killed_within_a_transaction_on_postgresql_it_books_each_cent_once(
    postgres_url: str, tmp_path: Path, files: list[str], rules: Rules, undisturbed: str
) -> None:
    asyncio.run(_add_patrons(postgres_url))
    with psycopg.connect(postgres_url) as lock:

        def stored() -> int:
            row = lock.execute(COUNT).fetchone()
            lock.rollback()
            assert row is not None
            return int(row[0])

        with importing(postgres_url, tmp_path, files) as process:
            wait_until(lambda: stored() >= ALL // 3, process)
            # Movements are written at the end of each transaction, after the entries.
            lock.execute("LOCK TABLE bank_movements IN SHARE MODE")
            wait_until(lambda: somebody_waits(lock), process)
            process.send_signal(signal.SIGKILL)
            count_kill("an import")
        lock.rollback()
        in_the_middle = stored()
    killed = asyncio.run(_read(postgres_url, rules))
    import_to_the_end(postgres_url, tmp_path, files)

    assert 0 < in_the_middle < ALL
    assert [] == killed.findings
    assert asyncio.run(_read(undisturbed, rules)) == asyncio.run(
        _read(postgres_url, rules)
    )
