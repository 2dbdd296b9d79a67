"""Dividing the pots of a slice: the statement that adds a patron's shares.

It does to all patrons of a slice what ``core.settlement`` and ``core.allocation`` do to
one: a fee, and largest remainders over the weights after it.
"""

from typing import Any, Final

import sqlalchemy as sa

from overallt_server.core.allocation import (
    PATRON_FACTOR,
    PERIOD_FACTOR,
    PRIME,
    THING_FACTOR,
)
from overallt_server.core.settlement import ALL_BPS, FIRST_REVISION
from overallt_server.storage.column_types import PeriodNumber
from overallt_server.storage.schema import pot_things, pots, shares

type Number = sa.ColumnElement[int]

PERIOD: Final = sa.bindparam("of_period", type_=PeriodNumber)
FIRST: Final = sa.bindparam("first_patron", type_=sa.BigInteger)
LAST: Final = sa.bindparam("last_patron", type_=sa.BigInteger)


def of_slice(table: sa.Table) -> sa.ColumnElement[bool]:
    """Choose the rows of *table* that are of the slice."""
    # Told of each table, not left to a join: each is read by its own key.
    return sa.and_(table.c.period == PERIOD, table.c.patron_id.between(FIRST, LAST))


def sum_of(number: Number) -> Number:
    """Sum a column; the sum is a 64-bit integer, too."""
    # PostgreSQL sums bigint to numeric.
    return sa.cast(sa.func.sum(number), sa.BigInteger)


def weight_after_fee(fee_bps: Number) -> Number:
    """Tell the weight of a pot thing after the fee, which charities do not bear."""
    return pot_things.c.weight * sa.case(
        (pot_things.c.charity, ALL_BPS), else_=ALL_BPS - fee_bps
    )


def tie_key(row: Any) -> Number:
    """Tell ``core.allocation.tie_key`` of a *row*; each product stays under 2**62."""
    mixed = (
        row.thing_id % PRIME * THING_FACTOR
        + row.patron_id % PRIME * PATRON_FACTOR
        + sa.type_coerce(row.period, sa.BigInteger) * PERIOD_FACTOR
    ) % PRIME
    key: Number = mixed * mixed % PRIME * mixed % PRIME
    return key


def totals_of_patrons() -> sa.CTE:
    """Tell the fee of each pot, and the sum of its weights after the fee.

    A pot whose weights are all zero has no fee, and so no entry.
    """
    pot, rate = sa.func.min(pots.c.pot_minor), sa.func.min(pots.c.fee_bps)
    paying = sum_of(sa.case((pot_things.c.charity, 0), else_=pot_things.c.weight))
    every = sa.func.nullif(sum_of(pot_things.c.weight), 0, type_=sa.BigInteger)
    return (
        sa.select(
            pots.c.patron_id,
            pot.label("pot_minor"),
            rate.label("fee_bps"),
            sa.func.min(pots.c.currency).label("currency"),
            (pot * rate * paying // (ALL_BPS * every)).label("fee_minor"),
            sa.func.nullif(
                sum_of(weight_after_fee(pots.c.fee_bps)), 0, type_=sa.BigInteger
            ).label("pool"),
        )
        .join(pot_things, pot_things.c.patron_id == pots.c.patron_id)
        .where(of_slice(pots), of_slice(pot_things))
        .group_by(pots.c.patron_id)
        .cte("totals")
    )


def _add_shares() -> sa.Insert:
    totals = totals_of_patrons()
    effective = weight_after_fee(totals.c.fee_bps)
    parts = (
        sa.select(
            pot_things.c.patron_id,
            pot_things.c.period,
            pot_things.c.thing_id,
            pot_things.c.owner_id,
            totals.c.currency,
            totals.c.pool,
            ((totals.c.pot_minor - totals.c.fee_minor) * effective).label("part"),
        )
        .join(totals, totals.c.patron_id == pot_things.c.patron_id)
        .where(of_slice(pot_things))
        .cte("parts")
    )
    remainder = parts.c.part % parts.c.pool
    # One window for both, so that each patron's things are sorted once.
    in_order: Any = {
        "partition_by": parts.c.patron_id,
        "order_by": (remainder.desc(), tie_key(parts.c), parts.c.thing_id),
        "rows": (None, None),
    }
    served = (
        sa.select(
            parts,
            sa.func.row_number().over(**in_order).label("place"),
            sa.cast(sa.func.sum(remainder).over(**in_order), sa.BigInteger).label(
                "remainders"
            ),
        )
    ).cte("served")
    # As many units are left over as the remainders are whole pools together. There is
    # no pool if all is fee.
    odd_unit = sa.case(
        (served.c.place * served.c.pool <= served.c.remainders, 1), else_=0
    )
    return sa.insert(shares).from_select(
        [column.name for column in shares.c],
        sa.select(
            served.c.patron_id,
            served.c.period,
            served.c.thing_id,
            sa.literal(FIRST_REVISION, sa.BigInteger),
            served.c.owner_id,
            sa.func.coalesce(served.c.part // served.c.pool, 0) + odd_unit,
            served.c.currency,
        ),
    )


ADD_SHARES: Final = _add_shares()
