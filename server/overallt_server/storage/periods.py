"""Closed periods as they are stored, and the slices in which they are settled.

There is a row for each closed period and none for an open one; periods are closed in
order, without a gap, so the newest row tells which one is open.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from overallt.protocol.ids import UserId
from overallt_server.core import periods as core_periods
from overallt_server.core.periods import Period
from overallt_server.storage.database import Transaction
from overallt_server.storage.row_hashes import changed, hashed
from overallt_server.storage.schema import flattrs, periods, slices, users


@dataclass(frozen=True, slots=True)
class StoredPeriod:
    """A closed period; ``settled_at`` once all of its slices are settled.

    ``held_until`` is for shares that a card has paid; ``None``: they are not held.
    """

    period: Period
    fee_bps: int
    currency: str
    closed_at: datetime
    settled_at: datetime | None
    held_until: datetime | None


@dataclass(frozen=True, slots=True)
class Slice:
    """The patrons from *first* to *last*, who are settled in one transaction."""

    period: Period
    number: int
    first: UserId
    last: UserId


@dataclass(frozen=True, slots=True)
class SliceCounts:
    """How many slices of a period are settled, and summed, and how many there are."""

    settled: int
    summed: int
    every: int


async def get(tx: Transaction, period: Period) -> StoredPeriod | None:
    """Return the closed *period*, or ``None`` if it is not closed."""
    rows = await tx.execute(sa.select(periods).where(periods.c.period == period))
    row = rows.one_or_none()
    return None if row is None else _stored(row)


async def every(tx: Transaction) -> list[StoredPeriod]:
    """List all closed periods, newest first."""
    rows = await tx.execute(sa.select(periods).order_by(periods.c.period.desc()))
    return [_stored(row) for row in rows]


async def newest(tx: Transaction) -> Period | None:
    """Return the period that was closed last, or ``None`` if none was."""
    period: Period | None = (
        await tx.execute(sa.select(sa.func.max(periods.c.period)))
    ).scalar_one()
    return period


async def open_at(tx: Transaction, now: datetime) -> Period:
    """Return the period that takes flattrs in at *now*.

    See ``core.periods.open_at``.
    """
    return core_periods.open_at(now, closed=await newest(tx))


async def first(tx: Transaction) -> Period | None:
    """Return the period with which everything began, ``None`` before that.

    It is that of the first registration, or of a flattr from before it.
    """
    row = (
        await tx.execute(
            sa.select(
                sa.select(sa.func.min(users.c.registered_at)).scalar_subquery(),
                sa.select(sa.func.min(flattrs.c.period)).scalar_subquery(),
            )
        )
    ).one()
    registered_at, flattred = row
    began = [] if registered_at is None else [Period.of(registered_at)]
    return min(began if flattred is None else [*began, flattred], default=None)


async def add(tx: Transaction, period: StoredPeriod) -> None:
    """Store a newly closed *period*.

    Raises:
        sqlalchemy.exc.IntegrityError: it is closed already.
    """
    await tx.execute(
        sa.insert(periods).values(
            hashed(
                periods,
                {
                    "period": period.period,
                    "fee_bps": period.fee_bps,
                    "currency": period.currency,
                    "closed_at": period.closed_at,
                    "settled_at": period.settled_at,
                    "held_until": period.held_until,
                },
            )
        )
    )


async def mark_settled(tx: Transaction, period: Period, *, at: datetime) -> None:
    """Note that all slices of *period* are settled; the first time counts."""
    unsettled = (periods.c.period == period) & periods.c.settled_at.is_(None)
    rows = await tx.execute(sa.select(periods).where(unsettled).with_for_update())
    if (row := rows.one_or_none()) is not None:
        settled = changed(periods, row, settled_at=at)
        await tx.execute(sa.update(periods).where(unsettled).values(settled))


async def add_slice(tx: Transaction, slice_: Slice) -> None:
    """Plan *slice_*."""
    await tx.execute(
        sa.insert(slices).values(
            hashed(
                slices,
                {
                    "period": slice_.period,
                    "slice": slice_.number,
                    "first_patron_id": slice_.first,
                    "last_patron_id": slice_.last,
                    "settled_at": None,
                    "released_at": None,
                },
            )
        )
    )


async def claim_slice(
    tx: Transaction, period: Period, *, at: datetime, wait: bool
) -> Slice | None:
    """Claim a slice of *period* that nobody has settled, and mark it as settled.

    The claim is kept just if the transaction is. Slices that another worker is about
    to settle are passed over, or waited for if *wait*: that worker may fail.

    Returns:
        The slice; ``None`` if there is none left.
    """
    return await claim_first(
        tx,
        sa.select(slices)
        .where(slices.c.period == period, slices.c.settled_at.is_(None))
        .with_for_update(skip_locked=not wait),
        marked=slices.c.settled_at,
        at=at,
    )


async def claim_first(
    tx: Transaction,
    wanted: sa.Select[Any],
    *,
    marked: sa.Column[datetime],
    at: datetime,
) -> Slice | None:
    """Claim the first of the *wanted* slices, and note in column *marked* when.

    The claim is kept just if the transaction is.

    Returns:
        The slice; ``None`` if none is wanted.
    """
    in_order = wanted.order_by(slices.c.period, slices.c.slice).limit(1)
    row = (await tx.execute(in_order)).one_or_none()
    if row is None:
        return None
    await tx.execute(
        sa.update(slices)
        .where(slices.c.period == row.period, slices.c.slice == row.slice)
        .values(changed(slices, row, **{marked.name: at}))
    )
    return slice_of(row)


async def slices_left(tx: Transaction, period: Period) -> list[Slice]:
    """List the slices of *period* that nobody has settled."""
    rows = await tx.execute(
        sa.select(slices)
        .where(slices.c.period == period, slices.c.settled_at.is_(None))
        .order_by(slices.c.slice)
    )
    return [slice_of(row) for row in rows]


async def count_slices(tx: Transaction, period: Period) -> SliceCounts:
    """Count the slices of *period*."""
    row = (
        await tx.execute(
            sa.select(
                sa.func.count(slices.c.settled_at).label("settled"),
                sa.func.count(slices.c.previewed_at).label("summed"),
                sa.func.count().label("every"),
            ).where(slices.c.period == period)
        )
    ).one()
    return SliceCounts(row.settled, row.summed, row.every)


def slice_of(row: sa.Row[Any]) -> Slice:
    """Read a row of slices."""
    return Slice(
        row.period, row.slice, UserId(row.first_patron_id), UserId(row.last_patron_id)
    )


def _stored(row: sa.Row[Any]) -> StoredPeriod:
    return StoredPeriod(
        row.period,
        row.fee_bps,
        row.currency,
        row.closed_at,
        row.settled_at,
        row.held_until,
    )
