"""Auditing orders: all of them, a few at a time, then what was done without any.

Money by hand needs an order from the first one on; before it nobody ordered anything.
"""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from overallt_server.core.audit import Finding, row
from overallt_server.core.audit_chains import StoredEntry, whole_entry
from overallt_server.core.audit_orders import OrdersAudit, StoredOrder
from overallt_server.core.deeds import ImportStatements, TakeAnswers
from overallt_server.core.journal import EntryKind
from overallt_server.core.orders import Verdict
from overallt_server.core.references import find
from overallt_server.storage import audit_orders, operators
from overallt_server.storage.database import Transaction

ORDERS_AT_ONCE: Final = 500

# Of this table each row tells itself whether it was changed.
_HASHED: Final = frozenset({"journal_entries"})
# With one of these gone, what it ordered is not at fault.
_OF_ORDERS: Final = frozenset({"orders", "order_outcomes"})
_UNORDERED: Final = "it was made by hand, and no confirmed order names it"


@dataclass(frozen=True, slots=True)
class _Ordered:
    """What confirmed orders did whose outcomes name no entry."""

    statements: set[str] = field(default_factory=set)
    rejected_payouts: set[int] = field(default_factory=set)

    def note(self, stored: StoredOrder) -> None:
        """Note what *stored* did, if it was confirmed."""
        outcome = stored.outcome
        if outcome is None or outcome.verdict != Verdict.CONFIRMED:
            return
        match stored.deed:
            case ImportStatements(statements=statements):
                self.statements.update(statements)
            case TakeAnswers(payouts=payouts):
                self.rejected_payouts.update(payouts)

    def rejects(self, entry: StoredEntry) -> bool:
        """Tell whether *entry* rejects a payout as the bank's answer said."""
        _, number = find(entry.natural_key) or (None, None)
        is_rejection = entry.kind == EntryKind.PAYOUT_REJECTED
        return is_rejection and number in self.rejected_payouts


async def audit_all_orders(
    tx: Transaction, before: Iterable[Finding]
) -> AsyncIterator[Finding]:
    """Check all orders; *before* is what the audit has found of all else."""
    doubted = {each.table for each in before}
    audit = OrdersAudit(await operators.terms(tx), doubted)
    ordered = _Ordered()
    last = 0
    while stored := await audit_orders.after(tx, last, count=ORDERS_AT_ONCE):
        for each in stored:
            audit.check(each)
            ordered.note(each)
        last = stored[-1].row.number
    for number in await audit_orders.lone_outcomes(tx):
        audit.miss(number)
    for finding in audit.findings:
        yield finding
    since = await audit_orders.first_at(tx)
    if since is None or audit.findings or doubted & _OF_ORDERS:
        return
    async for finding in _unordered(tx, since, ordered):
        if finding.table not in doubted - _HASHED:
            yield finding


async def _unordered(
    tx: Transaction, since: datetime, ordered: _Ordered
) -> AsyncIterator[Finding]:
    for entry in await audit_orders.entries_without(tx, since):
        # One that was changed is named by the audit of its chain.
        if whole_entry(entry) is not None and not ordered.rejects(entry):
            key = entry.natural_key
            yield Finding("journal_entries", entry.row, _UNORDERED, "", key)
    for number in await audit_orders.files_without(tx, since):
        yield Finding("payout_files", row(number=number), _UNORDERED, "", "")
    for key in await audit_orders.statements_since(tx, since):
        if key not in ordered.statements:
            yield Finding("bank_statements", row(key=key), _UNORDERED, "", "")
