"""A patron's lots, told from his entries as they are stored."""

import sqlalchemy as sa

from overallt.protocol.ids import UserId
from overallt_server.core import chart
from overallt_server.core.audit_chains import as_entry
from overallt_server.core.journal import BrokenBooks
from overallt_server.core.lots import Lots
from overallt_server.storage.audit import stored_entries
from overallt_server.storage.database import Transaction
from overallt_server.storage.schema import journal_entries, postings


async def of(tx: Transaction, patron: UserId) -> Lots:
    """Return the lots of *patron*, as they are in *tx*.

    Raises:
        BrokenBooks: an entry of his says what no entry can.
    """
    touching = sa.select(postings.c.number).where(
        postings.c.patron_id == patron,
        postings.c.ledger_account == str(chart.means(patron)),
    )
    lots = Lots(patron)
    for stored in await stored_entries(
        tx,
        (journal_entries.c.patron_id == patron)
        & journal_entries.c.number.in_(touching),
        (postings.c.patron_id == patron) & postings.c.number.in_(touching),
    ):
        entry = as_entry(stored)
        if entry is None:
            raise BrokenBooks(f"journal_entries [{stored.row}] cannot be read")
        lots.book(entry)
    return lots
