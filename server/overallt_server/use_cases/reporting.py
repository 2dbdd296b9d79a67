"""Reporting: what closed periods gave to whom, preliminary or settled, to the cent.

Of a settled period, what was booked is told. Of one that is closed but not settled, a
patron is told what his frozen pot becomes by the rule that will settle it, and an owner
what ``use_cases.previewing`` has computed of all pots. No owner is told of a patron.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.core.rules import Rules
from overallt_server.core.settlement import settle, settles_from
from overallt_server.core.things import Thing
from overallt_server.storage import periods, pots, thing_shares, things
from overallt_server.storage.database import Database
from overallt_server.storage.pots import GivenPot
from overallt_server.storage.thing_shares import ThingShares


@dataclass(frozen=True, slots=True)
class State:
    """Whether figures are *preliminary*, and when they were, or may be, settled."""

    preliminary: bool
    settled_at: datetime


@dataclass(frozen=True, slots=True)
class GivenShare:
    """What the owner of *thing*, or its team, got of one pot."""

    thing: Thing
    share: Money


@dataclass(frozen=True, slots=True)
class GivenReport:
    """What a patron gave in a closed period: the *pot* is the fee and all shares."""

    period: Period
    state: State
    pot: Money
    fee: Money
    shares: list[GivenShare]


@dataclass(frozen=True, slots=True)
class ThingEarned:
    """What *thing* brought an owner by so many *flattrs*."""

    thing: Thing
    flattrs: int
    revenue: Money


@dataclass(frozen=True, slots=True)
class EarnedReport:
    """What each thing brought an owner in a closed period, the most first."""

    period: Period
    state: State
    revenue: Money
    things: list[ThingEarned]


class Reporting:
    """The use case of looking back at closed periods, newest first."""

    def __init__(self, database: Database, rules: Rules) -> None:
        self._database = database
        self._rules = rules

    async def given(
        self, *, patron: UserId, settled: bool | None, page: int, count: int
    ) -> list[GivenReport]:
        """List what *patron* gave in closed periods; *page* counts from 1.

        Only in those that are *settled*, or are not; ``None``: in both.
        """
        async with self._database.snapshot() as tx:
            found = await pots.of_patron(
                tx, patron, settled=settled, page=page, count=count
            )
            by_id = await things.many(
                tx, (each.thing for given in found for each in given.things)
            )
        return [self._given(each, by_id) for each in found]

    def _given(self, given: GivenPot, by_id: Mapping[ThingId, Thing]) -> GivenReport:
        pot = given.pot
        minors = given.shares
        if given.settled_at is None:
            settlement = settle(
                pot.amount.minor,
                pot.fee_bps,
                given.things,
                patron=pot.patron,
                period=given.period,
            )
            minors = {share.thing: share.minor for share in settlement.shares}
        currency = pot.amount.currency
        return GivenReport(
            given.period,
            self._state(given.period, given.settled_at),
            pot.amount,
            pot.amount - Money(sum(minors.values()), currency),
            [
                GivenShare(by_id[each.thing], Money(minors[each.thing], currency))
                for each in given.things
            ],
        )

    async def earned(
        self, *, owner: UserId, settled: bool | None, period: Period | None
    ) -> list[EarnedReport]:
        """List what *owner* earned in closed periods, or in *period* if it is one.

        Only in those that are *settled*, or are not; ``None``: in both. One whose
        preliminary figures are not all computed is left out.
        """
        currency = self._rules.currency
        async with self._database.snapshot() as tx:
            stored = {each.period: each.settled_at for each in await periods.every(tx)}
            rows = await thing_shares.of_owner(
                tx, owner, currency, settled=settled, period=period
            )
            by_id = await things.many(tx, (row.thing for row in rows))
        rows.sort(key=lambda row: (row.period, row.minor, -row.thing), reverse=True)
        return [
            self._earned(period, stored[period], list(of_period), by_id)
            for period, of_period in groupby(rows, key=lambda row: row.period)
        ]

    def _earned(
        self,
        period: Period,
        settled_at: datetime | None,
        rows: Sequence[ThingShares],
        by_id: Mapping[ThingId, Thing],
    ) -> EarnedReport:
        currency = self._rules.currency
        return EarnedReport(
            period,
            self._state(period, settled_at),
            Money(sum(row.minor for row in rows), currency),
            [
                ThingEarned(by_id[row.thing], row.flattrs, Money(row.minor, currency))
                for row in rows
            ],
        )

    def _state(self, period: Period, settled_at: datetime | None) -> State:
        if settled_at is None:
            return State(preliminary=True, settled_at=settles_from(period, self._rules))
        return State(preliminary=False, settled_at=settled_at)
