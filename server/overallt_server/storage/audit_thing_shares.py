"""What an audit reads of the sums by thing: those that differ from what they sum."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.allocation import PRIME
from overallt_server.core.audit_thing_shares import Difference, Fingerprint, Told
from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.storage import thing_shares as sums
from overallt_server.storage.database import Transaction
from overallt_server.storage.division import (
    FIRST,
    LAST,
    PERIOD,
    sum_of,
    tie_key,
)
from overallt_server.storage.periods import Slice, slice_of
from overallt_server.storage.schema import periods, shares, slices, thing_shares

_COLUMNS = ("flattrs", "share_minor", "currency")


async def marked_slices(tx: Transaction, period: Period) -> list[tuple[Slice, bool]]:
    """List the slices of *period* in order, and whether they are marked as added."""
    rows = await tx.execute(
        sa.select(slices).where(slices.c.period == period).order_by(slices.c.slice)
    )
    return [(slice_of(row), row.previewed_at is not None) for row in rows]


def fingerprint(table: sa.Table, flattrs: sa.ColumnElement[int]) -> list[Any]:
    """Sum the shares, and the *flattrs*, of rows of *table*, each by its own factor."""
    factor = tie_key(table.c.thing_id, table.c.owner_id, sa.literal(0, sa.BigInteger))
    return [
        sum_of(number % PRIME * factor % PRIME)
        for number in (table.c.share_minor, flattrs)
    ]


async def fingerprint_of(tx: Transaction, period: Period, currency: str) -> Fingerprint:
    """Return the fingerprint of the rows of *period* that are in *currency*."""
    rows = await tx.execute(
        sa.select(*fingerprint(thing_shares, thing_shares.c.flattrs)).where(
            thing_shares.c.period == period, thing_shares.c.currency == currency
        )
    )
    return Fingerprint(*((number or 0) % PRIME for number in rows.one()))


async def differences_from_shares(tx: Transaction, period: Period) -> list[Difference]:
    """List where the rows of *period* are not what its shares are."""
    told = (
        sa.select(
            shares.c.owner_id,
            shares.c.thing_id,
            sa.func.count().label("flattrs"),
            sum_of(shares.c.share_minor).label("share_minor"),
            sa.func.min(shares.c.currency).label("currency"),
        )
        .where(shares.c.period == PERIOD)
        .group_by(shares.c.owner_id, shares.c.thing_id)
        .cte("told")
    )
    return await _differences(tx, period, told, {PERIOD.key: period})


async def differences_from_pots(
    tx: Transaction, period: Period, added: Sequence[Slice]
) -> list[Difference]:
    """List where the rows of *period* are not what the slices *added* bring."""
    told = sa.union_all(*await sums.summed_in(tx, period)).cte("told")
    span = (added[0].first, added[-1].last) if added else (0, 0)
    values = {PERIOD.key: period, FIRST.key: span[0], LAST.key: span[1]}
    return await _differences(tx, period, told, values)


async def _differences(
    tx: Transaction, period: Period, told: sa.CTE, values: Mapping[str, object]
) -> list[Difference]:
    stored = (
        sa.select(thing_shares).where(thing_shares.c.period == PERIOD).cte("stored")
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
        values,
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
    """List the rows of periods that are not closed."""
    rows = await tx.execute(
        sa.select(thing_shares).where(
            thing_shares.c.period.not_in(sa.select(periods.c.period))
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
