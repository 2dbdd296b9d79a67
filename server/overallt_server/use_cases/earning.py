"""Earning: what an owner's things have brought him in settled periods."""

from dataclasses import dataclass
from itertools import groupby

from overallt.protocol.ids import UserId
from overallt_server.core import chart
from overallt_server.core.held_revenue import HeldRevenue, held_revenue
from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.core.rules import Rules
from overallt_server.core.things import Thing
from overallt_server.storage import held_shares, journal, shares, things
from overallt_server.storage.database import Database


@dataclass(frozen=True, slots=True)
class ThingRevenue:
    """What *thing* brought in one period."""

    thing: Thing
    settled: Money


@dataclass(frozen=True, slots=True)
class PeriodRevenue:
    """What each thing brought in *period*, and their sum."""

    period: Period
    things: list[ThingRevenue]
    settled: Money


@dataclass(frozen=True, slots=True)
class Revenue:
    """What an owner has earned and not taken out; periods are newest first.

    What is *held* can still be taken back; ``held_until`` says when each part of it
    no longer can.
    """

    settled: Money
    held: Money
    held_until: list[HeldRevenue]
    periods: list[PeriodRevenue]


class Earning:
    """The use case of looking at one's revenue."""

    def __init__(self, database: Database, rules: Rules) -> None:
        self._database = database
        self._rules = rules

    async def revenue(self, *, owner: UserId) -> Revenue:
        """Return what is settled for *owner*, by period and thing, never by patron."""
        currency = self._rules.currency
        async with self._database.snapshot() as tx:
            settled = await journal.balance(tx, chart.revenue(owner), currency)
            lines = await held_shares.lines_of(tx, owner, currency)
            until = await held_shares.held_until(tx)
            rows = await shares.of_owner(tx, owner, currency, period=None)
            by_id = await things.many(tx, (row.thing for row in rows))
        periods = []
        for period, of_period in groupby(rows, key=lambda row: row.period):
            listed = [
                ThingRevenue(by_id[row.thing], Money(row.minor, currency))
                for row in of_period
            ]
            total = sum((each.settled for each in listed), Money(0, currency))
            periods.append(PeriodRevenue(period, listed, total))
        waiting = held_revenue(lines, until, self._rules)
        held = sum((each.amount for each in waiting), Money(0, currency))
        return Revenue(settled, held, waiting, periods)
