"""Patrons' lots, told from their entries as they are stored."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

import sqlalchemy as sa

from overallt.protocol.ids import UserId
from overallt_server.core.audit_chains import as_entry
from overallt_server.core.cards import CASH_AT_PROVIDER
from overallt_server.core.chart import Side
from overallt_server.core.journal import BrokenBooks, JournalEntry
from overallt_server.core.lots import Lots
from overallt_server.storage.audit import stored_entries
from overallt_server.storage.database import Transaction
from overallt_server.storage.journal import debts_of, means_of
from overallt_server.storage.schema import journal_entries, postings

# As words of the statement: an index of some rows serves no value given later.
_CARD: Final = sa.bindparam(
    "card", str(CASH_AT_PROVIDER), sa.Text, literal_execute=True
)
_DEBIT: Final = sa.bindparam("debit", str(Side.DEBIT), sa.Text, literal_execute=True)


async def of(tx: Transaction, patron: UserId) -> Lots:
    """Return the lots of *patron*, as they are in *tx*.

    Raises:
        BrokenBooks: an entry of his says what no entry can.
    """
    lots = Lots(patron)
    for entry in (await entries_of(tx, [patron])).get(patron, ()):
        lots.book(entry)
    return lots


async def entries_of(
    tx: Transaction, patrons: Sequence[UserId]
) -> Mapping[UserId, Sequence[JournalEntry]]:
    """Return the entries that touch means or debts of each of *patrons*, in order.

    Raises:
        BrokenBooks: one says what no entry can.
    """
    touching = sa.select(postings.c.patron_id, postings.c.number).where(
        postings.c.patron_id.in_(patrons),
        postings.c.ledger_account.in_(
            [means_of(postings.c.patron_id), debts_of(postings.c.patron_id)]
        ),
    )
    entry_key = sa.tuple_(journal_entries.c.patron_id, journal_entries.c.number)
    posting_key = sa.tuple_(postings.c.patron_id, postings.c.number)
    entries = defaultdict[UserId, list[JournalEntry]](list)
    for stored in await stored_entries(
        tx,
        journal_entries.c.patron_id.in_(patrons) & entry_key.in_(touching),
        postings.c.patron_id.in_(patrons) & posting_key.in_(touching),
    ):
        entry = as_entry(stored)
        if entry is None:
            raise BrokenBooks(f"journal_entries [{stored.row}] cannot be read")
        entries[UserId(stored.chain)].append(entry)
    return entries


async def who_paid_by_card(
    tx: Transaction, first: UserId, last: UserId
) -> list[UserId]:
    """List the patrons from *first* to *last* who ever paid by card."""
    rows = await tx.execute(
        sa.select(postings.c.patron_id)
        .where(
            postings.c.patron_id.between(first, last),
            postings.c.ledger_account == _CARD,
            postings.c.side == _DEBIT,
        )
        .distinct()
        .order_by(postings.c.patron_id)
    )
    return [UserId(row.patron_id) for row in rows]
