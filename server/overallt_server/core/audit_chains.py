"""Auditing a chain: every entry read again, and its hash made again from its cells.

A hash that is not what the cells give says that a cell was changed, but not which. So
each cell is put back, one at a time, to every value it may have had: the amount that
balances the entry, the other side, another ledger account. The one value that makes
the hash right again is the old one, and its row is the row at fault.

A changed hash is told from a changed cell by the entry that follows, which carries the
hash too. What cannot be put back is named by its entry alone.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, override

from overallt_server.core.audit import Finding, row
from overallt_server.core.chart import LedgerAccount, Side
from overallt_server.core.journal import (
    NO_PREVIOUS,
    BrokenBooks,
    EntryKind,
    JournalEntry,
    Posting,
    digest,
)
from overallt_server.core.money import Money

# How many postings may be hashed in search of one changed cell: a few seconds' worth.
MOST_HASHED: Final = 2_000_000

FIRST_LINE: Final = 1


@dataclass(frozen=True, slots=True)
class StoredPosting:
    """A posting's cells as they stand in the table, whatever they say."""

    line: int
    side: str
    ledger_account: str
    amount_minor: int
    currency: str

    @override
    def __str__(self) -> str:
        amount = Money(self.amount_minor, self.currency)
        return f"{self.side} {self.ledger_account} {amount}"


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry's cells as they stand in the table, with its postings by line."""

    chain: int
    number: int
    natural_key: str
    kind: str
    memo: str
    made_at: datetime
    previous_hash: bytes
    hash: bytes
    postings: tuple[StoredPosting, ...]

    @property
    def row(self) -> str:
        """The key of the entry's own row."""
        return row(patron_id=self.chain, number=self.number)

    def row_of(self, line: int) -> str:
        """Return the key of the posting's row at *line*."""
        return row(patron_id=self.chain, number=self.number, line=line)


class ChainAudit:
    """One pass over one chain, entry by entry; it keeps what it has found.

    *accounts* are ledger accounts that the chain may post to, besides those it does.
    """

    def __init__(self, chain: int, accounts: Iterable[LedgerAccount]) -> None:
        """Begin before the first entry of *chain*."""
        self.findings: Final[list[Finding]] = []
        # False once an entry could not be told: its balances then prove nothing.
        self.is_certain = True
        self._chain: Final = chain
        self._accounts: Final = {str(account) for account in accounts}
        self._number = 0
        self._hash: bytes | None = NO_PREVIOUS

    def check(
        self, stored: StoredEntry, *, hash_in_next: bytes | None
    ) -> JournalEntry | None:
        """Check the next entry; return it as it was booked, ``None`` if in doubt.

        *hash_in_next* is what the entry after it calls its ``previous_hash``.
        """
        self._check_number(stored)
        entry = as_entry(stored)
        if entry and _gives(entry, stored.previous_hash, stored.hash):
            if self._hash not in {None, stored.previous_hash}:
                self._find(stored, "it does not follow the entry before it")
            self._check_lines(stored)
            self._hash = stored.hash
        elif entry and self._hash and _gives(entry, self._hash, stored.hash):
            self._find(
                stored,
                "its previous_hash was changed",
                expected=self._hash.hex(),
                found=stored.previous_hash.hex(),
            )
            self._hash = stored.hash
        elif (
            entry and hash_in_next and _gives(entry, stored.previous_hash, hash_in_next)
        ):
            self._find(
                stored,
                "its hash was changed",
                expected=hash_in_next.hex(),
                found=stored.hash.hex(),
            )
            self._hash = hash_in_next
        else:
            entry = self._put_back(stored)
            self._hash = stored.hash
        return entry

    def finish(self, lost_numbers: Iterable[int]) -> None:
        """End the pass; *lost_numbers* are of postings whose entry is not there."""
        for number in sorted(lost_numbers):
            self._miss(number)

    def _find(
        self, stored: StoredEntry, problem: str, *, expected: str = "", found: str = ""
    ) -> None:
        self.findings.append(
            Finding("journal_entries", stored.row, problem, expected, found)
        )

    def _check_number(self, stored: StoredEntry) -> None:
        if stored.number != self._number + 1:
            self._miss(self._number + 1)
            self._hash = None
        self._number = stored.number

    def _miss(self, number: int) -> None:
        row_ = row(patron_id=self._chain, number=number)
        missed = Finding("journal_entries", row_, "it is missing", "", "")
        if missed not in self.findings:
            self.findings.append(missed)
        self.is_certain = False

    def _check_lines(self, stored: StoredEntry) -> None:
        # The hash holds the order of the lines, not their numbers.
        for expected, posting in enumerate(stored.postings, start=FIRST_LINE):
            if posting.line != expected:
                self.findings.append(
                    Finding(
                        "postings",
                        stored.row_of(posting.line),
                        "its line is out of order",
                        str(expected),
                        str(posting.line),
                    )
                )
                return

    def _put_back(self, stored: StoredEntry) -> JournalEntry | None:
        accounts = self._accounts | {each.ledger_account for each in stored.postings}
        for changed in _changes(stored, sorted(accounts)):
            entry = as_entry(changed.before)
            if entry and _gives(entry, stored.previous_hash, stored.hash):
                self.findings.append(changed.finding)
                return entry
        self._find(stored, "its cells and its postings do not give its hash")
        self.is_certain = False
        return None


@dataclass(frozen=True, slots=True)
class _Change:
    """What an entry may have been before one row of it was changed."""

    before: StoredEntry
    finding: Finding


def as_entry(stored: StoredEntry) -> JournalEntry | None:
    """Return the entry that *stored* says, ``None`` if there can be no such entry."""
    try:
        postings = tuple(
            Posting(
                Side(each.side),
                LedgerAccount.parse(each.ledger_account),
                Money(each.amount_minor, each.currency),
            )
            for each in stored.postings
        )
        return JournalEntry(
            EntryKind(stored.kind),
            stored.natural_key,
            stored.memo,
            stored.made_at,
            postings,
        )
    except (ValueError, BrokenBooks):
        return None


def whole_entry(stored: StoredEntry) -> JournalEntry | None:
    """Return the entry that *stored* says, ``None`` if its own hash denies it."""
    entry = as_entry(stored)
    if entry is None or not _gives(entry, stored.previous_hash, stored.hash):
        return None
    return entry


def _gives(entry: JournalEntry, previous: bytes, hash_: bytes) -> bool:
    return digest(entry, previous) == hash_


def _changes(stored: StoredEntry, accounts: list[str]) -> Iterator[_Change]:
    lines = len(stored.postings)
    for kind in EntryKind:
        yield _Change(
            replace(stored, kind=str(kind)),
            Finding(
                "journal_entries",
                stored.row,
                "its kind was changed",
                str(kind),
                stored.kind,
            ),
        )
    if lines * lines <= MOST_HASHED:
        yield from _changed_lines(stored)
    if lines**3 <= MOST_HASHED:
        yield from _moved_lines(stored)
    if lines * lines * len(accounts) <= MOST_HASHED:
        yield from _changed_accounts(stored, accounts)
        yield from _lost_lines(stored, accounts)


def _changed_lines(stored: StoredEntry) -> Iterator[_Change]:
    excess = _excess(stored)
    currencies = {each.currency for each in stored.postings}
    for index, posting in enumerate(stored.postings):
        sign = -1 if posting.side == Side.DEBIT else 1
        minor = posting.amount_minor + sign * excess[posting.currency]
        yield _changed(
            stored, index, "amount_minor", replace(posting, amount_minor=minor)
        )
        for side in Side:
            yield _changed(stored, index, "side", replace(posting, side=str(side)))
        for currency in currencies:
            other = replace(posting, currency=currency)
            yield _changed(stored, index, "currency", other)
        yield _Change(
            _with_postings(stored, index, index + 1),
            Finding(
                "postings",
                stored.row_of(posting.line),
                "it does not belong to its entry",
                "",
                str(posting),
            ),
        )


def _moved_lines(stored: StoredEntry) -> Iterator[_Change]:
    for index, posting in enumerate(stored.postings):
        others = (*stored.postings[:index], *stored.postings[index + 1 :])
        for place in range(len(stored.postings)):
            before = (*others[:place], posting, *others[place:])
            yield _Change(
                replace(stored, postings=before),
                Finding(
                    "postings",
                    stored.row_of(posting.line),
                    "its line was changed",
                    str(place + FIRST_LINE),
                    str(posting.line),
                ),
            )


def _changed_accounts(stored: StoredEntry, accounts: list[str]) -> Iterator[_Change]:
    for index, posting in enumerate(stored.postings):
        for account in accounts:
            other = replace(posting, ledger_account=account)
            yield _changed(stored, index, "ledger_account", other)


def _lost_lines(stored: StoredEntry, accounts: list[str]) -> Iterator[_Change]:
    for currency, minor in _excess(stored).items():
        if not minor:
            continue
        side = Side.CREDIT if minor > 0 else Side.DEBIT
        for index in range(len(stored.postings) + 1):
            line = index + FIRST_LINE
            for account in accounts:
                lost = StoredPosting(line, str(side), account, abs(minor), currency)
                yield _Change(
                    _with_postings(stored, index, index, lost),
                    Finding(
                        "postings", stored.row_of(line), "it is missing", str(lost), ""
                    ),
                )


def _changed(
    stored: StoredEntry, index: int, column: str, before: StoredPosting
) -> _Change:
    posting = stored.postings[index]
    return _Change(
        _with_postings(stored, index, index + 1, before),
        Finding(
            "postings",
            stored.row_of(posting.line),
            f"its {column} was changed",
            str(before),
            str(posting),
        ),
    )


def _with_postings(
    stored: StoredEntry, start: int, end: int, *instead: StoredPosting
) -> StoredEntry:
    postings = stored.postings
    return replace(stored, postings=(*postings[:start], *instead, *postings[end:]))


def _excess(stored: StoredEntry) -> Counter[str]:
    # Debits less credits, in each currency.
    excess = Counter[str]()
    for posting in stored.postings:
        sign = 1 if posting.side == Side.DEBIT else -1
        excess[posting.currency] += sign * posting.amount_minor
    return excess
