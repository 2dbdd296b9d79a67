"""Auditing whole tables: what no patron's chain tells, one after the other."""

from collections.abc import AsyncIterator, Callable, Iterable
from typing import Final

from overallt_server.core.audit import Finding
from overallt_server.storage.database import Transaction
from overallt_server.use_cases.auditing_bank import audit_bank_movements
from overallt_server.use_cases.auditing_hashes import audit_all_hashes
from overallt_server.use_cases.auditing_intents import audit_all_intents
from overallt_server.use_cases.auditing_orders import audit_all_orders
from overallt_server.use_cases.auditing_payouts import audit_all_payouts
from overallt_server.use_cases.auditing_users import audit_all_users
from overallt_server.use_cases.auditing_witnesses import audit_all_witnesses

_AUDITS: Final[tuple[Callable[[Transaction], AsyncIterator[Finding]], ...]] = (
    audit_bank_movements,
    audit_all_payouts,
    audit_all_intents,
    audit_all_users,
)


async def audit_whole_tables(
    tx: Transaction, before: Iterable[Finding]
) -> list[Finding]:
    """Check bank, payouts, intents, users and orders, then hashes and witnesses.

    *before* is what was found so far: of a row that is at fault, neither its hash nor
    its witness says more.
    """
    found = [each for audit_all in _AUDITS async for each in audit_all(tx)]
    named = {(each.table, each.row) for each in (*before, *found)}
    for audit_all in (audit_all_hashes, audit_all_witnesses):
        found += [each async for each in audit_all(tx, named)]
        named |= {(each.table, each.row) for each in found}
    # Orders are held against what the others may have found at fault.
    return found + [each async for each in audit_all_orders(tx, found)]
