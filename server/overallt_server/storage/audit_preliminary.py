"""What an audit reads of preliminary shares: those that differ from the pots."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.audit_preliminary import Difference, Told
from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.storage import preliminary
from overallt_server.storage.database import Transaction
from overallt_server.storage.division import FIRST, LAST, PERIOD
from overallt_server.storage.periods import Slice, slice_of
from overallt_server.storage.schema import periods, preliminary_shares, slices

_COLUMNS = ("flattrs", "share_minor", "currency")


async def marked_slices(tx: Transaction, period: Period) -> list[tuple[Slice, bool]]:
    """List the slices of *period* in order, and whether they are marked as added."""
    rows = await tx.execute(
        sa.select(slices).where(slices.c.period == period).order_by(slices.c.slice)
    )
    return [(slice_of(row), row.previewed_at is not None) for row in rows]


async def differences(
    tx: Transaction, period: Period, added: Sequence[Slice]
) -> list[Difference]:
    """List where the rows of *period* are not what the slices *added* bring."""
    told = sa.union_all(*await preliminary.summed_in(tx, period)).cte("told")
    stored = (
        sa.select(preliminary_shares)
        .where(preliminary_shares.c.period == PERIOD)
        .cte("stored")
    )
    same_row = sa.and_(
        stored.c.owner_id == told.c.owner_id, stored.c.thing_id == told.c.thing_id
    )
    is_other = sa.or_(
        stored.c.owner_id.is_(None),
        *(stored.c[name] != told.c[name] for name in _COLUMNS),
    )
    rows = await tx.execute(
        sa.union_all(
            _both(told, told, stored)
            .select_from(told.outerjoin(stored, same_row))
            .where(is_other),
            _both(stored, told, stored)
            .select_from(stored.outerjoin(told, same_row))
            .where(told.c.owner_id.is_(None)),
        ),
        {
            PERIOD.key: period,
            FIRST.key: added[0].first if added else 0,
            LAST.key: added[-1].last if added else 0,
        },
    )
    return [
        Difference(
            period,
            UserId(row.owner_id),
            ThingId(row.thing_id),
            _told(row, "told"),
            _told(row, "stored"),
        )
        for row in rows
    ]


async def strays(tx: Transaction) -> list[Difference]:
    """List the rows of periods that are not closed, or settled."""
    unsettled = sa.select(periods.c.period).where(periods.c.settled_at.is_(None))
    rows = await tx.execute(
        sa.select(preliminary_shares).where(
            preliminary_shares.c.period.not_in(unsettled)
        )
    )
    return [
        Difference(
            row.period,
            UserId(row.owner_id),
            ThingId(row.thing_id),
            None,
            Told(row.flattrs, Money(row.share_minor, row.currency)),
        )
        for row in rows
    ]


def _both(of: sa.CTE, told: sa.CTE, stored: sa.CTE) -> sa.Select[Any]:
    return sa.select(
        of.c.owner_id,
        of.c.thing_id,
        *(
            each.c[name].label(f"{each.name}_{name}")
            for each in (told, stored)
            for name in _COLUMNS
        ),
    )


def _told(row: sa.Row[Any], by: str) -> Told | None:
    flattrs, minor, currency = (getattr(row, f"{by}_{name}") for name in _COLUMNS)
    return None if currency is None else Told(flattrs, Money(minor, currency))
