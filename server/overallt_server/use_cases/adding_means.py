"""Adding means: money that has come in for a patron is booked, once."""

from datetime import datetime

from overallt.protocol.ids import UserId
from overallt_server.core import chart
from overallt_server.core.chart import AccountName
from overallt_server.core.journal import EntryKind, JournalEntry, Posting
from overallt_server.core.money import Money
from overallt_server.core.refusals import InvalidRequest, NoRevenue, NotFound
from overallt_server.core.rules import Rules
from overallt_server.storage import journal, patrons
from overallt_server.storage.database import Database, Transaction
from overallt_server.use_cases.booking import is_booked_as
from overallt_server.use_cases.holding import refuse_too_much


class AddingMeans:
    """The use case of means that come in, whatever the way."""

    def __init__(self, database: Database, rules: Rules) -> None:
        self._database = database
        self._rules = rules

    async def add(
        self,
        *,
        patron: UserId,
        amount: Money,
        provider: str,
        reference: str,
        reason: str,
        now: datetime,
    ) -> bool:
        """Book *amount* from *provider* (``by_hand``) as means of *patron*.

        *reference* is the provider's own name of this movement: the same one is
        booked once, however often it comes.

        Returns:
            Whether it was booked; ``False`` if it had been before.

        Raises:
            InvalidRequest: the amount is not above zero, of another currency or more
                than a patron may hold; or there is no reference or no reason.
            NotFound: there is no such user.
            IdempotencyMismatch: another amount was booked under this reference.
        """
        self._refuse(amount, reference, reason)
        entry = JournalEntry.transfer(
            kind=EntryKind.MEANS_ADDED,
            natural_key=f"means_added:{provider}:{reference}",
            memo=reason,
            made_at=now,
            debit=chart.cash(provider),
            credit=chart.means(patron),
            amount=amount,
        )
        return await self._book(patron, entry, reference)

    async def move_revenue(
        self,
        *,
        owner: UserId,
        amount: Money,
        reference: str,
        reason: str,
        now: datetime,
    ) -> bool:
        """Make *amount* of what *owner* has earned his means, free of fee.

        The same *reference* moves it once, however often it comes.

        Returns:
            Whether it was moved; ``False`` if it had been before.

        Raises:
            InvalidRequest: the amount is not above zero, of another currency or more
                than a patron may hold; or there is no reference or no reason.
            NotFound: there is no such user.
            IdempotencyMismatch: another amount was moved under this reference.
            NoRevenue: it is more than he has earned.
        """
        self._refuse(amount, reference, reason)
        entry = JournalEntry.transfer(
            kind=EntryKind.REVENUE_MOVED,
            natural_key=f"revenue_moved:{reference}",
            memo=reason,
            made_at=now,
            debit=chart.revenue(owner),
            credit=chart.means(owner),
            amount=amount,
        )
        return await self._book(owner, entry, reference)

    async def _book(self, patron: UserId, entry: JournalEntry, reference: str) -> bool:
        debited = entry.postings[0]
        async with self._database.transaction() as tx:
            if not await patrons.lock(tx, patron):
                raise NotFound
            if await is_booked_as(tx, patron, entry, reference):
                return False
            await _refuse_uncovered(tx, debited)
            await refuse_too_much(tx, patron, debited.amount, self._rules)
            await journal.append(tx, patron, entry)
        return True

    def _refuse(self, amount: Money, reference: str, reason: str) -> None:
        if amount.currency != self._rules.currency or amount.minor <= 0:
            raise InvalidRequest(
                f"Means are added in {self._rules.currency}, more than nothing."
            )
        if not reference.strip() or not reason.strip():
            raise InvalidRequest("Adding means needs a reference and a reason.")


async def _refuse_uncovered(tx: Transaction, debited: Posting) -> None:
    # What comes in from outside is covered by whoever sent it.
    if debited.ledger_account.name is not AccountName.REVENUE:
        return
    amount = debited.amount
    revenue = await journal.balance(tx, debited.ledger_account, amount.currency)
    if amount > revenue:
        raise NoRevenue(f"That is more than the revenue of {revenue}.")
