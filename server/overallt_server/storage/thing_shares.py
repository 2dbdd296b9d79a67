"""Shares summed over all patrons: what each thing brings its owners in a closed period.

They are divided by the very statement that settles a slice, from the same frozen pots,
so that they cannot come out otherwise; and no row tells of a patron. They are told
before their period is settled, are preliminary until then, and are kept: an owner whose
things a million patrons gave to is told of a row for each thing. A slice is added once.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.periods import Period
from overallt_server.storage import teams
from overallt_server.storage.database import Transaction
from overallt_server.storage.division import (
    FIRST,
    LAST,
    OWNERS_SHARES,
    PERIOD,
    SHARES,
    TEAM_SHARES,
    sum_of,
)
from overallt_server.storage.periods import Slice, claim_first
from overallt_server.storage.plans import plan_for_many
from overallt_server.storage.schema import periods, slices, thing_shares
from overallt_server.storage.uniqueness import inserting

_IS_NOT_SETTLED: Final = periods.c.settled_at.is_(None)
# A slice whose shares are not summed yet; its period is told of to nobody.
IS_MISSING: Final = slices.c.previewed_at.is_(None)


@dataclass(frozen=True, slots=True)
class ThingShares:
    """What *thing* brings in *period*: so many *flattrs*, and their shares in all."""

    period: Period
    thing: ThingId
    flattrs: int
    minor: int


async def claim_slice(tx: Transaction, period: Period, *, at: datetime) -> Slice | None:
    """Claim a slice of *period* that is not added, and mark it as added.

    Nobody else adds to the period, and it is not settled, before *tx* ends.

    Returns:
        The slice; ``None`` if there is none left, or the period is settled.
    """
    # By itself: what was done while this waited is seen by the next statement only.
    await tx.execute(
        sa.select(periods.c.period)
        .where(periods.c.period == period, _IS_NOT_SETTLED)
        .with_for_update()
    )
    return await claim_first(
        tx,
        sa.select(slices)
        .join(periods, periods.c.period == slices.c.period)
        .where(slices.c.period == period, _IS_NOT_SETTLED, IS_MISSING),
        marked=slices.c.previewed_at,
        at=at,
    )


async def add_slice(tx: Transaction, slice_: Slice) -> None:
    """Add what the patrons of *slice_* will bring each thing."""
    values = {
        PERIOD.key: slice_.period,
        FIRST.key: slice_.first,
        LAST.key: slice_.last,
    }
    await plan_for_many(tx)
    for summed in await summed_in(tx, slice_.period):
        await tx.execute(_adding(tx, summed), values)


async def summed_in(tx: Transaction, period: Period) -> list[sa.Select[Any]]:
    """Return what tells the rows that a slice of *period* adds, each by one of them."""
    has_teams = await teams.in_any(tx, period)
    return [
        _summed(divided)
        for divided in ((OWNERS_SHARES, TEAM_SHARES) if has_teams else (SHARES,))
    ]


async def of_owner(
    tx: Transaction,
    owner: UserId,
    currency: str,
    *,
    settled: bool | None,
    period: Period | None,
) -> list[ThingShares]:
    """List what *owner* got, or will have got, by period (newest first) and thing.

    Only in *period*, and in those that are *settled*, or are not; ``None``: in all. One
    whose slices are not all added is left out.
    """
    column = thing_shares.c
    wanted = (
        sa.select(thing_shares)
        .join(periods, periods.c.period == column.period)
        .where(
            column.owner_id == owner,
            column.currency == currency,
            ~sa.exists().where(slices.c.period == column.period, IS_MISSING),
        )
        .order_by(column.period.desc(), column.thing_id)
    )
    if settled is not None:
        wanted = wanted.where(~_IS_NOT_SETTLED if settled else _IS_NOT_SETTLED)
    if period is not None:
        wanted = wanted.where(column.period == period)
    rows = await tx.execute(wanted)
    return [
        ThingShares(row.period, ThingId(row.thing_id), row.flattrs, row.share_minor)
        for row in rows
    ]


def _summed(divided: sa.Select[Any]) -> sa.Select[Any]:
    share = divided.subquery().c
    key = (share.owner_id, share.period, share.thing_id)
    return sa.select(
        *key,
        sa.func.count().label("flattrs"),
        sum_of(share.share_minor).label("share_minor"),
        sa.func.min(share.currency).label("currency"),
    ).group_by(*key)


def _adding(tx: Transaction, summed: sa.Select[Any]) -> sa.Insert:
    insert = inserting(tx, thing_shares).from_select(
        [column.name for column in thing_shares.c], summed
    )
    there, more = thing_shares.c, insert.excluded
    return insert.on_conflict_do_update(
        index_elements=list(thing_shares.primary_key),
        set_={
            "flattrs": there.flattrs + more.flattrs,
            "share_minor": there.share_minor + more.share_minor,
        },
    )
