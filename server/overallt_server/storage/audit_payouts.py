"""What an audit of payouts reads: whose they are, what is on its way."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from overallt_server.core.chart import LedgerAccount, Side, in_transit
from overallt_server.core.journal import EntryKind
from overallt_server.core.payouts import requested_key
from overallt_server.core.references import payout_reference, return_reference
from overallt_server.storage.database import Transaction
from overallt_server.storage.schema import (
    HOUSE,
    bank_movements,
    journal_entries,
    payouts,
    postings,
)


async def on_their_way(tx: Transaction) -> Mapping[int, list[LedgerAccount]]:
    """Return, by chain, the ledger accounts of all that was ever put on its way."""
    by_chain = defaultdict[int, list[LedgerAccount]](list)
    for row in await tx.execute(sa.select(payouts.c.owner_id, payouts.c.number)):
        account = in_transit(payout_reference(row.number))
        by_chain[row.owner_id].append(account)
        by_chain[HOUSE].append(account)
    sent_back = bank_movements.c.resolved_at.is_not(None)
    for row in await tx.execute(sa.select(bank_movements.c.number).where(sent_back)):
        by_chain[HOUSE].append(in_transit(return_reference(row.number)))
    return by_chain


async def balances(
    tx: Transaction, accounts: Iterable[LedgerAccount]
) -> Mapping[str, int]:
    """Return the balances of *accounts*, liabilities of one currency each."""
    amount = postings.c.amount_minor
    signed = sa.case((postings.c.side == str(Side.CREDIT), amount), else_=-amount)
    rows = await tx.execute(
        sa.select(
            postings.c.ledger_account,
            sa.cast(sa.func.sum(signed), sa.BigInteger).label("minor"),
        )
        .where(
            postings.c.ledger_account.in_([str(each) for each in accounts]),
        )
        .group_by(postings.c.ledger_account)
    )
    return {row.ledger_account: row.minor for row in rows}


async def missing(tx: Transaction) -> list[str]:
    """List the numbers of the payouts that entries ask for and that have no row."""
    # The number stands behind the letters and the length, see core.references.
    begins = len(requested_key("RF00PA0")) + 1
    number = sa.func.substr(journal_entries.c.natural_key, begins)
    rows = await tx.execute(
        sa.select(number.label("number"))
        .outerjoin(payouts, sa.cast(payouts.c.number, sa.Text) == number)
        .where(
            journal_entries.c.kind == str(EntryKind.PAYOUT_REQUESTED),
            payouts.c.number.is_(None),
        )
        .order_by(number)
    )
    return [row.number for row in rows]
