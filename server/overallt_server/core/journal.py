"""The journal: balanced entries, chained by hashes.

An entry has two postings or more; in each currency its debits equal its credits, or
it cannot exist (I1). Entries are never changed: a mistake is reversed by another one.

Each patron has a chain of entries, the house has one; in a chain every entry carries
the hash over itself and its predecessor's hash, so that a changed cell is seen in all
entries that follow it. The text that is hashed writes every field with its length
before it (``5:means,``): no two entries have one text.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Self

from overallt_server.core.chart import LedgerAccount, Side
from overallt_server.core.money import Money

# What the first entry of a chain has in place of its predecessor's hash.
NO_PREVIOUS: Final = bytes(hashlib.sha256().digest_size)


class BrokenBooks(Exception):
    """The books contradict themselves: nothing may go on before this is understood."""


class EntryKind(StrEnum):
    """What an entry is about."""

    MEANS_ADDED = "means_added"
    PERIOD_CLOSED = "period_closed"
    PATRON_SETTLED = "patron_settled"
    SLICE_SETTLED = "slice_settled"
    SUSPENDED = "suspended"
    SUSPENSE_ASSIGNED = "suspense_assigned"
    SUSPENSE_RETURNED = "suspense_returned"
    RETURN_PAID = "return_paid"
    PAYMENT_COST = "payment_cost"
    GIFT_GIVEN = "gift_given"
    GIFT_UNDONE = "gift_undone"
    GIFT_RELEASED = "gift_released"
    REVENUE_MOVED = "revenue_moved"
    PAYOUT_REQUESTED = "payout_requested"
    PAYOUT_PAID = "payout_paid"
    PAYOUT_REJECTED = "payout_rejected"
    PAYOUT_RETURNED = "payout_returned"
    MEANS_REFUNDED = "means_refunded"
    CHARGED_BACK = "charged_back"
    MEANS_RETURNED = "means_returned"
    DEBT_PAID = "debt_paid"
    DEBT_GIVEN_UP = "debt_given_up"
    EQUITY_ADDED = "equity_added"
    SUSPENSE_UNDERSTOOD = "suspense_understood"
    SLICE_RELEASED = "slice_released"
    SHARES_TAKEN = "shares_taken"
    SHARES_RETURNED = "shares_returned"

    def key(self, of: str) -> str:
        """Return the natural key of the one entry of this kind that is about *of*."""
        return f"{self}:{of}"


@dataclass(frozen=True, slots=True)
class Posting:
    """One line of an entry; its amount is above zero."""

    side: Side
    ledger_account: LedgerAccount
    amount: Money


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One balanced event in the books.

    ``natural_key`` says what the entry is the entry of; it is unique in its chain, so
    that nothing is booked twice.

    Raises:
        BrokenBooks: it does not balance, or an amount is not above zero.
    """

    kind: EntryKind
    natural_key: str
    memo: str
    made_at: datetime
    postings: tuple[Posting, ...]

    def __post_init__(self) -> None:
        if not self.postings:
            raise BrokenBooks(f"{self.natural_key} has no postings")
        excess = Counter[str]()
        for posting in self.postings:
            amount = posting.amount
            if amount.minor <= 0:
                raise BrokenBooks(f"{self.natural_key} posts {amount}")
            sign = 1 if posting.side is Side.DEBIT else -1
            excess[amount.currency] += sign * amount.minor
        for currency, minor in excess.items():
            if minor:
                raise BrokenBooks(
                    f"{self.natural_key} does not balance: debits exceed credits "
                    f"by {Money(minor, currency)}"
                )

    @classmethod
    def transfer(
        cls,
        *,
        kind: EntryKind,
        natural_key: str,
        memo: str,
        made_at: datetime,
        debit: LedgerAccount,
        credit: LedgerAccount,
        amount: Money,
    ) -> Self:
        """Return the entry with exactly two postings of *amount*."""
        postings = (
            Posting(Side.DEBIT, debit, amount),
            Posting(Side.CREDIT, credit, amount),
        )
        return cls(kind, natural_key, memo, made_at, postings)


def digest(entry: JournalEntry, previous: bytes) -> bytes:
    """Return the SHA-256 of *entry* after the entry with the hash *previous*.

    Times count in whole seconds, as they are stored.
    """
    fields = [
        previous.hex(),
        str(entry.kind),
        entry.natural_key,
        entry.memo,
        str(int(entry.made_at.timestamp())),
    ]
    for posting in entry.postings:
        fields += (
            str(posting.side),
            str(posting.ledger_account),
            str(posting.amount.minor),
            posting.amount.currency,
        )
    return hash_of(fields)


def hash_of(fields: Iterable[str]) -> bytes:
    """Return the SHA-256 of *fields*, each with its length before it."""
    text = "".join([f"{len(field)}:{field}," for field in fields])
    return hashlib.sha256(text.encode()).digest()
