"""The server as processes: several behind one port, and how all of them end."""

import asyncio
import os
import signal
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import psutil  # type: ignore[import-untyped]  # It brings no types of its own.
import pytest
from killing import end, running

from overallt_server.storage import patrons, schema
from overallt_server.storage.database import Database

if TYPE_CHECKING:
    from tests.web.conftest import World

LIMIT = 200
# What a worker is lent before it has heard of the others.
LENT = 50
PATIENCE_SECONDS = 20


@pytest.fixture
async def database(any_database_url: str) -> AsyncIterator[Database]:
    database = Database(any_database_url)
    yield database
    await database.close()


@pytest.fixture
async def url(world: "World") -> str:
    """Give the world's address, where its own server has made room."""
    await world.client.close()
    return world.settings.public_url


@contextmanager
def serving(
    world: "World", database_url: str, folder: Path, **settings: str
) -> Iterator[subprocess.Popen[str]]:
    """Run the server's program by two workers on the world's database."""
    with running(
        database_url,
        folder,
        *("serve", "--workers", "2"),
        listen_port=str(world.settings.listen_port),
        requests_per_hour=str(LIMIT),
        **settings,
    ) as process:
        assert process.stdout is not None
        assert "answers" in process.stdout.readline()
        yield process


def workers_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Return the processes that answer, without multiprocessing's own helper."""
    children = psutil.Process(process.pid).children()
    return [each for each in children if _is_worker(each)]


def _is_worker(process: psutil.Process) -> bool:
    try:
        return "spawn_main" in " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return False


async def until(is_so: Callable[[], bool]) -> None:
    """Wait for other processes."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not is_so():  # noqa: ASYNC110 - it happens in other processes.
            await asyncio.sleep(0.02)


def asking() -> aiohttp.ClientSession:
    """Ask over a new connection each time, so that the kernel chooses who answers."""
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True))


async def _stored(database: Database) -> list[int]:
    async with database.snapshot() as tx:
        rows = await tx.execute(schema.flattrs.select())
        return sorted(row.thing_id for row in rows)


async def test_a_click_that_two_workers_get_at_once_counts_once(
    world: "World", url: str, any_database_url: str, tmp_path: Path
) -> None:
    bo = await world.user("bo")
    bearer = await world.bearer(await world.patron("ada"))
    things = [(await world.thing(bo, str(number))).id for number in range(5)]
    with serving(world, any_database_url, tmp_path):
        async with asking() as session:
            answers = await asyncio.gather(
                *(
                    session.post(
                        f"{url}/rest/v2/things/{thing}/flattr",
                        headers={**bearer, "Idempotency-Key": f"click-{thing}"},
                    )
                    for thing in things
                    for _ in range(8)
                )
            )
    firsts = [each.headers["X-RateLimit-Current"] for each in answers].count("1")

    assert Counter({200: 40}) == Counter(each.status for each in answers)
    assert things == await _stored(world.database)
    assert 2 == firsts, "both workers have answered"


async def test_workers_share_what_a_token_may_ask(
    world: "World", url: str, any_database_url: str, tmp_path: Path
) -> None:
    bearer = await world.bearer(await world.user("bo"))

    async def ask(session: aiohttp.ClientSession) -> int:
        async with session.get(f"{url}/rest/v2/user", headers=bearer) as response:
            return response.status

    with serving(world, any_database_url, tmp_path):
        async with asking() as session:
            statuses: Counter[int] = Counter()
            for _ in range(12):
                statuses.update(
                    await asyncio.gather(*(ask(session) for _ in range(30)))
                )

    assert {200, 403} == set(statuses)
    assert LIMIT <= statuses[200] <= LIMIT + LENT


async def test_who_is_being_answered_as_it_ends_is_answered_and_nobody_new(
    world: "World", url: str, any_database_url: str, tmp_path: Path
) -> None:
    bo, ada = await world.user("bo"), await world.patron("ada")
    bearer = await world.bearer(ada)
    things = [await world.thing(bo, str(number)) for number in range(40)]
    settings = {"flattrs_waiting": "1", "flattrs_at_once": "1"}
    with serving(world, any_database_url, tmp_path, **settings) as process:
        async with asking() as session, world.database.transaction() as tx:
            await patrons.lock(tx, ada.id)
            asked = [
                asyncio.create_task(
                    session.post(
                        f"{url}/rest/v2/things/{thing.id}/flattr", headers=bearer
                    )
                )
                for thing in things
            ]
            # Each worker serves one and lets one wait, if that comes after it was
            # begun: all others are sent away.
            await until(lambda: sum(each.done() for each in asked) >= 36)
            process.send_signal(signal.SIGTERM)
            await until(lambda: not _is_listening(world.settings.listen_port))
            with pytest.raises(aiohttp.ClientConnectorError):
                await session.get(f"{url}/healthz")
            await tx.rollback()
            answers = await asyncio.gather(*asked)
        status, errors = await asyncio.to_thread(end, process)

    statuses = Counter(each.status for each in answers)
    assert {200, 503} == set(statuses)
    assert 36 <= statuses[503]
    assert statuses[200] == len(await _stored(world.database))
    assert (0, "") == (status, errors)


def _is_listening(port: int) -> bool:
    connections = psutil.net_connections("tcp4")
    return any(
        each.status == psutil.CONN_LISTEN and each.laddr.port == port
        for each in connections
    )


async def test_a_worker_that_is_killed_is_followed_by_another(
    world: "World", url: str, any_database_url: str, tmp_path: Path
) -> None:
    with serving(world, any_database_url, tmp_path) as process:
        killed, _other = workers_of(process)
        killed.kill()
        await until(
            lambda: killed not in workers_of(process) and len(workers_of(process)) == 2
        )
        async with asking() as session:
            answers = [await session.get(f"{url}/healthz") for _ in range(8)]

    assert {200} == {each.status for each in answers}


async def test_workers_whose_starter_is_killed_end_themselves(
    world: "World", url: str, any_database_url: str, tmp_path: Path
) -> None:
    with serving(world, any_database_url, tmp_path) as process:
        workers = workers_of(process)
        os.kill(process.pid, signal.SIGKILL)

        await until(lambda: not any(each.is_running() for each in workers))

    assert 2 == len(workers)
    assert not _is_listening(world.settings.listen_port)


async def test_a_second_server_is_not_let_in_beside_them(
    world: "World", url: str, any_database_url: str, tmp_path: Path
) -> None:
    with serving(world, any_database_url, tmp_path):
        second = running(
            any_database_url,
            tmp_path,
            *("serve", "--workers", "2"),
            listen_port=str(world.settings.listen_port),
        )
        with second as process:
            status, errors = await asyncio.to_thread(end, process)

    assert 1 == status
    assert "Is the server running already?" in errors
