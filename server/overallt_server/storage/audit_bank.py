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


async def missing(tx: Transaction, cash: LedgerAccount) -> list[str]:
    """List the keys of the movements that entries posted to *cash* and have no row."""
    name = journal_entries.c.natural_key
    # A natural key of the bank ends in its movement's key, after a colon.
    key = sa.func.substr(name, sa.func.length(name) - KEY_DIGITS + 1)
    rows = await tx.execute(
        sa.select(key.label("key"))
        .distinct()
        .join(
            postings,
            (journal_entries.c.patron_id == postings.c.patron_id)
            & (journal_entries.c.number == postings.c.number),
        )
        .outerjoin(bank_movements, key == bank_movements.c.key)
        .where(postings.c.ledger_account == str(cash), bank_movements.c.key.is_(None))
        .order_by(key)
    )
    return [row.key for row in rows]
