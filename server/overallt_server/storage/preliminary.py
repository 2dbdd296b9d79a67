"""Preliminary shares: what each thing will have got once a closed period is settled.

They are divided by the very statement that settles a slice, from the same frozen pots,
so that they cannot come out otherwise; and summed over all patrons, so that no row
tells of one. A slice is added once. When its period is settled, all are forgotten.
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
from overallt_server.storage.periods import Slice, slice_of
from overallt_server.storage.plans import plan_for_many
from overallt_server.storage.schema import periods, preliminary_shares, slices
from overallt_server.storage.shares import ThingShares
from overallt_server.storage.uniqueness import inserting

_IS_NOT_SETTLED: Final = periods.c.settled_at.is_(None)
_IS_MISSING: Final = slices.c.previewed_at.is_(None)


@dataclass(frozen=True, slots=True)
class SlicesLeft:
    """How many slices of a period are not added, of all that it has."""

    left: int
    every: int


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
    rows = await tx.execute(
        sa.select(slices)
        .join(periods, periods.c.period == slices.c.period)
        .where(slices.c.period == period, _IS_NOT_SETTLED, _IS_MISSING)
        .order_by(slices.c.slice)
        .limit(1)
    )
    row = rows.one_or_none()
    if row is None:
        return None
    await tx.execute(
        sa.update(slices)
        .where(slices.c.period == period, slices.c.slice == row.slice)
        .values(previewed_at=at)
    )
    return slice_of(row)


async def add_slice(tx: Transaction, period: Period, slice_: Slice) -> None:
    """Add what the patrons of *slice_* will bring each thing."""
    values = {PERIOD.key: period, FIRST.key: slice_.first, LAST.key: slice_.last}
    await plan_for_many(tx)
    for summed in await summed_in(tx, period):
        await tx.execute(_adding(tx, summed), values)


async def summed_in(tx: Transaction, period: Period) -> list[sa.Select[Any]]:
    """Return what tells the rows that a slice of *period* adds, each by one of them."""
    has_teams = await teams.in_any(tx, period)
    return [
        _summed(divided)
        for divided in ((OWNERS_SHARES, TEAM_SHARES) if has_teams else (SHARES,))
    ]


async def slices_left(tx: Transaction, period: Period) -> SlicesLeft:
    """Count the slices of *period* that are not added."""
    row = (
        await tx.execute(
            sa.select(
                sa.func.count().filter(_IS_MISSING).label("left"),
                sa.func.count().label("every"),
            ).where(slices.c.period == period)
        )
    ).one()
    return SlicesLeft(row.left, row.every)


async def of_owner(
    tx: Transaction, owner: UserId, currency: str, *, period: Period | None
) -> list[ThingShares]:
    """List what *owner* will have got, by period (newest first) and thing.

    Only in *period*; ``None``: in all. One whose slices are not all added is left out.
    """
    column = preliminary_shares.c
    wanted = (
        sa.select(preliminary_shares)
        .where(
            column.owner_id == owner,
            column.currency == currency,
            column.period.in_(sa.select(periods.c.period).where(_IS_NOT_SETTLED)),
            ~sa.exists().where(slices.c.period == column.period, _IS_MISSING),
        )
        .order_by(column.period.desc(), column.thing_id)
    )
    if period is not None:
        wanted = wanted.where(column.period == period)
    rows = await tx.execute(wanted)
    return [
        ThingShares(row.period, ThingId(row.thing_id), row.flattrs, row.share_minor)
        for row in rows
    ]


async def forget(tx: Transaction, period: Period) -> None:
    """Forget those of *period*, which is settled."""
    await tx.execute(
        sa.delete(preliminary_shares).where(preliminary_shares.c.period == period)
    )


def _summed(divided: sa.Select[Any]) -> sa.Select[Any]:
    share = divided.subquery().c
    key = (share.period, share.owner_id, share.thing_id)
    return sa.select(
        *key,
        sa.func.count().label("flattrs"),
        sum_of(share.share_minor).label("share_minor"),
        sa.func.min(share.currency).label("currency"),
    ).group_by(*key)


def _adding(tx: Transaction, summed: sa.Select[Any]) -> sa.Insert:
    insert = inserting(tx, preliminary_shares).from_select(
        [column.name for column in preliminary_shares.c], summed
    )
    there, more = preliminary_shares.c, insert.excluded
    return insert.on_conflict_do_update(
        index_elements=list(preliminary_shares.primary_key),
        set_={
            "flattrs": there.flattrs + more.flattrs,
            "share_minor": there.share_minor + more.share_minor,
        },
    )
