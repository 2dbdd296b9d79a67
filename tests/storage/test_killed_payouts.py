"""Ordering that is killed at any instant orders each payout in one file, or not at all.

The program is the real one, in a process of its own, killed by SIGKILL: at random
instants, and on PostgreSQL surely within its transaction, as it waits for the test. Or
its PostgreSQL is killed, every process of it.
"""

import asyncio
import signal
import time
from contextlib import AbstractContextManager, closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from subprocess import Popen

import psycopg
import pytest
import sqlalchemy as sa
from bank_files import IBAN, Entry, statement
from killing import chance, count_kill, end, running, somebody_waits, wait_until
from postgres import Cluster
from story_people import add_user

from overallt.protocol.ids import UserId
from overallt_server.core.bank_accounts import BankAccount
from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.core.references import means_reference
from overallt_server.core.rules import Rules
from overallt_server.payments import pain001
from overallt_server.payments.camt import read
from overallt_server.storage import schema
from overallt_server.storage.database import Database
from overallt_server.use_cases.auditing import Auditing
from overallt_server.use_cases.closing import Closing
from overallt_server.use_cases.flattring import Flattring
from overallt_server.use_cases.gathering import Room
from overallt_server.use_cases.giving import Giving
from overallt_server.use_cases.importing_statements import ImportingStatements
from overallt_server.use_cases.paying_out import PayingOut
from overallt_server.use_cases.registering_things import RegisteringThings
from overallt_server.use_cases.settling import Settling

pytestmark = pytest.mark.long

MONA, ADA = UserId(1), UserId(2)
JANUARY = Period(2026, 1)
PAYOUTS = 200
KILLS = 5


async def ask_for_payouts(url: str, rules: Rules) -> None:
    """Let mona earn 90 euro and ask for 200 payouts of them."""
    small = replace(rules, min_payout_minor=1)
    database = Database(url)
    for user, name in ((MONA, "mona"), (ADA, "ada")):
        await add_user(database, user, name, now=JANUARY.start)
    song = await RegisteringThings(database).register(
        owner=MONA,
        url="https://song.test/",
        title="The song",
        charity=False,
        now=JANUARY.start,
    )
    paid_in = statement(Entry(10_000, (means_reference(ADA),)))
    await ImportingStatements(
        database, small, BankAccount("Kassa", IBAN, "")
    ).import_all(
        read(paid_in).statements,
        now=JANUARY.start,
        rehearse=False,
        progress=lambda _done, _all: None,
    )
    await Giving(database, small).set_budget(
        patron=ADA, amount=Money(10_000, "EUR"), active=True
    )
    await Flattring(database, small, Room(waiting=9, at_once=9)).flattr(
        patron=ADA, thing=song.id, now=JANUARY.start + timedelta(days=9)
    )
    now = JANUARY.end + timedelta(days=10)
    await Closing(database, small).close(period=JANUARY, now=now)
    await Settling(database, small).settle(
        period=JANUARY, now=now, hold=True, progress=lambda _done, _all: None
    )
    paying_out = PayingOut(database, small)
    await paying_out.name_account(
        owner=MONA, iban=IBAN, name="Mona", now=now - timedelta(days=9)
    )
    for _ in range(PAYOUTS):
        await paying_out.request(owner=MONA, amount=Money(7, "EUR"), now=now)
    await database.close()


async def contents(url: str, rules: Rules) -> tuple[list[bytes], int, list[str]]:
    """Read all files, how many payouts are not sent, and what an audit finds."""
    database = Database(url)
    files, payouts = schema.payout_files.c, schema.payouts.c
    waiting = sa.select(sa.func.count()).where(payouts.state == "requested")
    async with database.snapshot() as tx:
        found = (
            await tx.execute(sa.select(files.content).order_by(files.number))
        ).all()
        left = (await tx.execute(waiting)).scalar_one()
    findings = await Auditing(database, rules).audit()
    await database.close()
    return [each.content for each in found], left, [str(each) for each in findings]


def ordering(url: str, folder: Path, *args: str) -> AbstractContextManager[Popen[str]]:
    """Run the program that orders; it is dead when this ends."""
    command = ("payout", "file", *args)
    return running(url, folder, *command, bank_name="Kassa", bank_iban=IBAN)


def order_to_the_end(url: str, folder: Path, *args: str) -> tuple[int, str]:
    with ordering(url, folder, *args) as process:
        return end(process)


def usual_seconds(url: str, folder: Path) -> float:
    """Return about how long the program still runs once it has made its file.

    That is before anything is ordered, and after three quarters of its time: those in
    which it begins, as it does to write again a file that is not there.
    """
    begun = time.monotonic()
    order_to_the_end(url, folder, "--again", "1", str(folder / "none.xml"))
    return (time.monotonic() - begun) / 3


def references(content: bytes) -> list[str]:
    return [each.reference for each in pain001.read(content).orders]


def test_killed_at_random_instants_it_orders_each_payout_once(
    any_database_url: str, tmp_path: Path, rules: Rules
) -> None:
    asyncio.run(ask_for_payouts(any_database_url, rules))
    usual = usual_seconds(any_database_url, tmp_path)
    instants = chance()
    for number in range(KILLS):
        file = tmp_path / f"{number}.xml"
        with ordering(any_database_url, tmp_path, str(file)) as process:
            wait_until(file.exists, process)
            time.sleep(instants.uniform(0, usual))
            process.send_signal(signal.SIGKILL)
            count_kill("an order of payouts")
        files, left, findings = asyncio.run(contents(any_database_url, rules))
        assert [] == findings
        assert PAYOUTS == left + sum(len(references(each)) for each in files)
    order_to_the_end(any_database_url, tmp_path, str(tmp_path / "last.xml"))
    files, left, findings = asyncio.run(contents(any_database_url, rules))
    again = tmp_path / "again.xml"
    order_to_the_end(any_database_url, tmp_path, "--again", "1", str(again))

    assert ([], 0) == (findings, left)
    assert PAYOUTS == len({each for file in files for each in references(file)})
    assert files == [again.read_bytes()]


def test_killed_within_its_transaction_on_postgresql_it_orders_each_payout_once(
    postgres_url: str, tmp_path: Path, rules: Rules
) -> None:
    asyncio.run(ask_for_payouts(postgres_url, rules))
    with psycopg.connect(postgres_url) as lock:
        # The file is stored first, the payouts are marked after it.
        lock.execute("LOCK TABLE payouts IN SHARE MODE")
        with ordering(postgres_url, tmp_path, str(tmp_path / "1.xml")) as process:
            wait_until(lambda: somebody_waits(lock), process)
            assert process.poll() is None
            process.send_signal(signal.SIGKILL)
            count_kill("an order of payouts")
        lock.rollback()
    killed = asyncio.run(contents(postgres_url, rules))
    ended = order_to_the_end(postgres_url, tmp_path, str(tmp_path / "2.xml"))
    files, left, findings = asyncio.run(contents(postgres_url, rules))

    assert ([], PAYOUTS, []) == killed
    assert 0 == ended[0], ended[1]
    assert ([], 0) == (findings, left)
    assert [(tmp_path / "2.xml").read_bytes()] == files
    assert PAYOUTS == len(set(references(files[0])))


def test_with_its_database_killed_it_orders_each_payout_once(
    killable_postgres: Cluster, tmp_path: Path, rules: Rules
) -> None:
    """First within its transaction, as it waits for the test, then at any instant."""
    url = f"{killable_postgres.url}/postgres"
    asyncio.run(ask_for_payouts(url, rules))
    usual = usual_seconds(url, tmp_path)
    with closing(psycopg.connect(url)) as lock:
        lock.execute("LOCK TABLE payouts IN SHARE MODE")
        with ordering(url, tmp_path, str(tmp_path / "none.xml")) as process:
            wait_until(lambda: somebody_waits(lock), process)
            killable_postgres.kill()
            count_kill("a PostgreSQL while payouts are ordered")
            status, errors = end(process)
    killable_postgres.start()
    killed = asyncio.run(contents(url, rules))
    instants = chance()
    for number in range(1, KILLS):
        file = tmp_path / f"{number}.xml"
        with ordering(url, tmp_path, str(file)) as process:
            wait_until(file.exists, process)
            time.sleep(instants.uniform(0, usual))
            killable_postgres.kill()
            count_kill("a PostgreSQL while payouts are ordered")
            assert "Traceback" not in end(process)[1]
        killable_postgres.start()
        files, left, findings = asyncio.run(contents(url, rules))
        assert [] == findings
        assert PAYOUTS == left + sum(len(references(each)) for each in files)
    order_to_the_end(url, tmp_path, str(tmp_path / "last.xml"))
    files, left, findings = asyncio.run(contents(url, rules))

    assert (1, True) == (status, "The database cannot be used: " in errors)
    assert ([], PAYOUTS, []) == killed
    assert ([], 0) == (findings, left)
    assert PAYOUTS == len({each for file in files for each in references(file)})
