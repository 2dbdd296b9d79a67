"""Lots: a patron's means by where they came from, told by his entries alone.

What is added in one entry is a lot, and the entry's natural key is its name. Its source
is the ledger account that the entry took it from, and a refund goes there and nowhere
else. What is given is taken from the oldest lot first; an entry that names a lot
(``means_refunded:17-1:of:means_added:by_hand:17``) takes from that one before all
others, or gives back to it. A gift that was undone goes back to the lots it came from.

Nothing of this is stored: lots are the patron's entries told in their order, so they
cannot differ from the books, and what is left of all lots is his means.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from overallt.protocol.ids import UserId
from overallt_server.core import chart
from overallt_server.core.bank_bookings import CASH_AT_BANK
from overallt_server.core.chart import AccountName, LedgerAccount, Side
from overallt_server.core.gifts import ENDED_KEY, GIVEN_KEY
from overallt_server.core.journal import EntryKind, JournalEntry, Posting
from overallt_server.core.money import Money

# Entries of these kinds name the lot they are about.
OF_A_LOT: Final = frozenset(
    {
        EntryKind.MEANS_REFUNDED,
        EntryKind.CHARGED_BACK,
        EntryKind.MEANS_RETURNED,
        EntryKind.SHARES_TAKEN,
        EntryKind.SHARES_RETURNED,
    }
)

# What means may be added from.
SOURCES: Final = frozenset(
    {AccountName.CASH, AccountName.SUSPENSE, AccountName.REVENUE}
)

_OF: Final = ":of:"


@dataclass(frozen=True, slots=True)
class Lot:
    """What was added at once, and what is *left* of it."""

    key: str
    source: LedgerAccount
    amount: Money
    left: Money
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Part:
    """What an entry took of the lot called *lot*."""

    lot: str
    amount: Money


class Lots:
    """The lots of one patron, oldest first, as his entries are told one by one."""

    def __init__(self, patron: UserId) -> None:
        """Begin before the first entry of *patron*."""
        self._means: Final = chart.means(patron)
        self._by_key: Final[dict[str, Lot]] = {}
        self._parts: Final[dict[str, tuple[Part, ...]]] = {}

    @property
    def parts(self) -> Mapping[str, tuple[Part, ...]]:
        """What each entry took of which lots, by the entry's natural key."""
        return self._parts

    def taken_from(self, source: LedgerAccount, key: str) -> list[Part]:
        """Return what the entry *key* took of the lots that came from *source*."""
        return [
            part
            for part in self._parts.get(key, ())
            if self._by_key[part.lot].source == source
        ]

    def __iter__(self) -> Iterator[Lot]:
        return iter(self._by_key.values())

    def book(self, entry: JournalEntry) -> None:
        """Tell the next entry of the patron's chain."""
        for posting in entry.postings:
            if posting.ledger_account != self._means:
                continue
            if entry.kind is EntryKind.GIFT_UNDONE:
                self._give_back(entry)
            elif posting.side is Side.CREDIT:
                self._add(entry, posting)
            else:
                self._parts[entry.natural_key] = tuple(self._take(entry, posting))

    def _add(self, entry: JournalEntry, posting: Posting) -> None:
        named = self._by_key.get(lot_named_by(entry) or "")
        if named is None:
            self._by_key[entry.natural_key] = Lot(
                entry.natural_key,
                source_of(entry),
                posting.amount,
                posting.amount,
                entry.made_at,
            )
        else:
            more = named.left + posting.amount
            self._by_key[named.key] = replace(named, left=more)

    def _give_back(self, undone: JournalEntry) -> None:
        gift = undone.natural_key.removeprefix(ENDED_KEY)
        for part in self._parts.get(f"{GIVEN_KEY}{gift}", ()):
            lot = self._by_key[part.lot]
            self._by_key[part.lot] = replace(lot, left=lot.left + part.amount)

    def _take(self, entry: JournalEntry, posting: Posting) -> Iterator[Part]:
        wanted = posting.amount
        named = lot_named_by(entry)
        # Sorting keeps the order of age.
        for lot in sorted(self, key=lambda each: each.key != named):
            if lot.left.currency != wanted.currency or not lot.left.minor:
                continue
            taken = min(lot.left, wanted)
            self._by_key[lot.key] = replace(lot, left=lot.left - taken)
            yield Part(lot.key, taken)
            wanted -= taken
            if not wanted.minor:
                return


def naming(key: str, lot: str) -> str:
    """Return the natural key *key* of an entry that is about the lot called *lot*.

    Raises:
        ValueError: *key* itself reads as if it named one.
    """
    if _OF in f"{key}:":
        raise ValueError(f"{key!r} names a lot already")
    return f"{key}{_OF}{lot}"


def lot_named_by(entry: JournalEntry) -> str | None:
    """Return the name of the lot that *entry* is about, if it is about one."""
    if entry.kind not in OF_A_LOT:
        return None
    return entry.natural_key.partition(_OF)[2]


def source_of(entry: JournalEntry) -> LedgerAccount:
    """Return where the means that *entry* adds came from, and can go back to."""
    debited = next(each for each in entry.postings if each.side is Side.DEBIT)
    # Only the bank's money is ever in suspense.
    if debited.ledger_account == chart.SUSPENSE:
        return CASH_AT_BANK
    return debited.ledger_account
