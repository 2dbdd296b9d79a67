"""Shares as they are stored: what each thing got of each pot. Append-only (I2).

They are added by ``storage.settlement``.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.periods import Period
from overallt_server.storage.database import Transaction
from overallt_server.storage.schema import shares

# PostgreSQL sums bigint to numeric; the sum of nothing is NULL.
_SUM = sa.cast(sa.func.coalesce(sa.func.sum(shares.c.share_minor), 0), sa.BigInteger)


@dataclass(frozen=True, slots=True)
class ThingShares:
    """What *thing* got in *period*: so many *flattrs*, and their shares in all."""

    period: Period
    thing: ThingId
    flattrs: int
    minor: int


async def of_owner(
    tx: Transaction, owner: UserId, currency: str, *, period: Period | None
) -> list[ThingShares]:
    """Sum the shares of *owner* by period (newest first) and thing.

    Only those of *period*; ``None``: of all.
    """
    summed = (
        sa.select(
            shares.c.period,
            shares.c.thing_id,
            # A correction is one more share of the same patron.
            sa.func.count(shares.c.patron_id.distinct()).label("flattrs"),
            _SUM.label("minor"),
        )
        .where(shares.c.owner_id == owner, shares.c.currency == currency)
        .group_by(shares.c.period, shares.c.thing_id)
        .order_by(shares.c.period.desc(), shares.c.thing_id)
    )
    if period is not None:
        summed = summed.where(shares.c.period == period)
    rows = await tx.execute(summed)
    return [
        ThingShares(row.period, ThingId(row.thing_id), row.flattrs, row.minor)
        for row in rows
    ]
