"""Card payments: what became of one at the provider, and the entries that book it.

A payment is told whole each time it is looked at: what came in, what the provider took
for it, what was refunded, what the bank of the card took back and what came again. Each
of these is booked once, under the provider's own name of it; so it does not matter in
which order, or how often, anybody says that something happened.

What was taken back is taken off the patron's free means, his own lot first; then off
what is still held of the shares that the lot has paid (``core.held_shares``); what that
does not cover is owed by him (``receivable``). Pots of closed periods are not touched.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from overallt.protocol.ids import UserId
from overallt_server.core import chart
from overallt_server.core.chart import LedgerAccount, Side
from overallt_server.core.journal import EntryKind, JournalEntry, Posting
from overallt_server.core.lots import naming
from overallt_server.core.money import Money

PROVIDER: Final = "stripe"
CASH_AT_PROVIDER: Final = chart.cash(PROVIDER)


@dataclass(frozen=True, slots=True)
class CardAccount:
    """Our account at the provider; *server* tells our payments from those of others.

    ``api`` is where the provider answers, empty for its own address.
    """

    key: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    is_live: bool
    currency: str
    server: str
    api: str


@dataclass(frozen=True, slots=True)
class Fee:
    """What the provider took, below zero if it gave it back; *key* is its own name."""

    key: str
    amount: Money


class Cause(StrEnum):
    """Why money of a payment went back to the card."""

    REFUND = "refund"
    CHARGEBACK = "chargeback"


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Money that went back to the card, and how much of that came again to us."""

    key: str
    cause: Cause
    taken: Money
    returned: Money


@dataclass(frozen=True, slots=True)
class CardPayment:
    """A payment of *patron* that has come in, and all that became of it."""

    key: str
    patron: UserId
    amount: Money
    fees: tuple[Fee, ...]
    withdrawals: tuple[Withdrawal, ...]

    @property
    def lot(self) -> str:
        """The name of the lot that it is."""
        return f"{_LOT}{self.key}"


class Unbookable(StrEnum):
    """Why a payment is not booked; for the log."""

    UNKNOWN = "there is no such payment in our account"
    NOT_OURS = "it was not begun by this server"
    NOT_PAID = "it has not been paid"
    OTHER_MODE = "it is a test, or a test server met a real one"
    OTHER_CURRENCY = "it is in another currency"


_LOT: Final = f"{EntryKind.MEANS_ADDED}:{PROVIDER}:"
_TAKEN: Final = {
    Cause.REFUND: EntryKind.MEANS_REFUNDED,
    Cause.CHARGEBACK: EntryKind.CHARGED_BACK,
}


def payment_of_lot(lot: str) -> str:
    """Return the provider's name of the payment that is the *lot*."""
    return lot.removeprefix(_LOT)


def taken_key(lot: str, withdrawal: Withdrawal) -> str:
    """Return the natural key of the entry for what went back to the card."""
    return naming(f"{_TAKEN[withdrawal.cause]}:{withdrawal.key}", lot)


def returned_key(lot: str, withdrawal: Withdrawal) -> str:
    """Return the natural key of the entry for what then came again."""
    return naming(f"{EntryKind.MEANS_RETURNED}:{withdrawal.key}", lot)


def means_entry(payment: CardPayment, *, now: datetime) -> JournalEntry:
    """Return the entry for what came in."""
    return JournalEntry.transfer(
        kind=EntryKind.MEANS_ADDED,
        natural_key=payment.lot,
        memo="by card",
        made_at=now,
        debit=CASH_AT_PROVIDER,
        credit=chart.means(payment.patron),
        amount=payment.amount,
    )


def fee_entry(fee: Fee, *, now: datetime) -> JournalEntry:
    """Return the entry for what the provider took, or gave back."""
    debit, credit = chart.PAYMENT_COST, CASH_AT_PROVIDER
    if fee.amount.minor < 0:
        debit, credit = credit, debit
    return JournalEntry.transfer(
        kind=EntryKind.PAYMENT_COST,
        natural_key=f"{EntryKind.PAYMENT_COST}:{PROVIDER}:{fee.key}",
        memo="the card provider's fee",
        made_at=now,
        debit=debit,
        credit=credit,
        amount=Money(abs(fee.amount.minor), fee.amount.currency),
    )


def taken_entry(
    patron: UserId,
    lot: str,
    withdrawal: Withdrawal,
    *,
    free: Money,
    memo: str,
    now: datetime,
) -> JournalEntry:
    """Return the entry for what went back to the card, with *free* means left."""
    taken = withdrawal.taken
    off_means = min(free, taken)
    return JournalEntry(
        _TAKEN[withdrawal.cause],
        taken_key(lot, withdrawal),
        memo,
        now,
        (
            *_line(Side.DEBIT, chart.means(patron), off_means),
            *_line(Side.DEBIT, chart.receivable(patron), taken - off_means),
            *_line(Side.CREDIT, CASH_AT_PROVIDER, taken),
        ),
    )


def returned_entry(
    patron: UserId, lot: str, withdrawal: Withdrawal, *, owed: Money, now: datetime
) -> JournalEntry:
    """Return the entry for what came again; *owed* is what the patron owes."""
    returned = withdrawal.returned
    off_debt = min(owed, returned)
    return JournalEntry(
        EntryKind.MEANS_RETURNED,
        returned_key(lot, withdrawal),
        f"{withdrawal.cause} of a card payment, come again",
        now,
        (
            *_line(Side.DEBIT, CASH_AT_PROVIDER, returned),
            *_line(Side.CREDIT, chart.receivable(patron), off_debt),
            *_line(Side.CREDIT, chart.means(patron), returned - off_debt),
        ),
    )


def _line(side: Side, account: LedgerAccount, amount: Money) -> Iterator[Posting]:
    if amount.minor:
        yield Posting(side, account, amount)
