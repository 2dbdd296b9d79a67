"""Debts: what a patron owes after a chargeback is paid off his means, or given up."""

from datetime import datetime

from overallt.protocol.ids import UserId
from overallt_server.core import chart
from overallt_server.core.journal import EntryKind, JournalEntry
from overallt_server.core.money import Money


def paid_entry(
    patron: UserId, amount: Money, *, reference: str, reason: str, now: datetime
) -> JournalEntry:
    """Return the entry by which *patron* pays *amount* of his debt."""
    return JournalEntry.transfer(
        kind=EntryKind.DEBT_PAID,
        natural_key=f"{EntryKind.DEBT_PAID}:{reference}",
        memo=reason,
        made_at=now,
        debit=chart.means(patron),
        credit=chart.receivable(patron),
        amount=amount,
    )


def given_up_entry(
    patron: UserId, amount: Money, *, reference: str, reason: str, now: datetime
) -> JournalEntry:
    """Return the entry by which *amount* that *patron* owes is given up."""
    return JournalEntry.transfer(
        kind=EntryKind.DEBT_GIVEN_UP,
        natural_key=f"{EntryKind.DEBT_GIVEN_UP}:{reference}",
        memo=reason,
        made_at=now,
        debit=chart.CHARGEBACK_LOSS,
        credit=chart.receivable(patron),
        amount=amount,
    )
