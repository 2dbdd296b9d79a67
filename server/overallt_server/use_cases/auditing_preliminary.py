"""Auditing preliminary shares: those of each closed period that is not settled."""

from overallt_server.core.audit import Finding
from overallt_server.core.audit_preliminary import (
    audit_difference,
    audit_marks,
    prefixes,
)
from overallt_server.core.periods import Period
from overallt_server.storage import audit_preliminary, periods
from overallt_server.storage.database import Transaction


async def audit_all_preliminary(tx: Transaction) -> list[Finding]:
    """Check all preliminary shares; it costs as much as to compute them once more."""
    found = [audit_difference(each) for each in await audit_preliminary.strays(tx)]
    for stored in await periods.every(tx):
        if stored.settled_at is None:
            found += await _audit_period(tx, stored.period)
    return found


async def _audit_period(tx: Transaction, period: Period) -> list[Finding]:
    slices = await audit_preliminary.marked_slices(tx, period)
    marked = [is_marked for _, is_marked in slices]
    differing = []
    for added in prefixes(marked):
        first = [slice_ for slice_, _ in slices[:added]]
        differences = await audit_preliminary.differences(tx, period, first)
        if not differences:
            return list(audit_marks(period, marked, added=added))
        differing.append(differences)
    return [audit_difference(each) for each in differing[0]]
