"""Settling: the pots of a closed period become revenue, slice by slice.

Each slice of patrons is one transaction: it claims the slice, books every patron's
pot with its shares, then one entry for all owners, and is kept whole or not at all.
What cards have paid of them is held (``use_cases.holding_shares``).
So a settlement may be killed at any instant and started again, by any number of
workers on any number of machines, and books the same cents once: it computes from what
was frozen at the close and from nothing else, and natural keys are unique. The database
does the work (``storage.settlement``); here is the order of it.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from overallt.protocol.ids import UserId
from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.core.refusals import InvalidRequest
from overallt_server.core.rules import Rules
from overallt_server.core.settlement import settles_from, slice_entry
from overallt_server.storage import (
    journal,
    patrons,
    periods,
    pots,
    settlement,
)
from overallt_server.storage.database import Database, Transaction
from overallt_server.storage.periods import Slice, SliceCounts, StoredPeriod
from overallt_server.use_cases.holding_shares import held_of_slice
from overallt_server.use_cases.previewing import Previewing


@dataclass(frozen=True, slots=True)
class SettledPeriod:
    """A settled period; *patrons* are those whose pot was above zero."""

    period: Period
    patrons: int
    shares: Money
    fee: Money


class Settling:
    """The use case of settling a closed period."""

    def __init__(self, database: Database, rules: Rules) -> None:
        self._database = database
        self._rules = rules

    async def settle(
        self,
        *,
        period: Period,
        now: datetime,
        hold: bool,
        workers: int = 1,
        progress: Callable[[int, int], None],
    ) -> SettledPeriod:
        """Settle *period*; what is settled already is not settled again.

        As many slices as there are *workers* are settled at once; on SQLite, where only
        one can write, more than one is of no use. *progress* is told how many slices
        are settled and how many there are, after each one that is kept.

        Raises:
            InvalidRequest: it is not closed yet, or *hold* and the days on which its
                preliminary figures may be looked at are not over.
        """
        stored = await self._closed(period)
        if hold:
            self._refuse_before_hold_ends(period, now)
        # What of it is there since the close is not computed again.
        await Previewing(self._database).preview(period=period, now=now)
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(workers):
                    group.create_task(self._settle_slices(stored, now, progress))
        except BaseExceptionGroup as failed:
            # The first that failed has stopped the others.
            raise failed.exceptions[0] from None
        async with self._database.transaction() as tx:
            await periods.mark_settled(tx, period, at=now)
            shared = await journal.cleared(tx, period, stored.currency)
            return await _settled(tx, stored, shared)

    async def preview(
        self, *, period: Period, now: datetime, progress: Callable[[int, int], None]
    ) -> SettledPeriod:
        """Tell what *period* will be once it is settled; nothing of it is kept.

        What is not settled yet is booked as it would be, slice by slice, and undone.
        *progress* is told how many of these slices are done and how many there are.

        Raises:
            InvalidRequest: it is not closed yet.
        """
        stored = await self._closed(period)
        async with self._database.snapshot() as tx:
            left = await periods.slices_left(tx, period)
            shared = await journal.cleared(tx, period, stored.currency)
        for done, slice_ in enumerate(left, start=1):
            async with self._database.transaction() as tx:
                by_owner = await _book_patrons(tx, stored, slice_, now)
                await tx.rollback()
            shared += Money(sum(by_owner.values()), stored.currency)
            progress(done, len(left))
        async with self._database.snapshot() as tx:
            return await _settled(tx, stored, shared)

    async def _closed(self, period: Period) -> StoredPeriod:
        async with self._database.snapshot() as tx:
            stored = await periods.get(tx, period)
        if stored is None:
            raise InvalidRequest(f"{period} must be closed before it can be settled.")
        return stored

    def _refuse_before_hold_ends(self, period: Period, now: datetime) -> None:
        settles_at = settles_from(period, self._rules)
        if now < settles_at:
            raise InvalidRequest(
                f"{period} is held until {settles_at:%Y-%m-%d}, so that its "
                "preliminary figures can be looked at."
            )

    async def _settle_slices(
        self, stored: StoredPeriod, now: datetime, progress: Callable[[int, int], None]
    ) -> None:
        # What other workers are busy with is waited for only when nothing else is
        # left: should they fail, it is settled here.
        for wait in (False, True):
            while counts := await self._settle_slice(stored, now, wait=wait):
                progress(counts.settled, counts.every)

    async def _settle_slice(
        self, stored: StoredPeriod, now: datetime, *, wait: bool
    ) -> SliceCounts | None:
        async with self._database.transaction() as tx:
            slice_ = await periods.claim_slice(tx, stored.period, at=now, wait=wait)
            if slice_ is None:
                return None
            by_owner = await _book_patrons(tx, stored, slice_, now)
            if any(by_owner.values()):
                held = await held_of_slice(tx, slice_) if stored.held_until else {}
                entry = slice_entry(
                    by_owner,
                    held_by_owner=held,
                    held_until=stored.held_until,
                    period=stored.period,
                    slice_=slice_.number,
                    currency=stored.currency,
                    now=now,
                )
                await patrons.lock_house(tx)
                await journal.append_to_house(tx, entry)
            return await periods.count_slices(tx, stored.period)


async def _book_patrons(
    tx: Transaction, stored: StoredPeriod, slice_: Slice, now: datetime
) -> Mapping[UserId, int]:
    # Returns what they bring each owner.
    await patrons.lock_between(tx, slice_.first, slice_.last)
    await settlement.settle_patrons(tx, stored, slice_, now)
    return await settlement.earned(tx, stored, slice_)


async def _settled(
    tx: Transaction, stored: StoredPeriod, shared: Money
) -> SettledPeriod:
    totals = await pots.totals(tx, stored.period)
    fee = Money(totals.minor, stored.currency) - shared
    return SettledPeriod(stored.period, totals.patrons, shared, fee)
