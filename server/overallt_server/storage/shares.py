"""Shares as they are stored: what each thing got of each pot. Append-only (I2)."""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.periods import Period
from overallt_server.core.settlement import FIRST_REVISION, Settlement
from overallt_server.storage.database import Transaction
from overallt_server.storage.schema import shares

# PostgreSQL sums bigint to numeric; the sum of nothing is NULL.
_SUM = sa.cast(sa.func.coalesce(sa.func.sum(shares.c.share_minor), 0), sa.BigInteger)


@dataclass(frozen=True, slots=True)
class ThingShares:
    """The sum of what *thing* got of all pots of *period*."""

    period: Period
    thing: ThingId
    minor: int


async def add(
    tx: Transaction,
    period: Period,
    settlements: Mapping[UserId, Settlement],
    currency: str,
) -> None:
    """Store the shares of each patron's settlement, those of zero included.

    Raises:
        sqlalchemy.exc.IntegrityError: a patron's are stored already.
    """
    rows = [
        {
            "patron_id": patron,
            "period": period,
            "thing_id": share.thing,
            "revision": FIRST_REVISION,
            "owner_id": share.owner,
            "share_minor": share.minor,
            "currency": currency,
        }
        for patron, settlement in settlements.items()
        for share in settlement.shares
    ]
    if rows:
        await tx.execute(sa.insert(shares), rows)


async def of_owner(tx: Transaction, owner: UserId, currency: str) -> list[ThingShares]:
    """Sum the shares of *owner* by period (newest first) and thing."""
    rows = await tx.execute(
        sa.select(shares.c.period, shares.c.thing_id, _SUM.label("minor"))
        .where(shares.c.owner_id == owner, shares.c.currency == currency)
        .group_by(shares.c.period, shares.c.thing_id)
        .order_by(shares.c.period.desc(), shares.c.thing_id)
    )
    return [ThingShares(row.period, ThingId(row.thing_id), row.minor) for row in rows]
