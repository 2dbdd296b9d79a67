"""Payouts: an owner's revenue on its way to his bank account.

A request takes the amount out of the revenue at once and puts it on its way, under a
reference that the bank is told and tells us again::

    requested ──▶ sent ──▶ paid ──▶ returned
        └──────────┴──▶ rejected

Rejected is what never left us; returned is what came back from the other bank, days
after it was paid. Both are revenue again. A bank's files come in any order, so what
came back may be known before it is known to have left; what is on its way is therefore
never told by the state, but by whether the bank has told of it.

An account that was just named waits: who has got hold of somebody's login names his
own, and its owner has this time to see it. A payout goes to the account of the moment
in which it was asked for. The entry that asks for it names this account, and so no
other one can take its place unseen.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from overallt.protocol.ids import UserId
from overallt_server.core import chart
from overallt_server.core.bank_accounts import iban_of
from overallt_server.core.journal import EntryKind, JournalEntry
from overallt_server.core.money import Money
from overallt_server.core.references import payout_reference
from overallt_server.core.refusals import (
    InvalidRequest,
    NewPayoutAccount,
    NoPayoutAccount,
    NoRevenue,
    PayoutTooSmall,
)
from overallt_server.core.rules import Rules

# ISO 20022 would take more; banks in SEPA take 70 (EPC, Implementation Guidelines).
LONGEST_NAME: Final = 70
BY_HAND: Final = "by_hand"


class PayoutState(StrEnum):
    """How far a payout has come."""

    REQUESTED = "requested"
    SENT = "sent"
    PAID = "paid"
    REJECTED = "rejected"
    RETURNED = "returned"


# What may still be rejected: the bank has not paid it.
UNPAID: Final = frozenset({PayoutState.REQUESTED, PayoutState.SENT})


@dataclass(frozen=True, slots=True)
class PayoutAccount:
    """Where an owner's payouts go; ``named_at`` is when he named it."""

    iban: str
    name: str
    named_at: datetime


@dataclass(frozen=True, slots=True)
class Payout:
    """One payout; ``file`` is the number of the file that ordered it, if one did.

    ``changed_at`` is when it came into its state, ``reason`` why it was rejected or
    returned.
    """

    number: int
    owner: UserId
    amount: Money
    iban: str
    name: str
    state: PayoutState
    requested_at: datetime
    changed_at: datetime
    file: int | None
    reason: str

    @property
    def reference(self) -> str:
        """What the bank is told with it."""
        return payout_reference(self.number)

    @property
    def as_requested(self) -> "Payout":
        """What it was when it was asked for."""
        return replace(
            self,
            state=PayoutState.REQUESTED,
            changed_at=self.requested_at,
            file=None,
            reason="",
        )

    @property
    def on_its_way(self) -> chart.LedgerAccount:
        """The ledger account that holds it until it has left."""
        return chart.in_transit(self.reference)


def account_named(iban: str, name: str, *, now: datetime) -> PayoutAccount:
    """Return the account that an owner names by *iban* and the holder's *name*.

    Raises:
        InvalidRequest: there can be no such account, or no such name.
    """
    holder = " ".join(name.split())
    if not holder.isprintable() or not any(map(str.isalpha, holder)):
        raise InvalidRequest("Name the holder of the account as the bank knows him.")
    if len(holder) > LONGEST_NAME:
        raise InvalidRequest(f"A name has at most {LONGEST_NAME} characters.")
    try:
        return PayoutAccount(iban_of(iban), holder, now)
    except ValueError as error:
        raise InvalidRequest(f"This IBAN cannot be right: {error}.") from error


def refuse_payout(
    amount: Money,
    *,
    revenue: Money,
    account: PayoutAccount | None,
    rules: Rules,
    now: datetime,
) -> PayoutAccount:
    """Refuse to pay out *amount* of *revenue*; if it may be, return where it goes.

    Raises:
        NoPayoutAccount: the owner has named none.
        NewPayoutAccount: he did so a short while ago.
        PayoutTooSmall: it is less than is paid out.
        NoRevenue: it is more than he has earned.
    """
    if account is None:
        raise NoPayoutAccount
    open_from = account.named_at + timedelta(hours=rules.new_iban_hours)
    if now < open_from:
        raise NewPayoutAccount(
            f"Your bank account was named a short while ago: ask for a payout from "
            f"{open_from:%Y-%m-%d %H:%M} UTC on."
        )
    least = Money(rules.min_payout_minor, rules.currency)
    if amount < least:
        raise PayoutTooSmall(f"A payout is at least {least}, this one is {amount}.")
    if amount > revenue:
        raise NoRevenue(f"That is more than your revenue of {revenue}.")
    return account


def requested_key(reference: str) -> str:
    """Return the natural key of the entry that asked for a payout."""
    return EntryKind.PAYOUT_REQUESTED.key(reference)


def rejected_key(reference: str) -> str:
    """Return the natural key of the entry that took a payout back."""
    return EntryKind.PAYOUT_REJECTED.key(reference)


def paid_by_hand_key(reference: str) -> str:
    """Return the natural key of the entry that an operator booked as paid."""
    return EntryKind.PAYOUT_PAID.key(reference)


def destination(iban: str, name: str) -> str:
    """Return what the entry that asks for a payout says of where it goes."""
    return f"payout to {name}, {iban}"


def requested_entry(payout: Payout) -> JournalEntry:
    """Return the entry that puts *payout* on its way."""
    return JournalEntry.transfer(
        kind=EntryKind.PAYOUT_REQUESTED,
        natural_key=requested_key(payout.reference),
        memo=destination(payout.iban, payout.name),
        made_at=payout.requested_at,
        debit=chart.revenue(payout.owner),
        credit=payout.on_its_way,
        amount=payout.amount,
    )


def rejected_entry(payout: Payout, *, reason: str, now: datetime) -> JournalEntry:
    """Return the entry that makes *payout* revenue again, since it never left."""
    kind, revenue = EntryKind.PAYOUT_REJECTED, chart.revenue(payout.owner)
    return _no_longer_on_its_way(payout, kind, revenue, reason, now)


def paid_by_hand_entry(payout: Payout, *, reason: str, now: datetime) -> JournalEntry:
    """Return the entry for *payout* paid from what an operator holds himself."""
    kind, cash = EntryKind.PAYOUT_PAID, chart.cash(BY_HAND)
    return _no_longer_on_its_way(payout, kind, cash, reason, now)


def _no_longer_on_its_way(
    payout: Payout,
    kind: EntryKind,
    account: chart.LedgerAccount,
    reason: str,
    now: datetime,
) -> JournalEntry:
    return JournalEntry.transfer(
        kind=kind,
        natural_key=kind.key(payout.reference),
        memo=reason,
        made_at=now,
        debit=payout.on_its_way,
        credit=account,
        amount=payout.amount,
    )
