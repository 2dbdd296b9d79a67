"""Reviewing: what an owner's things brought him, by month, by thing and by host.

The figures are those of ``use_cases.reporting``, summed by the database and shown a
part at a time, so that it makes no difference how much there is.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from overallt.protocol.ids import UserId
from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.core.rules import Rules
from overallt_server.core.settlement import settles_from
from overallt_server.storage import earnings, things
from overallt_server.storage.database import Database
from overallt_server.storage.earnings import PeriodEarnings, ThingEarnings
from overallt_server.use_cases.reporting import State, ThingEarned

# Whoever writes on more hosts than that sees the ones that brought the most.
MOST_HOSTS: Final = 20


@dataclass(frozen=True, slots=True)
class Month:
    """A closed month: *mean* is what a flattr brought, to the nearest unit."""

    period: Period
    state: State
    things: int
    flattrs: int
    revenue: Money
    mean: Money


@dataclass(frozen=True, slots=True)
class HostEarned:
    """What the things on *host* brought."""

    host: str
    things: int
    flattrs: int
    revenue: Money


@dataclass(frozen=True, slots=True)
class Breakdown:
    """What a month is made of: a part of its *things*, of *things_in_all*, and hosts.

    Both begin with what brought the most.
    """

    things: list[ThingEarned]
    things_in_all: int
    hosts: list[HostEarned]


class Reviewing:
    """The use case of looking back at one's revenue as a whole."""

    def __init__(self, database: Database, rules: Rules) -> None:
        self._database = database
        self._rules = rules

    async def months(self, owner: UserId) -> list[Month]:
        """List the closed months in which *owner* earned something, newest first."""
        async with self._database.snapshot() as tx:
            summed = await earnings.by_period(tx, owner, self._rules.currency)
        return [self._month(each) for each in summed]

    async def breakdown(
        self, owner: UserId, period: Period, *, page: int, count: int
    ) -> Breakdown:
        """Tell what *owner* earned in *period* by; *page* of things counts from 1."""
        async with self._database.snapshot() as tx:
            earned = await earnings.by_thing(tx, owner, self._rules.currency, period)
            shown = earned[(page - 1) * count : page * count]
            by_id = await things.many(tx, (each.thing for each in shown))
        return Breakdown(
            [
                ThingEarned(by_id[each.thing], each.flattrs, self._money(each.minor))
                for each in shown
            ],
            len(earned),
            self._hosts(earned),
        )

    def _month(self, summed: PeriodEarnings) -> Month:
        settled_at = summed.settled_at
        return Month(
            summed.period,
            State(
                preliminary=settled_at is None,
                settled_at=settled_at or settles_from(summed.period, self._rules),
            ),
            summed.things,
            summed.flattrs,
            self._money(summed.minor),
            self._money((2 * summed.minor + summed.flattrs) // (2 * summed.flattrs)),
        )

    def _hosts(self, earned: Sequence[ThingEarnings]) -> list[HostEarned]:
        on_host = defaultdict[str, list[ThingEarnings]](list)
        for each in earned:
            # Addresses have one form, and to parse ten thousand of them takes long.
            on_host[each.url.split("/", 3)[2]].append(each)
        hosts = [
            HostEarned(
                host,
                len(there),
                sum(each.flattrs for each in there),
                self._money(sum(each.minor for each in there)),
            )
            for host, there in on_host.items()
        ]
        hosts.sort(key=lambda host: (-host.revenue.minor, host.host))
        return hosts[:MOST_HOSTS]

    def _money(self, minor: int) -> Money:
        return Money(minor, self._rules.currency)
