"""Settling debts: what a patron owes after a chargeback is paid, or given up."""

from collections.abc import Callable
from datetime import datetime

from overallt.protocol.ids import UserId
from overallt_server.core import chart, debts
from overallt_server.core.journal import JournalEntry
from overallt_server.core.money import Money
from overallt_server.core.refusals import InvalidRequest, NotFound
from overallt_server.core.rules import Rules
from overallt_server.storage import journal, patrons
from overallt_server.storage.database import Database


class SettlingDebts:
    """The use cases of what patrons owe."""

    def __init__(self, database: Database, rules: Rules) -> None:
        self._database = database
        self._rules = rules

    async def pay(
        self, *, patron: UserId, reference: str, reason: str, now: datetime
    ) -> Money:
        """Take what *patron* owes off his means, as far as they go; return how much.

        Raises:
            InvalidRequest: he owes nothing, has no means, or there is no reason.
            NotFound: there is no such user.
        """

        def paid(owed: Money, means: Money) -> JournalEntry:
            if not means.minor:
                raise InvalidRequest("This user has no means to pay it with.")
            return debts.paid_entry(
                patron, min(owed, means), reference=reference, reason=reason, now=now
            )

        return await self._settle(patron, reason, paid)

    async def give_up(
        self, *, patron: UserId, reference: str, reason: str, now: datetime
    ) -> Money:
        """Give up all that *patron* owes, as a loss; return how much.

        Raises:
            InvalidRequest: he owes nothing, or there is no reason.
            NotFound: there is no such user.
        """

        def given_up(owed: Money, _means: Money) -> JournalEntry:
            return debts.given_up_entry(
                patron, owed, reference=reference, reason=reason, now=now
            )

        return await self._settle(patron, reason, given_up)

    async def _settle(
        self,
        patron: UserId,
        reason: str,
        entry_of: Callable[[Money, Money], JournalEntry],
    ) -> Money:
        if not reason.strip():
            raise InvalidRequest("Settling a debt needs a reason.")
        currency = self._rules.currency
        async with self._database.transaction() as tx:
            if not await patrons.lock(tx, patron):
                raise NotFound
            owed = await journal.balance(tx, chart.receivable(patron), currency)
            means = await journal.balance(tx, chart.means(patron), currency)
            if not owed.minor:
                raise InvalidRequest("This user owes nothing.")
            entry = entry_of(owed, means)
            await journal.append(tx, patron, entry)
            return entry.postings[0].amount
