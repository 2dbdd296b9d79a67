"""Auditing whole tables: what no patron's chain tells, one after the other."""

from collections.abc import AsyncIterator, Callable
from typing import Final

from overallt_server.core.audit import Finding
from overallt_server.storage.database import Transaction
from overallt_server.use_cases.auditing_bank import audit_bank_movements
from overallt_server.use_cases.auditing_hashes import audit_all_hashes
from overallt_server.use_cases.auditing_intents import audit_all_intents
from overallt_server.use_cases.auditing_orders import audit_all_orders
from overallt_server.use_cases.auditing_payouts import audit_all_payouts

_AUDITS: Final[tuple[Callable[[Transaction], AsyncIterator[Finding]], ...]] = (
    audit_bank_movements,
    audit_all_payouts,
    audit_all_intents,
    audit_all_hashes,
)


async def audit_whole_tables(tx: Transaction) -> AsyncIterator[Finding]:
    """Check the bank, payouts, intents, what carries a hash, and orders by hand."""
    found = []
    for audit_all in _AUDITS:
        async for finding in audit_all(tx):
            found.append(finding)
            yield finding
    # Orders are held against what the others may have found at fault.
    async for finding in audit_all_orders(tx, found):
        yield finding
