"""Databases and real pages for every test that wants some.

A database is migrated, empty and the test's own.
``database`` is SQLite; ``any_database`` runs the test on SQLite and on PostgreSQL.
A test that needs a second connection opens another ``Database`` on ``sqlite_url``,
``postgres_url`` or ``any_database_url``. One PostgreSQL serves a whole session and
each test gets a copy of a migrated template in it. All files are in memory if they can.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Generator, Iterator
from itertools import count
from pathlib import Path

import pytest
from memory import folder_in_memory
from outside_world import OutsideWorld, outside_world
from postgres import Cluster, PostgresMissing, cluster, postgres, run_sql
from real_pages import PagesMissing, RealPage, real_pages

from overallt_server.storage.database import Database
from overallt_server.storage.migrating import migrate

_numbers = count(1)


def pytest_configure() -> None:
    """Let pytest make its folders in memory; whoever named another place has it."""
    folder = folder_in_memory()
    if folder is not None:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(folder))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what asks for PostgreSQL or real pages, as no test is to forget; sort."""
    for item in items:
        if isinstance(item, pytest.Function):
            if not {"postgres_url", "killable_postgres"}.isdisjoint(item.fixturenames):
                item.add_marker(pytest.mark.postgres)
            if "corpus" in item.fixturenames:
                item.add_marker(pytest.mark.corpus)
                item.add_marker(pytest.mark.long)
    # What takes long comes first: of several workers none has it left at the end.
    long = {item.path for item in items if item.get_closest_marker("long")}
    items.sort(key=lambda item: item.path not in long)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail instead of skipping where CI must have had what the test needs."""
    report = yield
    needed = any(map(item.get_closest_marker, ("corpus", "e2e", "postgres")))
    if report.skipped and needed and "OVERALLT_NO_SKIPS" in os.environ:
        report.outcome = "failed"
    return report


async def _migrated(url: str) -> None:
    database = Database(url)
    await migrate(database)
    await database.close()


@pytest.fixture(scope="session")
def corpus() -> tuple[RealPage, ...]:
    """Give the real pages, which are fetched the first time."""
    try:
        return real_pages()
    except PagesMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "template.sqlite"
    asyncio.run(_migrated(f"sqlite:///{file}"))
    return file


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    file = tmp_path / "overallt.sqlite"
    shutil.copyfile(sqlite_template, file)
    return f"sqlite:///{file}"


@pytest.fixture(scope="session")
def postgres_template() -> Iterator[str]:
    """Start PostgreSQL and make a migrated template; gives the server's URL."""
    try:
        with postgres(durable=False) as url:
            run_sql(url, "CREATE DATABASE template")
            asyncio.run(_migrated(f"{url}/template"))
            yield url
    except PostgresMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def postgres_url(postgres_template: str) -> Iterator[str]:
    name = f"test_{next(_numbers)}"
    # To copy files costs less than to log what is in them, as is usual since 15.
    copied = "TEMPLATE template STRATEGY file_copy"
    run_sql(postgres_template, f"CREATE DATABASE {name} {copied}")
    yield f"{postgres_template}/{name}"
    run_sql(postgres_template, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def killable_postgres() -> Iterator[Cluster]:
    """Start a PostgreSQL for this test alone; its own database is migrated."""
    try:
        with cluster(durable=False) as killable:
            asyncio.run(_migrated(f"{killable.url}/postgres"))
            yield killable
    except PostgresMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def any_database_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    database = Database(sqlite_url)
    yield database
    await database.close()


@pytest.fixture
async def any_database(any_database_url: str) -> AsyncIterator[Database]:
    database = Database(any_database_url)
    yield database
    await database.close()


@pytest.fixture
async def outside() -> AsyncIterator[OutsideWorld]:
    """Give an internet of the test's own, in which nothing is yet."""
    async with outside_world() as world:
        yield world
