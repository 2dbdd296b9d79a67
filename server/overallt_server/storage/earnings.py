"""What an owner has earned in closed periods, summed for looking at it.

The database sums: who has ten thousand things for years is not to wait for their rows.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.periods import Period
from overallt_server.storage.database import Transaction
from overallt_server.storage.schema import periods, slices, thing_shares, things
from overallt_server.storage.thing_shares import IS_MISSING


@dataclass(frozen=True, slots=True)
class PeriodEarnings:
    """What so many *things* brought in *period*, settled or (``None``) not yet."""

    period: Period
    settled_at: datetime | None
    things: int
    flattrs: int
    minor: int


@dataclass(frozen=True, slots=True)
class ThingEarnings:
    """What *thing*, which is at *url*, brought."""

    thing: ThingId
    url: str
    flattrs: int
    minor: int


async def by_period(
    tx: Transaction, owner: UserId, currency: str
) -> list[PeriodEarnings]:
    """Sum what *owner* got, or will have got, in each closed period, newest first.

    One whose slices are not all added is left out.
    """
    column = thing_shares.c
    # Summed before anything is asked of a period, which would be asked for each row.
    summed = (
        sa.select(
            column.period,
            sa.func.count().label("things"),
            sa.cast(sa.func.sum(column.flattrs), sa.BigInteger).label("flattrs"),
            sa.cast(sa.func.sum(column.share_minor), sa.BigInteger).label("minor"),
        )
        .where(column.owner_id == owner, column.currency == currency)
        .group_by(column.period)
        .subquery()
    )
    rows = await tx.execute(
        sa.select(summed, periods.c.settled_at)
        .join(periods, periods.c.period == summed.c.period)
        .where(_is_summed_up(summed.c.period))
        .order_by(summed.c.period.desc())
    )
    return [PeriodEarnings(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's own name for a row by its columns.


async def by_thing(
    tx: Transaction, owner: UserId, currency: str, period: Period
) -> list[ThingEarnings]:
    """List what each thing brought *owner* in *period*, the most first.

    Empty if its slices are not all added.
    """
    column = thing_shares.c
    rows = await tx.execute(
        sa.select(column.thing_id, things.c.url, column.flattrs, column.share_minor)
        .join(things, things.c.id == column.thing_id)
        .where(
            column.owner_id == owner,
            column.currency == currency,
            column.period == period,
            _is_summed_up(sa.literal(period, column.period.type)),
        )
        .order_by(column.share_minor.desc(), column.thing_id)
    )
    return [
        ThingEarnings(ThingId(row.thing_id), row.url, row.flattrs, row.share_minor)
        for row in rows
    ]


def _is_summed_up(period: sa.ColumnElement[Period]) -> sa.ColumnElement[bool]:
    return ~sa.exists().where(slices.c.period == period, IS_MISSING)
