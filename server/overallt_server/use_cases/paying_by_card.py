"""Paying by card: a payment is begun here, and booked as often as one looks, once.

Nothing that a webhook or a browser says is believed but that there may be something to
see: the payment is fetched from the provider, and whatever of it is not booked yet is
booked, in one transaction. So events may come twice, late, in any order, or never.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from overallt.protocol.ids import UserId
from overallt_server.core import cards, chart
from overallt_server.core.budgets import Budget
from overallt_server.core.cards import CardPayment, Cause, Unbookable, Withdrawal
from overallt_server.core.chart import LedgerAccount
from overallt_server.core.journal import JournalEntry
from overallt_server.core.marks import Mark
from overallt_server.core.money import Money
from overallt_server.core.refusals import Frozen, InvalidRequest
from overallt_server.core.rules import Rules
from overallt_server.storage import budgets, journal, marks, patrons
from overallt_server.storage.database import Database, Transaction
from overallt_server.use_cases.booking import is_booked
from overallt_server.use_cases.holding import refuse_too_much
from overallt_server.use_cases.holding_shares import return_taken, take_held

if TYPE_CHECKING:
    from overallt_server.payments.stripe import Stripe


@dataclass(frozen=True, slots=True)
class Looked:
    """What looking at a payment came to: it is in the books, or *because* says why not.

    ``booked`` counts the new entries.
    """

    payment: CardPayment | None
    because: Unbookable | None
    booked: int


class PayingByCard:
    """The use cases of card payments at *provider*."""

    def __init__(self, database: Database, rules: Rules, provider: "Stripe") -> None:
        self._database = database
        self._rules = rules
        self._provider = provider

    async def begin(
        self,
        *,
        patron: UserId,
        amount: Money,
        back: str,
        cancelled: str,
        now: datetime,
    ) -> str:
        """Return the address at which *patron* pays *amount*.

        He comes back to the address *back*, with ``session`` in its query, or to
        *cancelled*.

        Raises:
            InvalidRequest: it is too little, or more than he may hold.
            Frozen: nothing is taken from his card until he is released.
            ServerBusy: the provider does not answer.
        """
        least = Money(self._rules.min_card_minor, self._rules.currency)
        if amount < least:
            raise InvalidRequest(f"By card, at least {least} are paid in at once.")
        async with self._database.snapshot() as tx:
            if await marks.has(tx, patron, Mark.FROZEN):
                raise Frozen
            await refuse_too_much(tx, patron, amount, self._rules)
        return await self._provider.begin(
            patron=patron, amount=amount, back=back, cancelled=cancelled, now=now
        )

    async def come_back(self, *, session: str, now: datetime) -> Looked:
        """Look at the payment of the *session* that a patron comes back from.

        Raises:
            ServerBusy: the provider does not answer.
        """
        key = await self._provider.payment_of(session)
        if key is None:
            return Looked(None, Unbookable.UNKNOWN, 0)
        return await self.look_at(key, now=now)

    async def hear(
        self, *, body: bytes, signature: str, now: datetime
    ) -> Looked | None:
        """Look at the payment that a webhook is about; ``None`` if it is about none.

        Raises:
            InvalidRequest: the provider has not signed it.
            ServerBusy: the provider does not answer.
        """
        key = self._provider.named_in(body, signature)
        return None if key is None else await self.look_at(key, now=now)

    async def look_at(self, key: str, *, now: datetime) -> Looked:
        """Fetch the payment *key* and book what is not booked yet.

        Raises:
            IdempotencyMismatch: the provider now tells another amount than was booked.
            ServerBusy: the provider does not answer.
        """
        found = await self._provider.payment(key)
        if isinstance(found, Unbookable):
            return Looked(None, found, 0)
        async with self._database.transaction() as tx:
            if not await patrons.lock(tx, found.patron):
                return Looked(None, Unbookable.NOT_OURS, 0)
            return Looked(found, None, await self._book(tx, found, now=now))

    async def _book(
        self, tx: Transaction, payment: CardPayment, *, now: datetime
    ) -> int:
        entries = [cards.means_entry(payment, now=now)]
        entries += [cards.fee_entry(fee, now=now) for fee in payment.fees]
        booked = [await _book_once(tx, payment, entry) for entry in entries]
        for withdrawal in payment.withdrawals:
            booked += [
                await self._take(tx, payment, withdrawal, now=now),
                await self._give_back(tx, payment, withdrawal, now=now),
            ]
        return sum(booked)

    async def _take(
        self,
        tx: Transaction,
        payment: CardPayment,
        withdrawal: Withdrawal,
        *,
        now: datetime,
    ) -> bool:
        patron = payment.patron
        free = await self._balance(tx, chart.means(patron))
        lacking = max(withdrawal.taken - free, Money(0, free.currency))
        key = cards.taken_key(payment.lot, withdrawal)
        if lacking.minor and await journal.find(tx, patron, key) is None:
            free += await take_held(
                tx, patron, payment.lot, lacking, because=withdrawal.key, now=now
            )
        entry = cards.taken_entry(
            patron,
            payment.lot,
            withdrawal,
            free=free,
            memo=f"{withdrawal.cause} of a card payment",
            now=now,
        )
        is_new = await _book_once(tx, payment, entry)
        if is_new and withdrawal.cause is Cause.CHARGEBACK:
            await _freeze(tx, patron, withdrawal.key, now=now)
        return is_new

    async def _give_back(
        self,
        tx: Transaction,
        payment: CardPayment,
        withdrawal: Withdrawal,
        *,
        now: datetime,
    ) -> bool:
        if not withdrawal.returned.minor:
            return False
        owed = await self._balance(tx, chart.receivable(payment.patron))
        entry = cards.returned_entry(
            payment.patron, payment.lot, withdrawal, owed=owed, now=now
        )
        is_new = await _book_once(tx, payment, entry)
        again = max(withdrawal.returned - owed, Money(0, owed.currency))
        if is_new and again.minor:
            await return_taken(
                tx, payment.patron, payment.lot, again, because=withdrawal.key, now=now
            )
        return is_new

    async def _balance(self, tx: Transaction, account: LedgerAccount) -> Money:
        return await journal.balance(tx, account, self._rules.currency)


async def _book_once(
    tx: Transaction, payment: CardPayment, entry: JournalEntry
) -> bool:
    told = (
        f"The card provider tells another amount of {entry.natural_key} than was "
        "booked."
    )
    if await is_booked(
        tx, payment.patron, entry, compared=_at_provider, otherwise=told
    ):
        return False
    await journal.append(tx, payment.patron, entry)
    return True


def _at_provider(entry: JournalEntry) -> list[Money]:
    # The other lines depend on what the patron had when it was booked.
    return [
        each.amount
        for each in entry.postings
        if each.ledger_account == cards.CASH_AT_PROVIDER
    ]


async def _freeze(
    tx: Transaction, patron: UserId, dispute: str, *, now: datetime
) -> None:
    # Whoever has no active budget gives nothing: that is all there is to stop.
    reason = f"chargeback {dispute}"
    await marks.put(tx, patron, Mark.FROZEN, reason=reason, now=now)
    budget = await budgets.get(tx, patron)
    if budget is not None:
        await budgets.put(tx, patron, Budget(budget.amount, active=False))
