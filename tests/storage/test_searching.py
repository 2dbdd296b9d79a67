"""Things are found on both databases alike, in the same order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.flattrs import Flattr
from overallt_server.core.periods import Period
from overallt_server.core.searches import (
    HEATS,
    Sort,
    ThingSearch,
    WantedTags,
    tags_in,
)
from overallt_server.core.things import Thing
from overallt_server.storage import flattrs, searches, things
from overallt_server.storage.database import Database

NOW = datetime(2026, 3, 31, tzinfo=UTC)
ALL = ThingSearch((), None, WantedTags((), ()), (), (), None, Sort.RELEVANCE)
SEA, ORE, HUSH, MOSS = (ThingId(number) for number in range(1, 5))
THINGS = {
    SEA: ("The sea at night", "Waves, 100 % calm", ("sea", "Öland", 'a "sea')),
    ORE: ("Über Erz", "What lies below the sea", ("mine", "a_b")),
    HUSH: ("Hidden sea", "", ("sea",)),
    MOSS: ("Moss", "", ("forest", "mine", "axb")),
}


async def _stock(database: Database) -> None:
    async with database.transaction() as tx:
        for number, (title, description, tags) in THINGS.items():
            await things.add(
                tx,
                Thing(
                    id=number,
                    owner=UserId(9),
                    url=f"https://a.example/{number}",
                    title=title,
                    description=description,
                    language="de_DE" if number == ORE else "en_GB",
                    category="text" if number == MOSS else "audio",
                    tags=tags,
                    hidden=number == HUSH,
                    charity=False,
                    created_at=NOW,
                ),
            )


async def _found(database: Database, wanted: ThingSearch) -> list[ThingId]:
    async with database.snapshot() as tx:
        found = await searches.search(tx, wanted, page=1, count=10, now=NOW)
    assert len(found.things) == found.total
    return [each.id for each in found.things]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (ALL, [MOSS, ORE, SEA]),
        (replace(ALL, words=("SEA",)), [SEA, ORE]),
        (replace(ALL, words=("ÜBER", "below")), [ORE]),
        (replace(ALL, words=("ölAND",)), [SEA]),
        (replace(ALL, words=("%",)), [SEA]),
        (replace(ALL, words=("a_b",)), [ORE]),
        (replace(ALL, words=("sea", "moss")), []),
        (replace(ALL, tags=tags_in("SEA")), [SEA]),
        (replace(ALL, tags=tags_in("öland")), [SEA]),
        (replace(ALL, tags=tags_in('a "sea')), [SEA]),
        (replace(ALL, tags=tags_in("se")), []),
        (replace(ALL, tags=tags_in("sea | mine")), [MOSS, ORE, SEA]),
        (replace(ALL, tags=tags_in("forest & mine")), [MOSS]),
        (replace(ALL, tags=tags_in("sea | mine ! forest")), [ORE, SEA]),
        (replace(ALL, tags=tags_in("! mine")), [SEA]),
        (replace(ALL, languages=("de_DE", "sv_SE")), [ORE]),
        (replace(ALL, categories=("audio",)), [ORE, SEA]),
        (replace(ALL, url="https://a.example/2"), [ORE]),
        (replace(ALL, url="https://a.example/3"), []),
        (replace(ALL, username="nobody"), []),
    ],
)
async def test_what_is_wanted_is_found(
    any_database: Database, wanted: ThingSearch, expected: list[ThingId]
) -> None:
    await _stock(any_database)

    assert expected == await _found(any_database, wanted)


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        (Sort.RELEVANCE, [SEA, MOSS, ORE]),
        (Sort.FLATTRS, [SEA, MOSS, ORE]),
        (Sort.FLATTRS_MONTH, [MOSS, ORE, SEA]),
        (Sort.FLATTRS_WEEK, [MOSS, ORE, SEA]),
        (Sort.FLATTRS_DAY, [ORE, MOSS, SEA]),
        (Sort.TREND, [ORE, MOSS, SEA]),
    ],
)
async def test_things_are_sorted_by_how_old_their_flattrs_are(
    any_database: Database, sort: Sort, expected: list[ThingId]
) -> None:
    """Sea had four long ago, moss three in the last days, ore one within the day."""
    await _stock(any_database)
    given = [(SEA, 90)] * 4 + [(MOSS, 3)] * 3 + [(ORE, 0)]
    async with any_database.transaction() as tx:
        for patron, (thing, days) in enumerate(given, start=1):
            at = NOW - timedelta(days=days, hours=1)
            await flattrs.add(
                tx, Flattr(UserId(patron), thing, Period(2026, 3), 1, at, None)
            )
        undone = Flattr(UserId(99), ORE, Period(2026, 3), 1, NOW, undone_at=NOW)
        await flattrs.add(tx, *(replace(undone, thing=each) for each in (SEA, MOSS)))

    assert expected == await _found(any_database, replace(ALL, sort=sort))


def test_every_sort_says_what_counts() -> None:
    assert set(Sort) == set(HEATS)
