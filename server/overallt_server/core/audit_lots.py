"""Auditing lots: means come from somewhere, and what goes back goes to its source."""

from collections.abc import Iterator
from typing import Final

from overallt.protocol.ids import UserId
from overallt_server.core import chart
from overallt_server.core.audit import Finding
from overallt_server.core.audit_pots import BookedEntry
from overallt_server.core.bank_bookings import CASH_AT_BANK
from overallt_server.core.chart import AccountName, LedgerAccount, Side
from overallt_server.core.journal import EntryKind, JournalEntry
from overallt_server.core.lots import OF_A_LOT, SOURCES, lot_named_by, source_of

# They take from lots, oldest first, or give back what was taken so.
ELSEWHERE: Final = frozenset(
    {
        EntryKind.PERIOD_CLOSED,
        EntryKind.PATRON_SETTLED,
        EntryKind.GIFT_GIVEN,
        EntryKind.GIFT_UNDONE,
    }
)

# What a patron has with us; the other side of an entry about a lot is elsewhere.
_OF_PATRONS: Final = frozenset({AccountName.MEANS, AccountName.RECEIVABLE})

# Entries about a lot that give it held shares, or return them; all others go between
# it and its source.
OF_SHARES: Final = {
    EntryKind.SHARES_TAKEN: AccountName.HELD,
    EntryKind.SHARES_RETURNED: AccountName.REVENUE,
}


class LotsAudit:
    """One pass over one patron's entries; it knows the source of each of his lots."""

    def __init__(self, patron: UserId) -> None:
        """Begin before the first entry of *patron*."""
        self._means: Final = chart.means(patron)
        self._sources: Final[dict[str, LedgerAccount]] = {}

    def check(self, booked: BookedEntry) -> Iterator[Finding]:
        """Check the next entry of the chain."""
        entry = booked.entry
        if entry.kind in ELSEWHERE:
            return
        if entry.kind in OF_A_LOT:
            yield from self._check_naming(booked, lot_named_by(entry) or "")
        elif self._adds_means(entry):
            self._sources[entry.natural_key] = source = source_of(entry)
            if source.name not in SOURCES:
                problem = "it adds means from what is no source of means"
                yield _found(booked, problem, "", source)

    def _adds_means(self, entry: JournalEntry) -> bool:
        return any(
            each.side is Side.CREDIT and each.ledger_account == self._means
            for each in entry.postings
        )

    def _check_naming(self, booked: BookedEntry, lot: str) -> Iterator[Finding]:
        source = self._sources.get(lot)
        if source is None:
            yield _found(booked, "it names a lot that is not there", "", lot)
            return
        others = {
            each.ledger_account
            for each in booked.entry.postings
            if each.ledger_account.name not in _OF_PATRONS
        }
        for other in sorted(others - {source}, key=str):
            if other.name is OF_SHARES.get(booked.entry.kind):
                continue
            # A transfer is ordered first, and leaves the bank some days later.
            if source == CASH_AT_BANK and other.name is AccountName.IN_TRANSIT:
                continue
            yield _found(booked, "it is not booked to its lot's source", source, other)


def _found(
    booked: BookedEntry, problem: str, expected: object, found: object
) -> Finding:
    return Finding("journal_entries", booked.row, problem, str(expected), str(found))
