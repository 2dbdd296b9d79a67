"""Refunding means: what is left of a lot goes back to where it came from."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from overallt.protocol.ids import UserId
from overallt_server.core import cards, chart
from overallt_server.core.bank_bookings import CASH_AT_BANK
from overallt_server.core.cards import CASH_AT_PROVIDER, Withdrawal, payment_of_lot
from overallt_server.core.chart import AccountName, LedgerAccount
from overallt_server.core.journal import EntryKind, JournalEntry
from overallt_server.core.lots import Lot, naming
from overallt_server.core.money import Money
from overallt_server.core.references import readable, return_reference
from overallt_server.core.refusals import (
    IdempotencyMismatch,
    InvalidRequest,
    NotFound,
)
from overallt_server.storage import bank_statements, journal, lots, patrons
from overallt_server.storage.database import Database, Transaction

if TYPE_CHECKING:
    from overallt_server.payments.stripe import Stripe

_TO_CARD: Final = "The provider sends it back to the card."


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund that was booked, now or before; *what_to_do* is for the operator."""

    amount: Money
    is_new: bool
    what_to_do: str


class RefundingMeans:
    """The use case of means that go back."""

    def __init__(self, database: Database, provider: "Stripe | None" = None) -> None:
        self._database = database
        self._provider = provider

    async def lots(self, *, patron: UserId) -> list[Lot]:
        """List the lots of *patron*, oldest first: so they are numbered from 1."""
        async with self._database.snapshot() as tx:
            return list(await lots.of(tx, patron))

    async def refund(
        self,
        *,
        patron: UserId,
        number: int,
        amount: Money,
        reference: str,
        reason: str,
        now: datetime,
    ) -> Refund:
        """Give back *amount* of the lot *number* of *patron*.

        Raises:
            InvalidRequest: that much is not left, or a transfer of this lot is on its
                way already; or there is no reference or no reason.
            NotFound: there is no such user or lot.
            IdempotencyMismatch: something else was booked under this reference.
        """
        if not reason.strip():
            raise InvalidRequest("A refund needs a reason.")
        async with self._database.transaction() as tx:
            if not await patrons.lock(tx, patron):
                raise NotFound
            lot = _numbered(list(await lots.of(tx, patron)), number)
            key = _key(reference, lot)
            if lot.source == CASH_AT_PROVIDER:
                withdrawal = await self._to_card(lot, amount, reference)
                entry = cards.taken_entry(
                    patron, lot.key, withdrawal, free=amount, memo=reason, now=now
                )
                await journal.append(tx, patron, entry)
                return Refund(amount, is_new=True, what_to_do=_TO_CARD)
            before = await journal.find(tx, patron, key)
            if before is not None:
                if before.postings[0].amount != amount:
                    raise IdempotencyMismatch(
                        f"{reference} was booked before, with another amount."
                    )
                return Refund(amount, is_new=False, what_to_do="")
            _refuse_more_than_left(lot, amount)
            goes_to, what_to_do = await _way_back(tx, lot, amount)
            entry = JournalEntry.transfer(
                kind=EntryKind.MEANS_REFUNDED,
                natural_key=key,
                memo=reason,
                made_at=now,
                debit=chart.means(patron),
                credit=goes_to,
                amount=amount,
            )
            await journal.append(tx, patron, entry)
        return Refund(amount, is_new=True, what_to_do=what_to_do)

    async def _to_card(self, lot: Lot, amount: Money, reference: str) -> Withdrawal:
        # The patron's turn is kept meanwhile, so that nothing else takes this money.
        if self._provider is None:
            raise InvalidRequest(
                "This lot came by card: set OVERALLT_STRIPE_SECRET_KEY first."
            )
        _refuse_more_than_left(lot, amount)
        return await self._provider.refund(
            payment_of_lot(lot.key), amount, reference=reference
        )


def _numbered(all_: list[Lot], number: int) -> Lot:
    if not 1 <= number <= len(all_):
        raise NotFound(f"There is no lot number {number}.")
    return all_[number - 1]


def _key(reference: str, lot: Lot) -> str:
    if not reference.strip() or ":" in reference:
        raise InvalidRequest("A refund needs a reference, without colons.")
    return naming(f"{EntryKind.MEANS_REFUNDED}:{reference}", lot.key)


def _refuse_more_than_left(lot: Lot, amount: Money) -> None:
    if amount.minor <= 0 or amount > lot.left:
        raise InvalidRequest(f"Of this lot {lot.left} are left to give back.")


async def _way_back(
    tx: Transaction, lot: Lot, amount: Money
) -> tuple[LedgerAccount, str]:
    if lot.source == CASH_AT_BANK:
        return await _back_by_bank(tx, lot, amount)
    if lot.source.name is AccountName.REVENUE:
        return lot.source, "It is the revenue of this user again."
    return lot.source, f"Hand {amount} back: the books have it as paid."


async def _back_by_bank(
    tx: Transaction, lot: Lot, amount: Money
) -> tuple[LedgerAccount, str]:
    # Turns are taken in the order of ids, the house's last.
    await patrons.lock_house(tx)
    # The names of lots by bank end with the movement's key: see core.bank_bookings.
    key = lot.key.removeprefix("means_added:bank:").removeprefix("suspense_assigned:")
    movement = await bank_statements.called(tx, key)
    if movement is None:
        raise NotFound("The bank's movement of this lot is not there: run an audit.")
    reference = return_reference(movement.number)
    goes_to = chart.in_transit(reference)
    if (await journal.balance(tx, goes_to, amount.currency)).minor:
        raise InvalidRequest(
            f"A transfer under {readable(reference)} is on its way already: import "
            "the bank's statement that tells of it first."
        )
    return goes_to, (
        f"Order a transfer of {amount} to {movement.other_name or 'the sender'}, "
        f"{movement.other_iban or 'by your bank'}, under the reference "
        f"{readable(reference)}: the next statement will tell that it has left."
    )
