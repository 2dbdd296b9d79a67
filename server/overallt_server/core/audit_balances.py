"""Auditing balances: what no ledger account may be, and what cash has to cover.

That all debits equal all credits needs no check of its own here: every entry balances,
and no posting is without its entry (``core.audit_chains``).
"""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from overallt_server.core.audit import Finding, row
from overallt_server.core.audit_pots import BookedEntry
from overallt_server.core.chart import AccountKind, AccountName, LedgerAccount, Side
from overallt_server.core.money import Money

# Only the chain of the patron they belong to posts to these.
OF_PATRONS: Final = frozenset(
    {AccountName.MEANS, AccountName.RESERVED, AccountName.RECEIVABLE}
)


class PatronBalances:
    """The balances of one chain's own ledger accounts, entry by entry.

    The house owns none, so its chain may post to no patron's.
    """

    def __init__(self, chain: int) -> None:
        """Begin before the first entry of *chain*."""
        self.findings: Final[list[Finding]] = []
        self._chain: Final = str(chain)
        self._minor: Final = Counter[tuple[LedgerAccount, str]]()

    def book(self, booked: BookedEntry) -> None:
        """Add the postings of *booked*."""
        touched = set[tuple[LedgerAccount, str]]()
        for posting in booked.entry.postings:
            account, amount = posting.ledger_account, posting.amount
            if account.name not in OF_PATRONS:
                continue
            if account.of.partition(":")[0] != self._chain:
                problem = f"it posts to {account}, of another patron"
                self.findings.append(
                    Finding("journal_entries", booked.row, problem, "", "")
                )
            sign = 1 if posting.side is account.normal_side else -1
            self._minor[account, amount.currency] += sign * amount.minor
            touched.add((account, amount.currency))
        for account, currency in touched:
            minor = self._minor[account, currency]
            if minor < 0:
                self.findings.append(
                    Finding(
                        "journal_entries",
                        booked.row,
                        f"it takes {account} below zero",
                        str(Money(0, currency)),
                        str(Money(minor, currency)),
                    )
                )


class Balances:
    """The balances that all chains share, and the sums of all."""

    def __init__(self) -> None:
        """Begin with nothing booked."""
        self._minor: Final = Counter[tuple[LedgerAccount, str]]()
        self._minor_by_kind: Final = Counter[tuple[AccountKind, str]]()

    def book(self, booked: BookedEntry) -> None:
        """Add the postings of *booked*."""
        for posting in booked.entry.postings:
            sign = 1 if posting.side is Side.DEBIT else -1
            minor, currency = posting.amount.minor, posting.amount.currency
            self.add(posting.ledger_account, sign * minor, currency)

    def add(self, account: LedgerAccount, minor: int, currency: str) -> None:
        """Add *minor* to *account*, on its debit side."""
        if account.normal_side is Side.CREDIT:
            minor = -minor
        # What patrons owe us covers nothing.
        if account.name is not AccountName.RECEIVABLE:
            self._minor_by_kind[account.kind, currency] += minor
        if account.name not in OF_PATRONS:
            self._minor[account, currency] += minor

    def findings(self) -> Iterator[Finding]:
        """Check all of them, once everything is booked."""
        for (account, currency), minor in self._minor.items():
            is_below = minor < 0 and account.kind is AccountKind.LIABILITY
            is_left = minor != 0 and account.name is AccountName.CLEARING
            if is_below or is_left:
                yield _found(
                    row(ledger_account=account),
                    "its balance is below zero" if is_below else "it is not cleared",
                    0,
                    minor,
                    currency,
                )
        for currency in sorted({currency for _kind, currency in self._minor_by_kind}):
            cash = self._minor_by_kind[AccountKind.ASSET, currency]
            owed = self._minor_by_kind[AccountKind.LIABILITY, currency]
            if cash < owed:
                yield _found(
                    row(ledger_account="cash"),
                    "the clients' cash does not cover what they are owed",
                    owed,
                    cash,
                    currency,
                )


def _found(
    key: str, problem: str, expected_minor: int, found_minor: int, currency: str
) -> Finding:
    expected, found = Money(expected_minor, currency), Money(found_minor, currency)
    return Finding("postings", key, problem, str(expected), str(found))
