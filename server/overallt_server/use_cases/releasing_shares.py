"""Releasing shares: what was held for long enough becomes its owners' revenue.

Each slice is a transaction of its own that claims it, as settling does: so it may be
killed at any instant, be started again or run twice, and books a slice once. What a
patron owes for a card is taken of its shares first.
"""

from collections import Counter
from datetime import datetime

from overallt.protocol.ids import UserId
from overallt_server.core.held_shares import released_entry, summed
from overallt_server.core.money import Money
from overallt_server.core.rules import Rules
from overallt_server.storage import held_shares, journal, patrons
from overallt_server.storage.database import Database
from overallt_server.use_cases.holding_shares import each_of_slice


class ReleasingShares:
    """The use case of releasing held shares."""

    def __init__(self, database: Database, rules: Rules) -> None:
        self._database = database
        self._rules = rules

    async def release(self, *, now: datetime) -> Money:
        """Release all shares that are due *now*; return their sum."""
        released = Money(0, self._rules.currency)
        while (slice_ := await self._release_slice(now)) is not None:
            released += slice_
        return released

    async def _release_slice(self, now: datetime) -> Money | None:
        currency = self._rules.currency
        async with self._database.transaction() as tx:
            slice_ = await held_shares.claim_due(tx, now)
            if slice_ is None:
                return None
            await patrons.lock_between(tx, slice_.first, slice_.last)
            held = Counter[UserId]()
            async for patron, own, pot in each_of_slice(tx, slice_):
                for entry in own.pay_debts(pot, currency, now=now):
                    await journal.append(tx, patron, entry)
                held += summed([own.left(pot)])
            if held:
                entry = released_entry(
                    held,
                    period=slice_.period,
                    slice_=slice_.number,
                    currency=currency,
                    now=now,
                )
                await patrons.lock_house(tx)
                await journal.append_to_house(tx, entry)
            return Money(held.total(), currency)
