"""Books to look at: three months of three patrons, through the real use cases.

Mona (1) owns a song and an essay, otto (2) a photo and a clinic, which is a charity.
Ada (3), ben (4) and cyd (5) give; a slice is two patrons. January is settled, February
is closed, March is open::

    January   ada: song, essay, photo   ben: song, clinic   cyd: photo
    February  ada: song                 (ben has no means)  cyd: song, photo
    March     ada: photo
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import ordered_books
import pytest
from forging import unguard
from story_rules import RULES as STORY_RULES

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.audit import Finding
from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.core.rules import Rules
from overallt_server.core.users import User
from overallt_server.storage import users
from overallt_server.storage.database import Database
from overallt_server.use_cases.adding_means import AddingMeans
from overallt_server.use_cases.auditing import Auditing
from overallt_server.use_cases.closing import Closing
from overallt_server.use_cases.flattring import Flattring
from overallt_server.use_cases.gathering import Room
from overallt_server.use_cases.giving import Giving
from overallt_server.use_cases.previewing import Previewing
from overallt_server.use_cases.registering_things import RegisteringThings
from overallt_server.use_cases.settling import Settling

RULES: Final = replace(STORY_RULES, slice_patrons=2)
JANUARY, FEBRUARY, MARCH = (Period(2026, month) for month in (1, 2, 3))
NAMES: Final = ("mona", "otto", "ada", "ben", "cyd")
OWNERS: Final = {"song": 1, "essay": 1, "photo": 2, "clinic": 2}
GIVEN: Final = {3: (3000, 1000), 4: (300, 500), 5: (1000, 200)}
SONG, ESSAY, PHOTO, CLINIC = (ThingId(number) for number in range(1, 5))
FLATTRS: Final[dict[Period, dict[int, tuple[ThingId, ...]]]] = {
    JANUARY: {3: (SONG, ESSAY, PHOTO), 4: (SONG, CLINIC), 5: (PHOTO,)},
    FEBRUARY: {3: (SONG,), 5: (SONG, PHOTO)},
    MARCH: {3: (PHOTO,)},
}


async def _keep_books(url: str) -> None:
    database = Database(url)
    await _make_users_and_things(database)
    for number, (means, budget) in GIVEN.items():
        patron = UserId(number)
        await AddingMeans(database, RULES).add(
            patron=patron,
            amount=Money(means, "EUR"),
            provider="by_hand",
            reference=f"transfer-{number}",
            reason="a transfer",
            now=JANUARY.start,
        )
        await Giving(database, RULES).set_budget(
            patron=patron, amount=Money(budget, "EUR"), active=True
        )
    await _flattr(database, JANUARY)
    await _close(database, JANUARY)
    await Settling(database, RULES).settle(
        period=JANUARY,
        now=JANUARY.end + timedelta(days=9),
        hold=True,
        progress=lambda _done, _all: None,
    )
    await _flattr(database, FEBRUARY)
    await _close(database, FEBRUARY)
    await _flattr(database, MARCH)
    await database.close()


async def _make_users_and_things(database: Database) -> None:
    for number, name in enumerate(NAMES, start=1):
        user = User(
            UserId(number),
            name,
            f"{name}@users.test",
            JANUARY.start,
            ThingId(100 + number),
        )
        async with database.transaction() as tx:
            await users.add(tx, user, password_hash="!")
    registering = RegisteringThings(database)
    for name, owner in OWNERS.items():
        await registering.register(
            owner=UserId(owner),
            url=f"https://{name}.test/",
            title=f"The {name}",
            charity=name == "clinic",
            now=JANUARY.start,
        )


async def _flattr(database: Database, period: Period) -> None:
    for number, flattred in FLATTRS[period].items():
        for thing in flattred:
            await Flattring(database, RULES, Room(waiting=100, at_once=10)).flattr(
                patron=UserId(number),
                thing=thing,
                now=period.start + timedelta(days=12),
            )


async def _close(database: Database, period: Period) -> None:
    now = period.end + timedelta(hours=2)
    await Closing(database, RULES).close(period=period, now=now)
    await Previewing(database).preview(
        period=period, now=now, progress=lambda _done, _all: None
    )


@pytest.fixture(scope="session")
def books_template(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    file = tmp_path_factory.mktemp("books") / "books.sqlite"
    shutil.copyfile(sqlite_template, file)
    asyncio.run(_keep_books(f"sqlite:///{file}"))
    return file


@pytest.fixture
async def books(books_template: Path, tmp_path: Path) -> AsyncIterator[Database]:
    file = tmp_path / "books.sqlite"
    shutil.copyfile(books_template, file)
    database = Database(f"sqlite:///{file}")
    yield database
    await database.close()


@pytest.fixture
def keep_books() -> Callable[[str], Awaitable[None]]:
    """Give what keeps the books above in any database, by its URL."""
    return _keep_books


@pytest.fixture
async def postgres_books(postgres_url: str) -> AsyncIterator[Database]:
    await _keep_books(postgres_url)
    database = Database(postgres_url)
    yield database
    await database.close()


@pytest.fixture(scope="session")
def rules() -> Rules:
    return RULES


@pytest.fixture
async def unguarded(books: Database) -> Database:
    """Give the same books without the triggers that keep them as they are."""
    async with books.transaction() as tx:
        await unguard(books, tx)
    return books


@pytest.fixture
async def ordered(unguarded: Database, rules: Rules) -> Database:
    """Give the same with orders of each kind and state."""
    await ordered_books.keep(unguarded, rules)
    return unguarded


@pytest.fixture
def audit(rules: Rules) -> Callable[[Database], Awaitable[list[Finding]]]:
    return lambda database: Auditing(database, rules).audit()
