"""A deed by hand that is killed before its order is stored was never done.

The program is the real one, in a process of its own, killed by SIGKILL while it waits
for the test, between what it has booked and the order of it.
"""

import asyncio
import signal
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from killing import count_kill, end, running, somebody_waits, wait_until
from story_people import add_user

from overallt.protocol.ids import UserId
from overallt_server.core import chart
from overallt_server.core.rules import Rules
from overallt_server.storage import journal
from overallt_server.storage.database import Database
from overallt_server.use_cases.auditing import Auditing
from overallt_server.use_cases.ordering import Ordering

pytestmark = pytest.mark.long

ADA = UserId(1)
ADD = ("means", "add", "ada", "10.00", "--reason", "a coin", "--reference", "X 1")


async def _add_ada(url: str) -> None:
    database = Database(url)
    await add_user(database, ADA, "ada", now=datetime.now(UTC))
    await database.close()


async def _read(url: str, rules: Rules) -> tuple[int, int, list[str]]:
    """Return ada's means, how many orders there are, and what an audit finds."""
    database = Database(url)
    async with database.snapshot() as tx:
        means = await journal.balance(tx, chart.means(ADA), "EUR")
    orders = await Ordering(database).every()
    findings = await Auditing(database, rules).audit()
    await database.close()
    return means.minor, len(orders), [str(each) for each in findings]


def test_killed_between_the_deed_and_its_order_neither_is_there(
    postgres_url: str, tmp_path: Path, rules: Rules
) -> None:
    asyncio.run(_add_ada(postgres_url))
    with psycopg.connect(postgres_url) as lock, psycopg.connect(postgres_url) as look:
        look.autocommit = True
        # The entry is booked first, its order is stored after it.
        lock.execute("LOCK TABLE orders IN SHARE MODE")
        with running(postgres_url, tmp_path, *ADD) as process:
            wait_until(lambda: somebody_waits(look), process)
            process.send_signal(signal.SIGKILL)
        count_kill("a deed by hand")
        lock.rollback()
    killed = asyncio.run(_read(postgres_url, rules))
    for _again in range(2):
        with running(postgres_url, tmp_path, *ADD) as process:
            status, errors = end(process)
        assert 0 == status, errors
    books = asyncio.run(_read(postgres_url, rules))

    assert (0, 0, []) == killed
    assert (1000, 1, []) == books
