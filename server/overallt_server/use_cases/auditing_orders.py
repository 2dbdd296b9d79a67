"""Auditing orders: all of them, a few at a time, then what was done without any.

Money by hand needs an order from the first one on; before it nobody ordered anything.
"""

from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from typing import Final

from overallt_server.core.audit import Finding, row
from overallt_server.core.audit_chains import whole_entry
from overallt_server.core.audit_orders import OrdersAudit, StoredOrder
from overallt_server.core.deeds import ImportStatements
from overallt_server.core.orders import Verdict
from overallt_server.storage import audit_orders, operators
from overallt_server.storage.database import Transaction

ORDERS_AT_ONCE: Final = 500

# Of this table each row tells itself whether it was changed.
_HASHED: Final = frozenset({"journal_entries"})
# With one of these gone, what it ordered is not at fault.
_OF_ORDERS: Final = frozenset({"orders", "order_outcomes"})
_UNORDERED: Final = "it was made by hand, and no confirmed order names it"


async def audit_all_orders(
    tx: Transaction, before: Iterable[Finding]
) -> AsyncIterator[Finding]:
    """Check all orders; *before* is what the audit has found of all else."""
    doubted = {each.table for each in before}
    audit = OrdersAudit(await operators.terms(tx), doubted)
    imported: set[str] = set()
    last = 0
    while stored := await audit_orders.after(tx, last, count=ORDERS_AT_ONCE):
        for each in stored:
            audit.check(each)
            imported.update(_imported_by(each))
        last = stored[-1].row.number
    for number in await audit_orders.lone_outcomes(tx):
        audit.miss(number)
    for finding in audit.findings:
        yield finding
    since = await audit_orders.first_at(tx)
    if since is None or audit.findings or doubted & _OF_ORDERS:
        return
    async for finding in _unordered(tx, since, imported):
        if finding.table not in doubted - _HASHED:
            yield finding


async def _unordered(
    tx: Transaction, since: datetime, imported: set[str]
) -> AsyncIterator[Finding]:
    for entry in await audit_orders.entries_without(tx, since):
        # One that was changed is named by the audit of its chain.
        if whole_entry(entry) is not None:
            key = entry.natural_key
            yield Finding("journal_entries", entry.row, _UNORDERED, "", key)
    for number in await audit_orders.files_without(tx, since):
        yield Finding("payout_files", row(number=number), _UNORDERED, "", "")
    for key in await audit_orders.statements_since(tx, since):
        if key not in imported:
            yield Finding("bank_statements", row(key=key), _UNORDERED, "", "")


def _imported_by(stored: StoredOrder) -> tuple[str, ...]:
    deed, outcome = stored.deed, stored.outcome
    if outcome is None or outcome.verdict != Verdict.CONFIRMED:
        return ()
    return deed.statements if isinstance(deed, ImportStatements) else ()
