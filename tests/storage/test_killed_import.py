"""An import that is killed at any instant and started again books each cent once.

The program is the real one, in a process of its own, killed by SIGKILL: at random
instants, and on PostgreSQL surely within a transaction, as it waits for the test. Or
its PostgreSQL is killed, every process of it.
"""

import asyncio
import shutil
import signal
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

import psycopg
import pytest
import sqlalchemy as sa
from bank_files import IBAN, Entry, statement
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


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return write_files(tmp_path_factory.mktemp("files"))


@pytest.fixture(scope="module")
def undisturbed(
    sqlite_template: Path,
    files: list[str],
    rules: Rules,
    tmp_path_factory: pytest.TempPathFactory,
) -> Books:
    """Import without any disturbance."""
    folder = tmp_path_factory.mktemp("undisturbed")
    url = f"sqlite:///{shutil.copy(sqlite_template, folder / 'undisturbed.sqlite')}"
    asyncio.run(_add_patrons(url))
    import_to_the_end(url, folder, files)
    return asyncio.run(_read(url, rules))


def test_the_statements_are_worth_killing(undisturbed: Books) -> None:
    assert ALL == len(undisturbed.movements)
    assert [] == undisturbed.findings


def test_killed_at_random_instants_it_books_each_cent_once(
    any_database_url: str,
    tmp_path: Path,
    files: list[str],
    rules: Rules,
    undisturbed: Books,
) -> None:
    asyncio.run(_add_patrons(any_database_url))
    instants = chance()
    in_the_middle = 0
    with watching(any_database_url) as look:
        for after in sorted(instants.sample(range(1, ALL * 3 // 4), KILLS)):
            with importing(any_database_url, tmp_path, files) as process:
                wait_for(look, COUNT, after, process)
                time.sleep(instants.uniform(0, 0.02))
                process.send_signal(signal.SIGKILL)
                count_kill("an import")
            in_the_middle += 0 < look(COUNT) < ALL
    killed = asyncio.run(_read(any_database_url, rules))
    import_to_the_end(any_database_url, tmp_path, files)
    books = asyncio.run(_read(any_database_url, rules))

    assert 0 < in_the_middle
    assert [] == killed.findings
    assert undisturbed == books


def test_killed_within_a_transaction_on_postgresql_it_books_each_cent_once(
    postgres_url: str,
    tmp_path: Path,
    files: list[str],
    rules: Rules,
    undisturbed: Books,
) -> None:
    asyncio.run(_add_patrons(postgres_url))
    with psycopg.connect(postgres_url) as lock, watching(postgres_url) as look:
        with importing(postgres_url, tmp_path, files) as process:
            wait_for(look, COUNT, ALL // 3, process)
            # Movements are written at the end of each transaction, after the entries.
            lock.execute("LOCK TABLE bank_movements IN SHARE MODE")
            wait_until(lambda: somebody_waits(lock), process)
            process.send_signal(signal.SIGKILL)
            count_kill("an import")
        lock.rollback()
        in_the_middle = look(COUNT)
    killed = asyncio.run(_read(postgres_url, rules))
    import_to_the_end(postgres_url, tmp_path, files)

    assert 0 < in_the_middle < ALL
    assert [] == killed.findings
    assert undisturbed == asyncio.run(_read(postgres_url, rules))


def test_with_its_database_killed_it_stops_and_books_each_cent_once(
    killable_postgres: Cluster,
    tmp_path: Path,
    files: list[str],
    rules: Rules,
    undisturbed: Books,
) -> None:
    """Whoever starts it again when the database is back goes on."""
    url = f"{killable_postgres.url}/postgres"
    asyncio.run(_add_patrons(url))
    instants = chance()
    ends, findings = [], []
    for after in sorted(instants.sample(range(1, ALL * 3 // 4), KILLS)):
        with importing(url, tmp_path, files) as process:
            with watching(url) as look:
                wait_for(look, COUNT, after, process)
            time.sleep(instants.uniform(0, 0.02))
            killable_postgres.kill()
            count_kill("an import's PostgreSQL")
            ends.append(end(process))
        killable_postgres.start()
        findings += asyncio.run(_read(url, rules)).findings
    import_to_the_end(url, tmp_path, files)
    books = asyncio.run(_read(url, rules))

    stopped = [errors for status, errors in ends if status == 1]
    assert {0, 1} >= {status for status, _ in ends}
    assert stopped
    assert all("The database cannot be used: " in errors for errors in stopped)
    assert not any("Traceback" in errors for errors in stopped)
    assert [] == findings
    assert undisturbed == books
