"""What is killed at any instant, a server keeps what it answered, and nothing twice.

The server is the real one, in a process of its own, with patrons who flattr as fast as
they are answered. It is killed by SIGKILL, or its database is: every process of
PostgreSQL, which is then started again, while the server goes on. Or its database hangs
for a while, or is cut off without a word.
"""

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from crowd import Click, Crowd, Look, gather, serving, stored_clicks
from killing import chance, count_kill
from postgres import Cluster
from wires import wire

from overallt_server.storage import schema
from overallt_server.storage.database import CONNECT_SECONDS, Database
from overallt_server.storage.postgresql import SLACK_SECONDS
from overallt_server.use_cases.auditing import Auditing

if TYPE_CHECKING:
    from tests.storage.money.conftest import Town

pytestmark = pytest.mark.long

KILLS = 5
HANGS = 2
# More than there are connections, so that some wait for one, then for its answer.
LOOKS = 40
PATIENCE_SECONDS = 2
TOLD_WITHIN_SECONDS = 2 * PATIENCE_SECONDS + SLACK_SECONDS
# On a machine that is busy with other tests.
BUSY_SECONDS = 3


async def people(town: "Town", *, patrons: int, things: int) -> Crowd:
    """Make *patrons* who may flattr, and *things* for them."""
    owner = await town.user(100)
    for number in range(1, things + 1):
        await town.thing(number, owner=owner)
    made = [
        await town.patron(number, means=900, budget=500)
        for number in range(1, patrons + 1)
    ]
    return await gather(town.database, made, things=things)


async def test_killed_at_random_instants_it_has_what_it_answered_and_nothing_twice(
    town: "Town", any_database_url: str, tmp_path: Path
) -> None:
    crowd = await people(town, patrons=8, things=60)
    instants = chance()
    lost: set[Click] = set()
    in_the_middle = 0
    for _ in range(KILLS):
        async with serving(any_database_url, tmp_path) as (url, process):
            flattring = asyncio.create_task(crowd.flattr(url))
            await crowd.wait_for(answers=len(crowd.answers) + instants.randint(1, 80))
            await asyncio.sleep(instants.uniform(0, 0.02))
            os.kill(process, 9)
            count_kill("a server")
            await flattring
        in_the_middle += 0 < len(crowd.answers) < 8 * 60
        lost |= set(crowd.answers) - await stored_clicks(town.database)
    async with serving(any_database_url, tmp_path) as (url, _):
        await crowd.flattr(url)
        again = await crowd.ask_again(url)
    keys = await town.rows(schema.idempotency_keys)

    assert 0 < in_the_middle
    assert set() == lost
    assert 0 == crowd.busy
    assert crowd.answers == again
    assert 8 * 60 == len(await town.rows(schema.flattrs)) == len(keys)
    assert [] == await Auditing(town.database, town.rules).audit()


async def test_with_its_database_killed_it_says_so_and_goes_on_where_it_was(
    town_on: type["Town"], killable_postgres: Cluster, tmp_path: Path
) -> None:
    """No restart of the server is needed: it finds its database again by itself."""
    database_url = f"{killable_postgres.url}/postgres"
    database = Database(database_url)
    town = town_on(database)
    crowd = await people(town, patrons=32, things=30)
    instants = chance()
    lost: set[Click] = set()
    in_the_middle = 0
    async with serving(database_url, tmp_path) as (url, _):
        async with asyncio.TaskGroup() as group:
            group.create_task(crowd.flattr(url))
            for _ in range(KILLS):
                await crowd.wait_for(
                    answers=len(crowd.answers) + instants.randint(1, 150)
                )
                await asyncio.sleep(instants.uniform(0, 0.02))
                killable_postgres.kill()
                count_kill("a server's PostgreSQL")
                in_the_middle += len(crowd.answers) < 32 * 30
                await crowd.wait_for(busy=crowd.busy + 1)
                await asyncio.to_thread(killable_postgres.start)
                lost |= set(crowd.answers) - await stored_clicks(database)
        again = await crowd.ask_again(url)
    flattrs = await town.rows(schema.flattrs)
    keys = await town.rows(schema.idempotency_keys)
    findings = await Auditing(database, town.rules).audit()
    await database.close()

    assert 0 < in_the_middle <= crowd.busy
    assert crowd.longest_wait_seconds < CONNECT_SECONDS
    assert set() == lost
    assert crowd.answers == again
    assert 32 * 30 == len(flattrs) == len(keys)
    assert [] == findings


@pytest.mark.parametrize("stopped", [True, False], ids=["stopped", "cut off"])
async def test_with_its_database_hanging_it_says_so_in_time_and_goes_on_where_it_was(
    town_on: type["Town"], killable_postgres: Cluster, tmp_path: Path, *, stopped: bool
) -> None:
    """Stopped, nothing in it goes on; cut off, it goes on and waits for the server."""
    database_url = f"{killable_postgres.url}/postgres"
    database = Database(database_url)
    town = town_on(database)
    crowd = await people(town, patrons=32, things=30)
    instants = chance()
    looks: list[Look] = []
    in_the_middle = 0
    async with (
        wire(database_url) as laid,
        serving(laid.url, tmp_path, database_seconds=PATIENCE_SECONDS) as (url, _),
    ):
        async with asyncio.TaskGroup() as group:
            group.create_task(crowd.flattr(url))
            for _ in range(HANGS):
                await crowd.wait_for(
                    answers=len(crowd.answers) + instants.randint(1, 200)
                )
                await asyncio.sleep(instants.uniform(0, 0.02))
                with killable_postgres.hanging() if stopped else laid.swallowing():
                    count_kill("nobody, but let a PostgreSQL hang")
                    in_the_middle += len(crowd.answers) < 32 * 30
                    looks += await crowd.look(url, times=LOOKS)
        again = await crowd.ask_again(url)
    lost = set(crowd.answers) - await stored_clicks(database)
    flattrs = await town.rows(schema.flattrs)
    keys = await town.rows(schema.idempotency_keys)
    findings = await Auditing(database, town.rules).audit()
    await database.close()

    assert 0 < in_the_middle <= crowd.busy
    assert {(503, "1")} == {(look.status, look.come_back_after) for look in looks}
    assert max(look.seconds for look in looks) < TOLD_WITHIN_SECONDS + BUSY_SECONDS
    # Who is in the queue already waits for his token, for those before him, and then.
    assert crowd.longest_wait_seconds < 3 * TOLD_WITHIN_SECONDS + BUSY_SECONDS
    assert set() == lost
    assert crowd.answers == again
    assert 32 * 30 == len(flattrs) == len(keys)
    assert [] == findings
