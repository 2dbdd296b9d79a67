"""An owner sees what is settled for him, by period and thing."""

from datetime import timedelta
from typing import TYPE_CHECKING

from overallt_server.core.money import Money
from overallt_server.use_cases.earning import Revenue
from overallt_server.use_cases.reporting import Reporting

if TYPE_CHECKING:
    from tests.storage.money.conftest import Town


async def test_an_owner_of_nothing_has_earned_nothing(town: "Town") -> None:
    ben = await town.user(2)

    nothing = Money(0, "EUR")
    assert Revenue(nothing, nothing, []) == await town.earning.revenue(owner=ben)


async def test_what_is_closed_but_not_settled_is_not_revenue_yet(town: "Town") -> None:
    ada = await town.patron(1, means=1000, budget=500)
    ben = await town.user(2)
    await town.flattr(ada, await town.thing(11, owner=ben))

    await town.close()

    nothing = Money(0, "EUR")
    assert Revenue(nothing, nothing, []) == await town.earning.revenue(owner=ben)


async def test_revenue_is_told_by_period_and_thing_newest_first(town: "Town") -> None:
    ada = await town.patron(1, means=1000, budget=500)
    eva = await town.patron(3, means=1000, budget=200)
    ben = await town.user(2)
    song, essay = await town.thing(11, owner=ben), await town.thing(12, owner=ben)
    for patron, thing in ((ada, song), (ada, essay), (eva, song)):
        await town.flattr(patron, thing)
    await town.close()
    await town.settle()
    february = town.january.next
    await town.flattr(eva, essay, at=february.start)
    await town.closing.close(period=february, now=february.end + timedelta(hours=1))
    await town.settling.settle(
        period=february,
        now=february.end + timedelta(hours=1),
        hold=False,
        progress=lambda _done, _every: None,
    )

    revenue = await town.earning.revenue(owner=ben)
    reports = await Reporting(town.database, town.rules).earned(
        owner=ben, settled=True, period=None
    )

    assert Money(810, "EUR") == revenue.settled
    assert [
        (february, Money(180, "EUR"), [(essay, Money(180, "EUR"))]),
        (
            town.january,
            Money(630, "EUR"),
            [(song, Money(405, "EUR")), (essay, Money(225, "EUR"))],
        ),
    ] == [
        (
            report.period,
            report.revenue,
            [(each.thing.id, each.revenue) for each in report.things],
        )
        for report in reports
    ]
