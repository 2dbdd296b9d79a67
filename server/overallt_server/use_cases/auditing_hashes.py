"""Auditing hashes: each row that tells itself twice, against its cells."""

from collections.abc import AsyncIterator, Collection

from overallt_server.core.audit import Finding
from overallt_server.storage.database import Transaction
from overallt_server.storage.row_hashes import changed_by_hand


async def audit_all_hashes(
    tx: Transaction, named: Collection[tuple[str, str]]
) -> AsyncIterator[Finding]:
    """Check each row that carries a hash over its cells, but those *named*.

    *named* are table and row of what other checks have found at fault.
    """
    async for table, key in changed_by_hand(tx):
        if (table, key) not in named:
            yield Finding(table, key, "it was changed by hand", "", "")
