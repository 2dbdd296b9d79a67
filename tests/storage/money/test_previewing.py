"""Preliminary figures are, to the cent, what is booked afterwards; on both databases.

The months are made by chance: weights, charities, teams, patrons without means, pots of
less cents than things; several follow each other, each with what the last one left.
"""

import asyncio
import random
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.core.refusals import InvalidRequest
from overallt_server.storage import schema
from overallt_server.use_cases.auditing import Auditing
from overallt_server.use_cases.naming_teams import NamingTeams
from overallt_server.use_cases.previewing import Previewing
from overallt_server.use_cases.reporting import Reporting

if TYPE_CHECKING:
    from tests.storage.money.conftest import Town

OWNERS = [UserId(number) for number in range(1, 6)]
PATRONS = [UserId(number) for number in range(100, 130)]
THINGS = [ThingId(number) for number in range(1, 13)]

type Figures = dict[Any, Any]


async def _populate(
    town: "Town", chance: random.Random, *, team_part: float = 0.3
) -> None:
    for owner in OWNERS:
        await town.user(owner)
    for thing in THINGS:
        owner = chance.choice(OWNERS)
        await town.thing(thing, owner=owner, charity=chance.random() < 0.3)
        if chance.random() < team_part:
            weights = {
                f"user{member}": chance.randint(1, 100)
                for member in {owner, *chance.sample(OWNERS, 3)}
            }
            await NamingTeams(town.database).name(
                thing=thing, weights=weights, now=town.now
            )
    for patron in PATRONS:
        means = chance.choice([0, 200, 203, chance.randint(200, 90_000)])
        await town.patron(patron, means=means, budget=chance.randint(200, 10_000))


async def _close_a_month(town: "Town", period: Period, chance: random.Random) -> None:
    given = [
        {
            "patron_id": patron,
            "period": period,
            "thing_id": thing,
            "weight": chance.choice([1, 1, 2, chance.randint(1, 100)]),
            "flattred_at": period.start,
        }
        for patron in PATRONS
        for thing in chance.sample(THINGS, chance.choice([0, 1, 2, 7, 12]))
    ]
    async with town.database.transaction() as tx:
        await tx.execute(sa.insert(schema.flattrs), given)
    await town.closing.close(period=period, now=period.end + timedelta(hours=1))


async def _preview(town: "Town", period: Period) -> None:
    await Previewing(town.database).preview(
        period=period, now=period.end, progress=lambda _done, _every: None
    )


async def _settle(town: "Town", period: Period) -> None:
    await town.settling.settle(
        period=period,
        now=period.end + timedelta(hours=1),
        hold=False,
        progress=lambda _done, _every: None,
    )


async def _told(town: "Town", *, settled: bool) -> tuple[Figures, Figures]:
    """Return what owners and patrons are told, without saying of which kind it is."""
    reporting = Reporting(town.database, town.rules)
    earned, given = {}, {}
    for owner in OWNERS:
        for report in await reporting.earned(owner=owner, settled=settled, period=None):
            assert settled is not report.state.preliminary
            earned[owner, report.period] = (report.revenue, report.things)
    for patron in PATRONS:
        for pot in await reporting.given(
            patron=patron, settled=settled, page=1, count=100
        ):
            assert settled is not pot.state.preliminary
            given[patron, pot.period] = (pot.pot, pot.fee, pot.shares)
    return earned, given


@pytest.mark.parametrize(("seed", "team_part"), [(1, 0.3), (2, 0), (3, 1)])
async def test_what_is_told_before_is_what_is_booked(
    town: "Town", seed: int, team_part: float
) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same each time.
    await _populate(town, chance, team_part=team_part)
    period = town.january
    earned: Figures = {}
    given: Figures = {}
    for _ in range(3):
        fee_bps = chance.choice([0, 333, 1000, 10_000])
        town = town.under(replace(town.rules, fee_bps=fee_bps, slice_patrons=7))
        await _close_a_month(town, period, chance)
        await _preview(town, period)
        before = await _told(town, settled=False)
        earned |= before[0]
        given |= before[1]
        audited = await Auditing(town.database, town.rules).audit()
        assert [] == audited, period
        await _settle(town, period)
        period = period.next

    assert earned
    assert given
    assert (earned, given) == await _told(town, settled=True)
    assert [] == await Auditing(town.database, town.rules).audit()


async def test_an_owners_sum_is_what_his_revenue_grows_by(town: "Town") -> None:
    chance = random.Random(4)  # noqa: S311 - the same each time.
    await _populate(town, chance)
    await _close_a_month(town, town.january, chance)
    await _preview(town, town.january)
    reporting = Reporting(town.database, town.rules)
    told = {
        owner: sum(
            report.revenue.minor
            for report in await reporting.earned(
                owner=owner, settled=False, period=None
            )
        )
        for owner in OWNERS
    }

    await _settle(town, town.january)

    assert told == {owner: await town.revenue(owner) for owner in OWNERS}


async def test_what_was_told_is_kept_and_settled_months_are_not_told_again(
    town: "Town",
) -> None:
    chance = random.Random(5)  # noqa: S311 - the same each time.
    await _populate(town, chance)
    await _close_a_month(town, town.january, chance)
    await _preview(town, town.january)
    kept = await town.rows(schema.thing_shares)

    await _settle(town, town.january)
    await _preview(town, town.january)

    assert kept
    assert kept == await town.rows(schema.thing_shares)
    assert ({}, {}) == await _told(town, settled=False)


async def test_what_nobody_told_before_is_told_by_settling(town: "Town") -> None:
    chance = random.Random(9)  # noqa: S311 - the same each time.
    await _populate(town, chance)
    await _close_a_month(town, town.january, chance)

    await _settle(town, town.january)

    earned, given = await _told(town, settled=True)
    assert earned
    assert given
    assert [] == await Auditing(town.database, town.rules).audit()


async def test_half_of_it_is_not_told_to_owners(town: "Town") -> None:
    chance = random.Random(6)  # noqa: S311 - the same each time.
    await _populate(town, chance)
    await _close_a_month(town, town.january, chance)

    def stop(_done: int, _every: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        await Previewing(town.database).preview(
            period=town.january, now=town.closing_time, progress=stop
        )

    earned, given = await _told(town, settled=False)
    assert await town.rows(schema.thing_shares)
    assert {} == earned
    assert given


async def test_killed_and_told_by_two_at_once_it_is_the_same(
    town: "Town", same_town: "Town"
) -> None:
    chance = random.Random(7)  # noqa: S311 - the same each time.
    await _populate(town, chance)
    await _close_a_month(town, town.january, chance)
    for waits in (3, 9, 17, 40):
        killed = asyncio.ensure_future(_preview(town, town.january))
        for _ in range(waits):
            # A little, so that the database answers in between.
            await asyncio.sleep(0.0003)
        killed.cancel()
        await asyncio.wait({killed})
    await asyncio.gather(
        _preview(town, town.january), _preview(same_town, town.january)
    )
    told = await _told(town, settled=False)

    await _settle(town, town.january)

    assert told == await _told(town, settled=True)


async def test_told_while_it_is_settled_it_is_told_once(
    town: "Town", same_town: "Town"
) -> None:
    chance = random.Random(8)  # noqa: S311 - the same each time.
    await _populate(town, chance)
    await _close_a_month(town, town.january, chance)

    await asyncio.gather(_preview(town, town.january), _settle(same_town, town.january))

    assert await town.rows(schema.thing_shares)
    assert [] == await Auditing(town.database, town.rules).audit()


async def test_a_month_that_is_open_has_no_preliminary_figures(town: "Town") -> None:
    with pytest.raises(InvalidRequest, match="must be closed"):
        await _preview(town, town.january)


async def test_it_is_said_from_when_on_it_may_be_settled(town: "Town") -> None:
    ada = await town.patron(100, means=1000, budget=500)
    ben = await town.user(2)
    await town.flattr(ada, await town.thing(11, owner=ben))
    await town.close()
    await _preview(town, town.january)
    reporting = Reporting(town.database, town.rules)

    (given,) = await reporting.given(patron=ada, settled=None, page=1, count=9)
    (earned,) = await reporting.earned(owner=ben, settled=None, period=None)

    due = town.january.end + timedelta(days=9)
    assert [(True, due)] * 2 == [
        (each.state.preliminary, each.state.settled_at) for each in (given, earned)
    ]
    assert (Money(50, "EUR"), Money(450, "EUR")) == (given.fee, earned.revenue)
