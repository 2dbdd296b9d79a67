"""What is stored of held shares: until when, and which slices are released.

Whose they are is told by shares and lots (``core.held_shares``), and not stored.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from overallt.protocol.ids import UserId
from overallt_server.core import chart
from overallt_server.core.chart import Side
from overallt_server.core.held_revenue import HeldLine
from overallt_server.core.held_shares import DividedPot
from overallt_server.core.journal import EntryKind
from overallt_server.core.periods import Period
from overallt_server.core.settlement import FIRST_REVISION
from overallt_server.storage.database import Transaction
from overallt_server.storage.division import sum_of
from overallt_server.storage.periods import Slice, claim_first
from overallt_server.storage.schema import (
    journal_entries,
    periods,
    postings,
    pots,
    shares,
    slices,
)


async def divided_pots(
    tx: Transaction, period: Period, patrons: Sequence[UserId]
) -> dict[UserId, DividedPot]:
    """Return what the pots above zero of some *patrons* became in *period*."""
    earned = defaultdict[UserId, dict[UserId, int]](dict)
    for row in await tx.execute(
        sa.select(
            shares.c.patron_id,
            shares.c.owner_id,
            sum_of(shares.c.share_minor).label("minor"),
        )
        .where(
            shares.c.patron_id.in_(patrons),
            shares.c.period == period,
            shares.c.revision == FIRST_REVISION,
        )
        .group_by(shares.c.patron_id, shares.c.owner_id)
    ):
        earned[UserId(row.patron_id)][UserId(row.owner_id)] = row.minor
    rows = await tx.execute(
        sa.select(pots.c.patron_id, pots.c.pot_minor).where(
            pots.c.patron_id.in_(patrons), pots.c.period == period, pots.c.pot_minor > 0
        )
    )
    return {
        UserId(patron): DividedPot(period, of, pot_minor - sum(of.values()))
        for patron, pot_minor in rows
        for of in (earned[UserId(patron)],)
    }


async def still_held(tx: Transaction, patron: UserId) -> list[Period]:
    """List the periods, newest first, whose shares by *patron* may be held."""
    rows = await tx.execute(
        sa.select(pots.c.period)
        .join(periods, periods.c.period == pots.c.period)
        .join(
            slices,
            (slices.c.period == pots.c.period) & (slices.c.slice == pots.c.slice),
        )
        .where(
            pots.c.patron_id == patron,
            periods.c.held_until.is_not(None),
            slices.c.settled_at.is_not(None),
            slices.c.released_at.is_(None),
        )
        .order_by(pots.c.period.desc())
    )
    return [row.period for row in rows]


async def claim_due(tx: Transaction, now: datetime) -> Slice | None:
    """Claim a slice whose held shares are due *now*, and mark it as released.

    The claim is kept just if the transaction is.

    Returns:
        The slice; ``None`` if nothing is due.
    """
    return await claim_first(
        tx,
        sa.select(slices)
        .join(periods, periods.c.period == slices.c.period)
        .where(
            periods.c.held_until <= now,
            slices.c.settled_at.is_not(None),
            slices.c.released_at.is_(None),
        )
        .with_for_update(of=slices),
        marked=slices.c.released_at,
        at=now,
    )


async def lines_of(tx: Transaction, owner: UserId, currency: str) -> list[HeldLine]:
    """List what ever was held for *owner*, and what ended it, by time."""
    credit = sa.case((postings.c.side == str(Side.CREDIT), 1), else_=-1)
    rows = await tx.execute(
        sa.select(
            journal_entries.c.kind,
            journal_entries.c.natural_key,
            journal_entries.c.made_at,
            (credit * postings.c.amount_minor).label("minor"),
        )
        .join(
            journal_entries,
            (journal_entries.c.patron_id == postings.c.patron_id)
            & (journal_entries.c.number == postings.c.number),
        )
        .where(
            postings.c.ledger_account == str(chart.held(owner)),
            postings.c.currency == currency,
        )
        .order_by(journal_entries.c.made_at, journal_entries.c.number)
    )
    return [
        HeldLine(EntryKind(row.kind), row.natural_key, row.made_at, row.minor)
        for row in rows
    ]


async def held_until(tx: Transaction) -> dict[Period, datetime]:
    """Return until when the shares of each period are held that holds any."""
    rows = await tx.execute(
        sa.select(periods.c.period, periods.c.held_until).where(
            periods.c.held_until.is_not(None)
        )
    )
    return {row.period: row.held_until for row in rows}
