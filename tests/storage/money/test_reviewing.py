"""What an owner earned, summed by month, thing and host, on both databases."""

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.money import Money
from overallt_server.storage import schema
from overallt_server.use_cases.previewing import Previewing
from overallt_server.use_cases.reporting import Reporting
from overallt_server.use_cases.reviewing import Reviewing

if TYPE_CHECKING:
    from tests.storage.money.conftest import Town

BO, OTHER = UserId(1), UserId(2)
SONG, ESSAY, POEM, FOREIGN = [ThingId(number) for number in (901, 902, 903, 904)]
ELSEWHERE = "https://else.example/poem"


def _euro(minor: int) -> Money:
    return Money(minor, "EUR")


@pytest.fixture
async def reviewing(town: "Town") -> Reviewing:
    """Close a month in which two patrons flattred things of Bo, and one another's."""
    for owner in (BO, OTHER):
        await town.user(owner)
    for thing in (SONG, ESSAY, POEM):
        await town.thing(thing, owner=BO)
    await town.thing(FOREIGN, owner=OTHER)
    await town.forge(
        sa.update(schema.things).where(schema.things.c.id == POEM).values(url=ELSEWHERE)
    )
    ada = await town.patron(100, means=1000, budget=1000)
    eva = await town.patron(101, means=500, budget=500)
    for patron, flattred in ((ada, (SONG, ESSAY, FOREIGN)), (eva, (SONG, POEM))):
        for thing in flattred:
            await town.flattr(patron, thing)
    await town.close()
    return Reviewing(town.database, town.rules)


async def _preview(town: "Town") -> None:
    await Previewing(town.database).preview(
        period=town.january, now=town.closing_time, progress=lambda _done, _every: None
    )


async def test_a_month_is_told_of_when_all_of_it_is_summed(
    town: "Town", reviewing: Reviewing
) -> None:
    before = await reviewing.months(BO)
    await _preview(town)
    closed = await reviewing.months(BO)
    await town.settle()
    settled = await reviewing.months(BO)

    assert [] == before
    assert [True] == [each.state.preliminary for each in closed]
    assert [False] == [each.state.preliminary for each in settled]


async def test_a_month_is_the_sum_of_what_is_reported(
    town: "Town", reviewing: Reviewing
) -> None:
    await town.settle()
    (reported,) = await Reporting(town.database, town.rules).earned(
        owner=BO, settled=True, period=None
    )

    (month,) = await reviewing.months(BO)
    breakdown = await reviewing.breakdown(BO, town.january, page=1, count=9)

    # Ada's nine euro for three, Eva's four fifty for two.
    assert (town.january, 3, 4, _euro(600 + 450), _euro(263)) == (
        month.period,
        month.things,
        month.flattrs,
        month.revenue,
        month.mean,
    )
    assert reported.revenue == month.revenue
    assert reported.things == breakdown.things


async def test_things_are_shown_a_part_at_a_time_the_most_first(
    town: "Town", reviewing: Reviewing
) -> None:
    await town.settle()

    parts = [
        await reviewing.breakdown(BO, town.january, page=page, count=2)
        for page in (1, 2, 3)
    ]

    shown = [[each.thing.id for each in part.things] for part in parts]
    assert [[SONG, ESSAY], [POEM], []] == shown
    assert [3, 3, 3] == [part.things_in_all for part in parts]


async def test_hosts_are_summed_over_all_things_whatever_part_is_shown(
    town: "Town", reviewing: Reviewing
) -> None:
    await town.settle()

    breakdown = await reviewing.breakdown(BO, town.january, page=2, count=2)

    assert [
        ("example.org", 2, 3, _euro(300 + 225 + 300)),
        ("else.example", 1, 1, _euro(225)),
    ] == [
        (each.host, each.things, each.flattrs, each.revenue) for each in breakdown.hosts
    ]


async def test_another_month_and_another_owner_have_nothing_of_it(
    town: "Town", reviewing: Reviewing
) -> None:
    await town.settle()

    next_month = await reviewing.breakdown(BO, town.january.next, page=1, count=9)
    (others,) = await reviewing.months(OTHER)

    assert ([], 0, []) == (
        next_month.things,
        next_month.things_in_all,
        next_month.hosts,
    )
    assert _euro(300) == others.revenue
