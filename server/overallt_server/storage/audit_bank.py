"""What an audit of the bank reads: the entries that movements were booked with."""

from collections.abc import Iterable

import sqlalchemy as sa

from overallt_server.core.audit_chains import StoredEntry
from overallt_server.core.bank_statements import KEY_DIGITS
from overallt_server.core.chart import LedgerAccount
from overallt_server.storage.audit import stored_entries
from overallt_server.storage.database import Transaction
from overallt_server.storage.schema import bank_movements, journal_entries, postings


async def entries_called(
    tx: Transaction, chains: Iterable[int], keys: Iterable[str]
) -> list[StoredEntry]:
    """List the entries in *chains* of the natural keys *keys*."""
    called = journal_entries.c.patron_id.in_(
        list(chains)
    ) & journal_entries.c.natural_key.in_(list(keys))
    # As a query, since SQLite looks a list of pairs up in no index.
    chosen = sa.select(journal_entries.c.patron_id, journal_entries.c.number)
    return await stored_entries(
        tx,
        called,
        sa.tuple_(postings.c.patron_id, postings.c.number).in_(chosen.where(called)),
    )


async def entries_without_movement(
    tx: Transaction, cash: LedgerAccount
) -> list[tuple[int, int]]:
    """List chain and number of the entries that post to *cash* for no movement."""
    name = journal_entries.c.natural_key
    # A natural key of the bank ends in its movement's key, after a colon.
    rows = await tx.execute(
        sa.select(postings.c.patron_id, postings.c.number)
        .join(
            journal_entries,
            (journal_entries.c.patron_id == postings.c.patron_id)
            & (journal_entries.c.number == postings.c.number),
        )
        .outerjoin(
            bank_movements,
            sa.func.substr(name, sa.func.length(name) - KEY_DIGITS + 1)
            == bank_movements.c.key,
        )
        .where(postings.c.ledger_account == str(cash), bank_movements.c.key.is_(None))
        .order_by(postings.c.patron_id, postings.c.number)
    )
    return [(row.patron_id, row.number) for row in rows]
