"""Closing: a period's pots are frozen and set aside; from then on nothing moves them.

Everything happens in one transaction that holds the lock of everybody: a flattr, an
undo or a budget comes wholly before it or wholly after. Patrons are read and written a
slice at a time, so memory does not grow with their number, and the slices in which
they will be settled are planned on the way.

Subscriptions give here: first what is due in the period that is closed and was not
given yet, then what is due in the next one, which has just begun. Intents come last:
what was claimed in the period is told by its flattrs, what has expired is forgotten,
and what may be claimed is, in the next period.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from overallt.protocol.ids import UserId
from overallt_server.core.budgets import Budget, pot
from overallt_server.core.held_shares import held_until
from overallt_server.core.money import Money
from overallt_server.core.periods import CLOSE_AFTER, Period
from overallt_server.core.refusals import InvalidRequest
from overallt_server.core.rules import Rules
from overallt_server.core.settlement import PotThing, PotWeights, closing_entry
from overallt_server.storage import (
    budgets,
    flattrs,
    intents,
    journal,
    patrons,
    periods,
    pots,
    subscriptions,
)
from overallt_server.storage.database import Database, Transaction
from overallt_server.storage.periods import Slice, StoredPeriod
from overallt_server.storage.pots import Pot
from overallt_server.use_cases.claiming import EVERYBODY, claim

_BEFORE_EVERYBODY = UserId(0)


@dataclass(frozen=True, slots=True)
class ClosedPeriod:
    """A closed period; *patrons* are those whose pot is above zero."""

    period: Period
    patrons: int
    pots: Money
    closed_at: datetime
    settled_at: datetime | None


class Closing:
    """The use case of closing periods, in order."""

    def __init__(self, database: Database, rules: Rules) -> None:
        self._database = database
        self._rules = rules

    async def close(self, *, period: Period, now: datetime) -> ClosedPeriod:
        """Close *period*; if it is closed already, the answer is the same.

        Raises:
            InvalidRequest: it is not over, or another one has to be closed first.
        """
        async with self._database.transaction() as tx:
            before = await periods.get(tx, period)
            if before is not None:
                return await _closed(tx, before)
            await patrons.lock_all(tx)
            # Somebody else may have closed it while this one waited.
            stored = await periods.get(tx, period)
            if stored is None:
                await _refuse(tx, period, now)
                stored = StoredPeriod(
                    period,
                    self._rules.fee_bps,
                    self._rules.currency,
                    closed_at=now,
                    settled_at=None,
                    held_until=held_until(period, self._rules),
                )
                await periods.add(tx, stored)
                await subscriptions.renew(tx, period, self._rules.currency)
                await self._freeze(tx, period, now)
                await subscriptions.remove_ended(tx, period.next)
                await subscriptions.renew(tx, period.next, self._rules.currency)
                await intents.forget_claimed_in(tx, period)
                await intents.forget_expired(tx, now)
                await claim(tx, EVERYBODY, now=now)
            return await _closed(tx, stored)

    async def closed(self) -> list[ClosedPeriod]:
        """List the closed periods, newest first."""
        async with self._database.snapshot() as tx:
            return [await _closed(tx, stored) for stored in await periods.every(tx)]

    async def _freeze(self, tx: Transaction, period: Period, now: datetime) -> None:
        last, number = _BEFORE_EVERYBODY, 0
        while given := await budgets.after(tx, last, count=self._rules.slice_patrons):
            slice_ = Slice(period, number, min(given), max(given))
            await self._freeze_slice(tx, slice_, given, now)
            last, number = slice_.last, number + 1

    async def _freeze_slice(
        self,
        tx: Transaction,
        slice_: Slice,
        given: Mapping[UserId, Budget],
        now: datetime,
    ) -> None:
        period, first, last = slice_.period, slice_.first, slice_.last
        flattred = await flattrs.to_freeze(tx, period, first, last)
        means = await journal.means_between(tx, first, last, self._rules.currency)
        frozen = [
            Pot(
                patron,
                self._pot(budget, means.get(patron), flattred.get(patron)),
                self._rules.fee_bps,
                PotWeights.of(flattred.get(patron, ())),
            )
            for patron, budget in given.items()
        ]
        await periods.add_slice(tx, slice_)
        await pots.add(tx, period, slice_.number, frozen)
        await pots.add_things(tx, period, flattred)
        entries = {
            each.patron: closing_entry(
                patron=each.patron, period=period, pot=each.amount, now=now
            )
            for each in frozen
            if each.amount.minor
        }
        await journal.append_each(tx, entries)

    def _pot(
        self, budget: Budget, means: Money | None, flattred: list[PotThing] | None
    ) -> Money:
        nothing = Money(0, self._rules.currency)
        # Without a flattr the means stay with the patron.
        return pot(budget, means or nothing) if flattred else nothing


async def _refuse(tx: Transaction, period: Period, now: datetime) -> None:
    newest = await periods.newest(tx)
    due = await periods.first(tx) if newest is None else newest.next
    if due is not None and due != period:
        raise InvalidRequest(f"Periods are closed in order: {due} is the next one.")
    closes_at = period.end + CLOSE_AFTER
    if now < closes_at:
        raise InvalidRequest(
            f"{period} can be closed from {closes_at:%Y-%m-%d %H:%M} UTC on."
        )


async def _closed(tx: Transaction, stored: StoredPeriod) -> ClosedPeriod:
    totals = await pots.totals(tx, stored.period)
    return ClosedPeriod(
        stored.period,
        totals.patrons,
        Money(totals.minor, stored.currency),
        stored.closed_at,
        stored.settled_at,
    )
