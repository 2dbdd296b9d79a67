"""What becomes of a movement at the bank: its fate, and the entry that books it.

What came in with a patron's reference is his means. What came in otherwise is in
suspense until the operator understands it: he assigns it to a patron, or sends it back.
What went out under a reference of ours is what was on its way; whatever else went out
is a cost, since the money is gone whatever it was for. A payout that comes back is its
owner's revenue again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from overallt.protocol.ids import UserId
from overallt_server.core import chart
from overallt_server.core.bank_statements import Movement
from overallt_server.core.chart import LedgerAccount, Side
from overallt_server.core.journal import EntryKind, JournalEntry
from overallt_server.core.money import Money
from overallt_server.core.references import (
    Purpose,
    find,
    payout_reference,
    return_reference,
)

BANK: Final = "bank"
CASH_AT_BANK: Final = chart.cash(BANK)


class Fate(StrEnum):
    """How a movement was booked as it was imported."""

    MEANS = "means"
    SUSPENSE = "suspense"
    RETURN = "return"
    COST = "cost"
    PAYOUT = "payout"
    PAYOUT_RETURNED = "payout_returned"


_KINDS: Final[Mapping[Fate, EntryKind]] = {
    Fate.MEANS: EntryKind.MEANS_ADDED,
    Fate.SUSPENSE: EntryKind.SUSPENDED,
    Fate.RETURN: EntryKind.RETURN_PAID,
    Fate.COST: EntryKind.PAYMENT_COST,
    Fate.PAYOUT: EntryKind.PAYOUT_PAID,
    Fate.PAYOUT_RETURNED: EntryKind.PAYOUT_RETURNED,
}


class Reason(StrEnum):
    """Why money that came in is in suspense; for the operator to read."""

    NO_REFERENCE = "it has no reference of a patron, or several"
    NO_SUCH_PATRON = "there is no such patron"
    OTHER_CURRENCY = "it is in another currency"
    TOO_MUCH = "the patron would hold more than he may"
    NOT_PAID_OUT = "it names a payout that was not paid like this, or came back before"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a movement as it is imported, and the other ledger account.

    The last three are as those of ``StoredMovement``.
    """

    fate: Fate
    account: LedgerAccount
    reason: str = ""
    patron: UserId | None = None
    payout: int | None = None

    @property
    def about(self) -> str:
        """What its entry says of it, besides the day."""
        return "" if self.payout is None else f", {payout_reference(self.payout)}"


@dataclass(frozen=True, slots=True)
class StoredMovement:
    """A movement as it was stored, with what became of it.

    ``reason`` is empty unless it is or was in suspense, ``patron`` is whose means it
    became, ``resolved_at`` when it left suspense, ``payout`` is the number of the one
    that it paid or brought back.
    """

    key: str
    number: int
    side: Side
    amount: Money
    other_iban: str
    other_name: str
    text: str
    fate: Fate
    reason: str
    patron: UserId | None
    resolved_at: datetime | None
    payout: int | None


def about(movement: Movement) -> tuple[Purpose, int] | None:
    """Return what the only reference in all of its texts is about, if there is one."""
    found = {find(text) for text in movement.texts} - {None}
    return found.pop() if len(found) == 1 else None


def natural_key(fate: Fate, key: str) -> str:
    """Return the natural key of the entry that booked the movement *key* at import."""
    if fate is Fate.MEANS:
        return f"means_added:{BANK}:{key}"
    return f"{BANK}_{fate}:{key}"


def assigned_key(key: str) -> str:
    """Return the natural key of the entry that assigned what was in suspense."""
    return EntryKind.SUSPENSE_ASSIGNED.key(key)


def returned_key(key: str) -> str:
    """Return the natural key of the entry that sent back what was in suspense."""
    return EntryKind.SUSPENSE_RETURNED.key(key)


def understood_key(key: str) -> str:
    """Return the natural key of the entry for what was in suspense and is nobody's."""
    return EntryKind.SUSPENSE_UNDERSTOOD.key(key)


def imported_entry(
    key: str, movement: Movement, outcome: Outcome, *, now: datetime
) -> JournalEntry:
    """Return the entry that books *movement* between the bank and its *outcome*."""
    came_in, account = movement.side is Side.DEBIT, outcome.account
    return JournalEntry.transfer(
        kind=_KINDS[outcome.fate],
        natural_key=natural_key(outcome.fate, key),
        memo=f"bank transfer of {movement.booked_on}{outcome.about}",
        made_at=now,
        debit=CASH_AT_BANK if came_in else account,
        credit=account if came_in else CASH_AT_BANK,
        amount=movement.amount,
    )


def assigned_entry(
    stored: StoredMovement, patron: UserId, *, reason: str, now: datetime
) -> JournalEntry:
    """Return the entry that makes what was in suspense the means of *patron*."""
    kind = EntryKind.SUSPENSE_ASSIGNED
    return _out_of_suspense(stored, kind, chart.means(patron), reason, now)


def returned_entry(
    stored: StoredMovement, *, reason: str, now: datetime
) -> JournalEntry:
    """Return the entry that puts what was in suspense on its way back."""
    on_its_way = chart.in_transit(return_reference(stored.number))
    kind = EntryKind.SUSPENSE_RETURNED
    return _out_of_suspense(stored, kind, on_its_way, reason, now)


def understood_entry(
    stored: StoredMovement, account: LedgerAccount, *, reason: str, now: datetime
) -> JournalEntry:
    """Return the entry for what was in suspense and is of no patron, but *account*."""
    kind = EntryKind.SUSPENSE_UNDERSTOOD
    return _out_of_suspense(stored, kind, account, reason, now)


def _out_of_suspense(
    stored: StoredMovement,
    kind: EntryKind,
    account: LedgerAccount,
    reason: str,
    now: datetime,
) -> JournalEntry:
    return JournalEntry.transfer(
        kind=kind,
        natural_key=kind.key(stored.key),
        memo=reason,
        made_at=now,
        debit=chart.SUSPENSE,
        credit=account,
        amount=stored.amount,
    )
