"""What a user has done is listed on both databases alike, newest first."""

from datetime import UTC, datetime, timedelta

import pytest

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.activities import Verb
from overallt_server.core.flattrs import Flattr
from overallt_server.core.periods import Period
from overallt_server.core.things import Thing
from overallt_server.core.users import User
from overallt_server.storage import activities, flattrs, things
from overallt_server.storage.database import Database

MARCH = Period(2026, 3)
NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)
PROFILE, SONG, DRAFT, ESSAY, OTHERS = (ThingId(number) for number in range(1, 6))
ADA, BO = UserId(8), UserId(9)
USER = User(ADA, "ada", "ada@users.test", NOON, PROFILE)
POSTED = [(Verb.REGISTERED, ESSAY), (Verb.REGISTERED, SONG)]
# At noon he flattred one and registered another: the one with the larger id is first.
ALL = [(Verb.FLATTRED, OTHERS), *POSTED, (Verb.FLATTRED, OTHERS)]


@pytest.fixture
async def database(any_database: Database) -> Database:
    async with any_database.transaction() as tx:
        for number in (PROFILE, SONG, DRAFT, ESSAY, OTHERS):
            await things.add(
                tx,
                Thing(
                    id=number,
                    owner=BO if number == OTHERS else ADA,
                    url=f"https://a.example/{number}",
                    title=f"Title {number}",
                    description="",
                    language="en_GB",
                    category="rest",
                    tags=(),
                    hidden=number == DRAFT,
                    charity=False,
                    created_at=NOON + timedelta(minutes=number - ESSAY),
                ),
            )
        await flattrs.add(
            tx,
            Flattr(ADA, OTHERS, MARCH, 1, NOON, None),
            Flattr(ADA, OTHERS, Period(2026, 2), 1, NOON - timedelta(days=40), None),
            Flattr(ADA, DRAFT, MARCH, 1, NOON, NOON),
            Flattr(BO, SONG, MARCH, 1, NOON, None),
        )
    return any_database


async def _listed(
    database: Database, *, secret: bool, page: int = 1, count: int = 10
) -> list[tuple[Verb, ThingId]]:
    async with database.snapshot() as tx:
        listed = await activities.of_user(
            tx, USER, secret=secret, page=page, count=count
        )
    return [(each.verb, each.thing.id) for each in listed]


@pytest.mark.parametrize(("secret", "expected"), [(False, POSTED), (True, ALL)])
async def test_what_is_secret_is_listed_only_if_it_shall_be(
    database: Database, *, secret: bool, expected: list[tuple[Verb, ThingId]]
) -> None:
    assert expected == await _listed(database, secret=secret)


async def test_both_kinds_share_the_pages(database: Database) -> None:
    pages = [
        await _listed(database, secret=True, page=page, count=3) for page in (1, 2, 3)
    ]

    assert [ALL[:3], ALL[3:], []] == pages


async def test_each_is_told_with_its_time(database: Database) -> None:
    async with database.snapshot() as tx:
        listed = await activities.of_user(tx, USER, secret=True, page=1, count=10)

    assert [NOON, NOON, NOON - timedelta(minutes=2), NOON - timedelta(days=40)] == [
        each.done_at for each in listed
    ]
