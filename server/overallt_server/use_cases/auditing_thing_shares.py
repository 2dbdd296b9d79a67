"""Auditing the sums of shares by thing, once all that they sum is in order."""

from overallt_server.core.audit import Finding
from overallt_server.core.audit_thing_shares import (
    Difference,
    Fingerprints,
    audit_difference,
    audit_marks,
    prefixes,
)
from overallt_server.storage import audit_thing_shares, periods
from overallt_server.storage.database import Transaction
from overallt_server.storage.periods import Slice, StoredPeriod


async def audit_all_thing_shares(
    tx: Transaction, of_shares: Fingerprints
) -> list[Finding]:
    """Check all of them; *of_shares* are the fingerprints of the shares.

    Those of a period that is not settled cost as much as to divide its pots once more.
    """
    found = [audit_difference(each) for each in await audit_thing_shares.strays(tx)]
    for stored in await periods.every(tx):
        found += await _audit_period(tx, stored, of_shares)
    return found


async def _audit_period(
    tx: Transaction, stored: StoredPeriod, of_shares: Fingerprints
) -> list[Finding]:
    period = stored.period
    slices = await audit_thing_shares.marked_slices(tx, period)
    marked = [is_marked for _, is_marked in slices]
    differing = []
    # Of a settled period, every slice was added before it was settled.
    likely = prefixes(marked) if stored.settled_at is None else [len(slices)]
    for added in likely:
        differences = await _differences(
            tx, stored, [slice_ for slice_, _ in slices[:added]], of_shares
        )
        if not differences:
            return list(audit_marks(period, marked, added=added))
        differing.append(differences)
    return [audit_difference(each) for each in differing[0]]


async def _differences(
    tx: Transaction,
    stored: StoredPeriod,
    added: list[Slice],
    of_shares: Fingerprints,
) -> list[Difference]:
    period = stored.period
    if stored.settled_at is None:
        return await audit_thing_shares.differences_from_pots(tx, period, added)
    found = await audit_thing_shares.fingerprint_of(tx, period, stored.currency)
    if found == of_shares.of(period):
        return []
    return await audit_thing_shares.differences_from_shares(tx, period)
