"""Subscriptions give at the close of a month, on both databases."""

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from overallt_server.core.refusals import AlreadySubscribed
from overallt_server.storage import schema
from overallt_server.use_cases.subscribing import Subscribing

if TYPE_CHECKING:
    from overallt.protocol.ids import ThingId, UserId
    from tests.storage.money.conftest import Town


async def subscribe(town: "Town", patron: "UserId", thing: "ThingId") -> None:
    await Subscribing(town.database).subscribe(patron=patron, thing=thing, now=town.now)


async def test_the_close_gives_what_is_due_in_that_month_and_in_the_next(
    town: "Town",
) -> None:
    ada = await town.patron(1, means=1000, budget=600)
    song = await town.thing(11, owner=await town.user(2))
    await subscribe(town, ada, song)

    closed = await town.close()

    february = town.january.next
    assert 1 == closed.patrons
    assert [
        (ada, town.january, song, 1, town.now, None),
        (ada, february, song, 1, february.start, None),
    ] == [tuple(row) for row in await town.rows(schema.flattrs)]


async def test_what_was_clicked_or_undone_is_left_as_it_is(town: "Town") -> None:
    ada = await town.patron(1, means=1000, budget=600)
    ben = await town.user(2)
    clicked, undone = [await town.thing(each, owner=ben) for each in (11, 12)]
    for thing in (clicked, undone):
        await town.flattr(ada, thing)
        await subscribe(town, ada, thing)
    undone_at = town.now + timedelta(hours=1)
    await town.flattring.undo(patron=ada, thing=undone, now=undone_at)

    await town.close()

    january = [
        (row.thing_id, row.flattred_at, row.undone_at)
        for row in await town.rows(schema.flattrs)
        if row.period == town.january
    ]
    assert [(11, town.now, None), (12, town.now, undone_at)] == january
    assert [11] == [row.thing_id for row in await town.rows(schema.pot_things)]


async def test_what_was_subscribed_to_after_the_month_gives_in_the_next_only(
    town: "Town",
) -> None:
    ada = await town.patron(1, means=1000, budget=600)
    song = await town.thing(11, owner=await town.user(2))
    town.now = town.january.end
    await subscribe(town, ada, song)

    await town.close()

    assert [town.january.next] == [
        row.period for row in await town.rows(schema.flattrs)
    ]


async def test_a_paused_budget_gives_nothing(town: "Town") -> None:
    ada = await town.patron(1, means=1000, budget=600)
    await subscribe(town, ada, await town.thing(11, owner=await town.user(2)))
    await town.set_budget(ada, 600, active=False)

    await town.close()

    assert [] == await town.rows(schema.flattrs)


async def test_closing_twice_gives_once(town: "Town", same_town: "Town") -> None:
    ada = await town.patron(1, means=1000, budget=600)
    await subscribe(town, ada, await town.thing(11, owner=await town.user(2)))

    await asyncio.gather(town.close(), same_town.close())

    assert 2 == len(await town.rows(schema.flattrs))


async def test_of_two_at_once_one_is_refused(town: "Town", same_town: "Town") -> None:
    ada = await town.patron(1, means=1000, budget=600)
    song = await town.thing(11, owner=await town.user(2))

    outcomes = await asyncio.gather(
        subscribe(town, ada, song),
        subscribe(same_town, ada, song),
        return_exceptions=True,
    )

    assert {type(None), AlreadySubscribed} == {type(each) for each in outcomes}
    assert 1 == len(await town.rows(schema.subscriptions))


@pytest.mark.parametrize("times", [1, 2])
async def test_what_is_paused_gives_nothing_until_it_is_started_again(
    town: "Town", times: int
) -> None:
    ada = await town.patron(1, means=1000, budget=600)
    song = await town.thing(11, owner=await town.user(2))
    await subscribe(town, ada, song)
    later = town.now + timedelta(days=3)
    for _ in range(times):
        await Subscribing(town.database).toggle(patron=ada, thing=song, now=later)

    await town.close()

    given = [row.flattred_at for row in await town.rows(schema.flattrs)]
    assert [[], [later, town.january.end]][times - 1] == given
