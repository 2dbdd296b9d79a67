"""A patron's budget, and what he sees of his giving."""

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from overallt.protocol.ids import UserId
from overallt_server.core.budgets import Budget
from overallt_server.core.money import Money
from overallt_server.core.refusals import InvalidRequest, NotFound
from overallt_server.storage import schema

if TYPE_CHECKING:
    from tests.storage.money.conftest import Town


def _eur(minor: int) -> Money:
    return Money(minor, "EUR")


async def test_somebody_new_has_nothing(town: "Town") -> None:
    ada = await town.user(1)

    overview = await town.giving.overview(patron=ada, now=town.now)

    assert overview.budget is None
    assert overview.flattrs == []
    assert town.january == overview.period
    assert (_eur(0),) * 4 == (
        overview.means,
        overview.pot,
        overview.next_worth,
        overview.reserved,
    )


async def test_a_budget_is_set_changed_and_paused(town: "Town") -> None:
    ada = await town.patron(1, means=1000, budget=500)
    await town.set_budget(ada, 700, active=False)

    overview = await town.giving.overview(patron=ada, now=town.now)

    assert Budget(_eur(700), active=False) == overview.budget
    assert _eur(0) == overview.pot


async def test_a_budget_out_of_bounds_is_refused(town: "Town") -> None:
    ada = await town.user(1)

    with pytest.raises(InvalidRequest):
        await town.set_budget(ada, 199)


async def test_a_stranger_has_no_budget(town: "Town") -> None:
    with pytest.raises(NotFound):
        await town.set_budget(UserId(99), 500)


async def test_two_who_set_the_first_budget_at_once_leave_one(
    town: "Town", same_town: "Town"
) -> None:
    ada = await town.user(1)

    await asyncio.gather(town.set_budget(ada, 500), same_town.set_budget(ada, 600))

    budgets = await town.rows(schema.budgets)
    assert 1 == len(budgets)
    assert budgets[0].amount_minor in {500, 600}


async def test_each_flattr_is_worth_its_share_after_the_fee(town: "Town") -> None:
    ada = await town.patron(1, means=800, budget=1000)
    ben = await town.user(2)
    song = await town.thing(11, owner=ben)
    essay = await town.thing(12, owner=ben)
    await town.flattr(ada, song)
    await town.flattr(ada, essay, at=town.now + timedelta(seconds=1))

    overview = await town.giving.overview(patron=ada, now=town.now)

    assert _eur(800) == overview.pot
    assert [(essay, _eur(360)), (song, _eur(360))] == [
        (each.thing.id, each.worth) for each in overview.flattrs
    ]
    assert _eur(240) == overview.next_worth


async def test_the_worth_shown_is_what_the_settlement_books(town: "Town") -> None:
    ada = await town.patron(1, means=1000, budget=1000)
    for number in range(11, 18):
        thing = await town.thing(number, owner=await town.user(number))
        await town.flattr(ada, thing)
    shown = await town.giving.overview(patron=ada, now=town.now)

    await town.close()
    await town.settle()

    booked = {row.thing_id: row.share_minor for row in await town.rows(schema.shares)}
    assert {each.thing.id: each.worth.minor for each in shown.flattrs} == booked


async def test_a_closed_pot_is_reserved_until_it_is_settled(town: "Town") -> None:
    ada = await town.patron(1, means=1000, budget=600)
    song = await town.thing(11, owner=await town.user(2))
    await town.flattr(ada, song)
    await town.close()
    held = await town.giving.overview(patron=ada, now=town.closing_time)

    await town.settle()

    settled = await town.giving.overview(patron=ada, now=town.closing_time)
    assert (_eur(400), _eur(600)) == (held.means, held.reserved)
    assert (_eur(400), _eur(0)) == (settled.means, settled.reserved)
    assert (town.january.next, []) == (held.period, held.flattrs)
