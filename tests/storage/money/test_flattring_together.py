"""Flattrs that come at the same time share a commit, and nothing else."""

import asyncio
import random
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from overallt.protocol.ids import ThingId
from overallt_server.core.refusals import Refusal
from overallt_server.storage import patrons, schema
from overallt_server.storage.database import Database
from overallt_server.use_cases.flattring import Flattring
from overallt_server.use_cases.gathering import Room

if TYPE_CHECKING:
    from overallt.protocol.ids import UserId
    from overallt_server.use_cases.flattring import Flattred
    from tests.storage.money.conftest import Town

# What is stored cannot be committed.
NO_COMMIT = {
    "sqlite": (
        "CREATE TABLE nobody (id INTEGER PRIMARY KEY)",
        (
            "CREATE TABLE no_commit (id INTEGER REFERENCES nobody (id)"
            " DEFERRABLE INITIALLY DEFERRED)"
        ),
        (
            "CREATE TRIGGER no_commit_trigger AFTER INSERT ON flattrs"
            " BEGIN INSERT INTO no_commit VALUES (1); END"
        ),
    ),
    "postgresql": (
        (
            "CREATE FUNCTION no_commit() RETURNS trigger LANGUAGE plpgsql"
            " AS 'BEGIN RAISE EXCEPTION ''no commit''; END'"
        ),
        (
            "CREATE CONSTRAINT TRIGGER no_commit_trigger AFTER INSERT ON flattrs"
            " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION no_commit()"
        ),
    ),
}
COMMIT_AGAIN = {
    "sqlite": "DROP TRIGGER no_commit_trigger",
    "postgresql": "DROP TRIGGER no_commit_trigger ON flattrs",
}


async def _run(database: Database, *statements: str) -> None:
    async with database.transaction() as tx:
        for statement in statements:
            await tx.execute(sa.text(statement))


async def _three_patrons_and_a_song(
    town: "Town",
) -> "tuple[list[UserId], ThingId]":
    givers = [await town.patron(number, means=900, budget=500) for number in (1, 2, 3)]
    return givers, await town.thing(11, owner=await town.user(4))


async def test_each_is_answered_with_the_count_that_his_flattr_made(
    town: "Town",
) -> None:
    givers, song = await _three_patrons_and_a_song(town)

    answers = await asyncio.gather(*(town.flattr(giver, song) for giver in givers))

    assert [1, 2, 3] == [answer.flattrs for answer in answers]
    assert 3 == len(await town.rows(schema.flattrs))


async def test_a_refusal_does_not_touch_the_others(town: "Town") -> None:
    givers, song = await _three_patrons_and_a_song(town)
    poor = await town.patron(5, means=0, budget=500)

    answers = await asyncio.gather(
        town.flattr(givers[0], song, key="a"),
        town.flattr(poor, song, key="a"),
        town.flattr(givers[0], song),
        town.flattr(givers[1], song, key="a"),
        return_exceptions=True,
    )

    outcomes = [getattr(answer, "flattrs", type(answer).__name__) for answer in answers]
    assert [1, "NoMeans", "AlreadyFlattred", 2] == outcomes
    assert 2 == len(await town.rows(schema.flattrs))
    assert 2 == len(await town.rows(schema.idempotency_keys))


async def test_one_key_for_two_things_at_once_is_refused_for_the_second(
    town: "Town",
) -> None:
    givers, song = await _three_patrons_and_a_song(town)
    essay = await town.thing(12, owner=await town.user(6))

    answers = await asyncio.gather(
        *(town.flattr(givers[0], thing, key="a") for thing in (song, essay)),
        return_exceptions=True,
    )

    outcomes = [getattr(answer, "flattrs", type(answer).__name__) for answer in answers]
    assert [1, "IdempotencyMismatch"] == outcomes


async def test_a_commit_that_fails_fails_for_all_and_keeps_nothing(
    town: "Town",
) -> None:
    givers, song = await _three_patrons_and_a_song(town)
    kind = town.database.url.get_backend_name()
    await _run(town.database, *NO_COMMIT[kind])

    failed = await asyncio.gather(
        *(town.flattr(giver, song, key="a") for giver in givers), return_exceptions=True
    )
    kept = [*await town.rows(schema.flattrs), *await town.rows(schema.idempotency_keys)]
    await _run(town.database, COMMIT_AGAIN[kind])
    again = await asyncio.gather(
        *(town.flattr(giver, song, key="a") for giver in givers)
    )

    assert all(isinstance(each, sa.exc.SQLAlchemyError) for each in failed)
    assert [] == kept
    assert [1, 2, 3] == [answer.flattrs for answer in again]


async def test_who_gives_up_and_asks_again_has_flattred_once(
    town: "Town", same_town: "Town"
) -> None:
    givers, song = await _three_patrons_and_a_song(town)
    async with same_town.database.transaction() as tx:
        await patrons.lock(tx, givers[0])
        # The first is being served and waits for the lock, the second for his turn.
        first = asyncio.create_task(town.flattr(givers[0], song, key="a"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        second = asyncio.create_task(town.flattr(givers[1], song, key="a"))
        await asyncio.sleep(0)
        for each in (first, second):
            each.cancel()
        await asyncio.wait([first, second])

    answers = [
        await asyncio.gather(*(town.flattr(each, song, key="a") for each in givers[:2]))
        for _ in range(2)
    ]

    assert answers[0] == answers[1]
    assert {1, 2} == {answer.flattrs for answer in answers[0]}
    assert 2 == len(await town.rows(schema.flattrs))


async def test_a_close_in_the_midst_freezes_what_was_answered_for_its_period(
    town: "Town", same_town: "Town"
) -> None:
    givers = [
        await town.patron(number, means=900, budget=500) for number in range(1, 9)
    ]
    owner = await town.user(20)
    things = [await town.thing(number, owner=owner) for number in range(30, 36)]
    chance = random.Random(5)  # noqa: S311 - any order will do.
    clicks = [
        (chance.choice((town, same_town)), giver, thing)
        for giver in givers
        for thing in things
    ]
    chance.shuffle(clicks)

    async def flattr(at: "Town", giver: "UserId", thing: "ThingId") -> None:
        await at.flattr(giver, thing, key=f"{thing}")

    first = [asyncio.create_task(flattr(*click)) for click in clicks[:24]]
    await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
    await asyncio.gather(
        town.close(), *first, *(flattr(*click) for click in clicks[24:])
    )

    january = {
        (row.patron_id, row.thing_id)
        for row in await town.rows(schema.flattrs)
        if row.period == town.january
    }
    frozen = {
        (row.patron_id, row.thing_id) for row in await town.rows(schema.pot_things)
    }
    assert january == frozen
    assert len(clicks) == len(await town.rows(schema.flattrs))


@pytest.fixture
async def twins(
    sqlite_template: Path, tmp_path: Path
) -> AsyncIterator[tuple[Database, Database]]:
    """Two databases, both empty."""
    databases = []
    for name in ("one", "two"):
        shutil.copyfile(sqlite_template, tmp_path / f"{name}.sqlite")
        databases.append(Database(f"sqlite:///{tmp_path / name}.sqlite"))
    yield databases[0], databases[1]
    for database in databases:
        await database.close()


@pytest.mark.parametrize("seed", range(6))
async def test_together_or_one_after_the_other_makes_no_difference(
    twins: tuple[Database, Database], seed: int, town_on: "type[Town]"
) -> None:
    """One that is served alone is the specification of those served together."""
    outcomes = []
    tables = []
    for database, at_once in zip(twins, (1, 7), strict=True):
        chance = random.Random(seed)  # noqa: S311 - the same clicks for both.
        town = town_on(database)
        town.flattring = Flattring(
            database, town.rules, Room(waiting=100, at_once=at_once)
        )
        givers = [
            await town.patron(number, means=chance.choice((0, 50, 900)), budget=300)
            for number in range(1, 5)
        ]
        things = [
            await town.thing(number, owner=givers[number % 4])
            for number in range(11, 16)
        ]

        async def flattr(
            town: "Town", giver: "UserId", thing: "ThingId", key: str | None
        ) -> "Flattred | str":
            try:
                return await town.flattr(giver, thing, key=key)
            except Refusal as refusal:
                return type(refusal).__name__

        outcomes.append(
            await asyncio.gather(
                *(
                    flattr(
                        town,
                        chance.choice(givers),
                        chance.choice([*things, ThingId(99)]),
                        chance.choice((None, "a", "b", "c")),
                    )
                    for _ in range(60)
                )
            )
        )
        tables.append(
            [
                await town.rows(table)
                for table in (schema.flattrs, schema.idempotency_keys)
            ]
        )

    assert outcomes[0] == outcomes[1]
    assert tables[0] == tables[1]
