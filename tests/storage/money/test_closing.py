"""Closing freezes everything that a settlement needs, once and in order."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from overallt_server.core import chart
from overallt_server.core.flattrs import Flattr
from overallt_server.core.money import Money
from overallt_server.core.refusals import InvalidRequest, PeriodClosed
from overallt_server.storage import flattrs, patrons, schema
from overallt_server.use_cases.closing import Closing

if TYPE_CHECKING:
    from overallt.protocol.ids import UserId
    from tests.storage.money.conftest import Town


async def test_a_pot_is_the_lesser_of_budget_and_means_and_set_aside(
    town: "Town",
) -> None:
    rich = await town.patron(1, means=1000, budget=600)
    poor = await town.patron(2, means=300, budget=600)
    song = await town.thing(11, owner=await town.user(3))
    await town.flattr(rich, song)
    await town.flattr(poor, song)

    closed = await town.close()

    assert (2, Money(900, "EUR")) == (closed.patrons, closed.pots)
    assert 600 == await town.balance(chart.reserved(rich, town.january))
    assert 300 == await town.balance(chart.reserved(poor, town.january))
    assert (400, 0) == (await town.means(rich), await town.means(poor))


async def test_pots_of_zero_are_frozen_and_nothing_is_booked_for_them(
    town: "Town",
) -> None:
    without_flattr = await town.patron(1, means=1000, budget=600)
    paused = await town.patron(2, means=1000, budget=600)
    song = await town.thing(11, owner=await town.user(3))
    await town.flattr(paused, song)
    await town.set_budget(paused, 600, active=False)

    closed = await town.close()

    pots = await town.rows(schema.pots)
    assert 0 == closed.patrons
    assert [(1, 0), (2, 0)] == [(pot.patron_id, pot.pot_minor) for pot in pots]
    assert (1000, 1000) == (
        await town.means(without_flattr),
        await town.means(paused),
    )
    assert 2 == len(await town.rows(schema.journal_entries))


async def test_things_are_frozen_with_owner_weight_and_charity(town: "Town") -> None:
    ada = await town.patron(1, means=1000, budget=600)
    ben = await town.user(2)
    song = await town.thing(11, owner=ben)
    relief = await town.thing(12, owner=ben, charity=True)
    undone = await town.thing(13, owner=ben)
    for thing in (song, relief, undone):
        await town.flattr(ada, thing)
    await town.flattring.undo(patron=ada, thing=undone, now=town.now)

    await town.close()

    assert [
        (ada, town.january, song, ben, 1, False),
        (ada, town.january, relief, ben, 1, True),
    ] == [tuple(row) for row in await town.rows(schema.pot_things)]
    assert [(2, 1)] == [
        (pot.weight, pot.paying_weight) for pot in await town.rows(schema.pots)
    ]


async def test_patrons_are_cut_into_slices(town: "Town") -> None:
    for number in (3, 5, 8, 13, 21):
        await town.patron(number, means=0, budget=600)

    await town.close()

    slices = await town.rows(schema.slices)
    assert [(0, 3, 5), (1, 8, 13), (2, 21, 21)] == [
        (row.slice, row.first_patron_id, row.last_patron_id) for row in slices
    ]
    pots = await town.rows(schema.pots)
    assert [0, 0, 1, 1, 2] == [pot.slice for pot in pots]


async def test_closing_again_gives_the_same_answer(town: "Town") -> None:
    ada = await town.patron(1, means=1000, budget=600)
    await town.flattr(ada, await town.thing(11, owner=await town.user(2)))
    first = await town.close()

    again = await town.closing.close(
        period=town.january, now=town.closing_time + timedelta(days=1)
    )

    assert first == again
    assert 400 == await town.means(ada)


async def test_a_lower_fee_later_does_not_reach_a_closed_period(town: "Town") -> None:
    ada = await town.patron(1, means=1000, budget=600)
    await town.flattr(ada, await town.thing(11, owner=await town.user(2)))
    await town.close()

    cheaper = Closing(town.database, replace(town.rules, fee_bps=0))
    await cheaper.close(period=town.january, now=town.closing_time)

    assert [1000] == [row.fee_bps for row in await town.rows(schema.periods)]
    assert [1000] == [row.fee_bps for row in await town.rows(schema.pots)]


async def test_a_period_is_not_closed_before_its_hour_of_grace_is_over(
    town: "Town",
) -> None:
    await town.user(1)

    with pytest.raises(InvalidRequest, match="from 2026-02-01 01:00 UTC on"):
        await town.closing.close(
            period=town.january, now=town.closing_time - timedelta(seconds=1)
        )


async def test_periods_are_closed_in_order(town: "Town") -> None:
    await town.user(1)
    in_april = town.january.next.next.end + timedelta(days=3)

    with pytest.raises(InvalidRequest, match="2026-01 is the next one"):
        await town.closing.close(period=town.january.next, now=in_april)
    await town.close()
    with pytest.raises(InvalidRequest, match="2026-02 is the next one"):
        await town.closing.close(period=town.january.next.next, now=in_april)


async def test_a_town_without_anybody_can_close_a_month(town: "Town") -> None:
    closed = await town.close()

    assert (0, Money(0, "EUR")) == (closed.patrons, closed.pots)


async def test_closed_periods_are_listed_newest_first(town: "Town") -> None:
    await town.user(1)
    january = await town.close()
    february = await town.closing.close(
        period=town.january.next, now=town.january.next.end + timedelta(hours=1)
    )

    assert [february, january] == await town.closing.closed()


async def test_two_who_close_at_once_close_once(
    town: "Town", same_town: "Town"
) -> None:
    for number in range(1, 8):
        patron = await town.patron(number, means=1000, budget=600)
        thing = await town.thing(number, owner=await town.user(number + 100))
        await town.flattr(patron, thing)

    answers = await asyncio.gather(town.close(), same_town.close())

    assert answers[0] == answers[1]
    assert 7 * 2 == len(await town.rows(schema.journal_entries))


async def test_a_flattr_that_races_the_close_is_in_one_of_the_two_periods(
    town: "Town", same_town: "Town"
) -> None:
    """Whatever is in January is in its pot; whatever came too late, in February."""
    song = await town.thing(11, owner=await town.user(100))
    patrons = [
        await town.patron(number, means=1000, budget=600) for number in range(1, 13)
    ]
    late = datetime.fromtimestamp(town.january.end.timestamp() - 1, tz=town.now.tzinfo)

    await asyncio.gather(
        *(town.flattr(patron, song, at=late) for patron in patrons[:6]),
        same_town.close(),
        *(town.flattr(patron, song, at=late) for patron in patrons[6:]),
    )

    given = await town.rows(schema.flattrs)
    frozen = await town.rows(schema.pot_things)
    assert 12 == len(given)
    assert {row.patron_id for row in frozen} == {
        row.patron_id for row in given if row.period == town.january
    }
    assert {town.january, town.january.next} >= {row.period for row in given}


async def test_what_is_undone_or_budgeted_as_the_close_comes_counts_wholly_or_not(
    town: "Town", same_town: "Town"
) -> None:
    """A pot is of before or of after, and a flattr undone in time is in none."""
    song = await town.thing(11, owner=await town.user(100))
    givers = [
        await town.patron(number, means=1000, budget=600) for number in range(1, 13)
    ]
    for patron in givers:
        await town.flattr(patron, song)
    at = town.january.end

    async def undo(patron: "UserId") -> bool:
        try:
            await town.flattring.undo(
                patron=patron, thing=song, now=at, period=town.january
            )
        except PeriodClosed:
            return False
        return True

    async def lower(patron: "UserId") -> None:
        await town.giving.set_budget(
            patron=patron, amount=Money(200, "EUR"), active=True
        )

    undone, _, _ = await asyncio.gather(
        asyncio.gather(*(undo(patron) for patron in givers[:6])),
        same_town.close(),
        asyncio.gather(*(lower(patron) for patron in givers[6:])),
    )

    frozen = {row.patron_id: row.pot_minor for row in await town.rows(schema.pots)}
    assert [0 if was_undone else 600 for was_undone in undone] == [
        frozen[patron] for patron in givers[:6]
    ]
    assert {200, 600} >= {frozen[patron] for patron in givers[6:]}


async def test_the_close_waits_for_a_flattr_that_is_being_given(
    town: "Town", same_town: "Town"
) -> None:
    ada = await town.patron(1, means=1000, budget=600)
    song = await town.thing(11, owner=await town.user(2))
    async with same_town.database.transaction() as tx:
        await patrons.lock(tx, ada)
        closing = asyncio.create_task(town.close())
        await asyncio.sleep(0.3)
        waited = not closing.done()
        await flattrs.add(tx, Flattr(ada, song, town.january, 1, town.now, None))

    closed = await closing

    assert waited
    assert Money(600, "EUR") == closed.pots
