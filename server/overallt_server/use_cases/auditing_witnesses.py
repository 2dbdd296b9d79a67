"""Auditing witnesses: of each row that nothing else would miss, whether it is there."""

from collections.abc import AsyncIterator, Collection

from overallt_server.core.audit import Finding, row
from overallt_server.storage import witnesses
from overallt_server.storage.database import Transaction


async def audit_all_witnesses(
    tx: Transaction, named: Collection[tuple[str, str]]
) -> AsyncIterator[Finding]:
    """Check that each witness has its row, and each row but those *named* its witness.

    *named* are table and row of what other checks have found at fault.
    """
    for table in witnesses.WITNESSED:
        for key in await witnesses.missing(tx, table):
            yield Finding(table.name, key, "it is missing", "", "")
        for key in await witnesses.without(tx, table):
            if (table.name, key) not in named:
                told = row(of_table=table.name, of_row=key)
                yield Finding("witnesses", told, "it is missing", "", "")
