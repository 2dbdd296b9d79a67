"""Dividing the pots of a slice: the statements that add a patron's shares.

They do to all patrons of a slice what ``core.settlement`` and ``core.allocation`` do to
one: a fee, and largest remainders over the weights after it. One statement does it in a
period in which no thing has a team. Else what a thing with a team gets is left to a
second one, which does the same once more to such shares; it looks at nobody who has
given to no team.
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
from overallt_server.storage.schema import (
    periods,
    pot_things,
    pots,
    shares,
    team_members,
)

type Number = sa.ColumnElement[int]

PERIOD: Final = sa.bindparam("of_period", type_=PeriodNumber)
FIRST: Final = sa.bindparam("first_patron", type_=sa.BigInteger)
LAST: Final = sa.bindparam("last_patron", type_=sa.BigInteger)
# All pots of a period are in its currency.
CURRENCY: Final = (
    sa.select(periods.c.currency).where(periods.c.period == PERIOD).scalar_subquery()
)


def of_slice(table: sa.Table) -> sa.ColumnElement[bool]:
    """Choose the rows of *table* that are of the slice."""
    # Told of each table, not left to a join: each is read by its own key.
    return sa.and_(table.c.period == PERIOD, table.c.patron_id.between(FIRST, LAST))


def sum_of(number: Number) -> Number:
    """Sum a column; the sum is a 64-bit integer, too."""
    # PostgreSQL sums bigint to numeric.
    return sa.cast(sa.func.sum(number), sa.BigInteger)


def tie_key(id_: Number, patron: Number, period: Number) -> Number:
    """Compute ``core.allocation.tie_key``, with *id_* for the thing's."""
    # Each product is below 2**62.
    mixed = (
        id_ % PRIME * THING_FACTOR
        + patron % PRIME * PATRON_FACTOR
        + period * PERIOD_FACTOR
    ) % PRIME
    key: Number = mixed * mixed % PRIME * mixed % PRIME
    return key


def totals_of_patrons() -> sa.Subquery:
    """Tell the fee of each pot, and the sum of its weights after the fee.

    A pot whose weights are all zero has no fee, and so no entry.
    """
    fee_free = pots.c.weight - pots.c.paying_weight
    pool = pots.c.paying_weight * (ALL_BPS - pots.c.fee_bps) + fee_free * ALL_BPS
    every = sa.func.nullif(pots.c.weight, 0, type_=sa.BigInteger)
    return (
        sa.select(
            pots.c.patron_id,
            pots.c.pot_minor,
            pots.c.fee_bps,
            (
                pots.c.pot_minor
                * pots.c.fee_bps
                * pots.c.paying_weight
                // (ALL_BPS * every)
            ).label("fee_minor"),
            sa.func.nullif(pool, 0, type_=sa.BigInteger).label("pool"),
        )
        .where(of_slice(pots))
        # No name here and below: two of these statements may stand in one.
        .subquery()
    )


def _things(*whose: sa.ColumnElement[bool]) -> sa.CTE:
    # What each thing's owner gets; a share is told by _minor.
    totals = totals_of_patrons()
    fee_bps = sa.case((pot_things.c.charity, 0), else_=totals.c.fee_bps)
    effective = pot_things.c.weight * (ALL_BPS - fee_bps)
    parts = (
        sa.select(
            pot_things.c.patron_id,
            pot_things.c.thing_id,
            pot_things.c.owner_id,
            totals.c.pool,
            ((totals.c.pot_minor - totals.c.fee_minor) * effective).label("part"),
        )
        .join(totals, totals.c.patron_id == pot_things.c.patron_id)
        .where(of_slice(pot_things), *whose)
        .cte()
    )
    return _in_order_of_claims(parts, [parts.c.patron_id], parts.c.thing_id)


def _members(wholes: sa.CTE) -> sa.CTE:
    # What each member of the teams gets of what his thing gets.
    teams = _teams()
    parts = (
        sa.select(
            wholes.c.patron_id,
            wholes.c.thing_id,
            teams.c.user_id.label("owner_id"),
            teams.c.team_weight.label("pool"),
            (_minor(wholes) * teams.c.weight).label("part"),
        )
        .join(teams, teams.c.thing_id == wholes.c.thing_id)
        .cte()
    )
    within = [parts.c.patron_id, parts.c.thing_id]
    return _in_order_of_claims(parts, within, parts.c.owner_id)


def _in_order_of_claims(parts: sa.CTE, within: list[Any], id_: Number) -> sa.CTE:
    remainder = parts.c.part % parts.c.pool
    tie = tie_key(id_, parts.c.patron_id, sa.type_coerce(PERIOD, sa.BigInteger))
    # One window for both, so that each patron's things are sorted once.
    in_order: Any = {
        "partition_by": within,
        "order_by": (remainder.desc(), tie, id_),
        "rows": (None, None),
    }
    return (
        sa.select(
            parts,
            sa.func.row_number().over(**in_order).label("place"),
            sa.cast(sa.func.sum(remainder).over(**in_order), sa.BigInteger).label(
                "remainders"
            ),
        )
    ).cte()


def _minor(served: sa.CTE) -> Number:
    # As many units are left over as the remainders are whole pools together. There is
    # no pool if all is fee.
    odd_unit = sa.case(
        (served.c.place * served.c.pool <= served.c.remainders, 1), else_=0
    )
    return sa.func.coalesce(served.c.part // served.c.pool, 0) + odd_unit


def _teams() -> sa.Subquery:
    # The members of each thing's team that holds in the period.
    later = team_members.alias("later")
    return (
        sa.select(team_members)
        .where(
            team_members.c.period <= PERIOD,
            ~sa.exists().where(
                later.c.thing_id == team_members.c.thing_id,
                later.c.period > team_members.c.period,
                later.c.period <= PERIOD,
            ),
        )
        .subquery("teams")
    )


def _has_team(thing: Number) -> sa.ColumnElement[bool]:
    return thing.in_(
        sa.select(team_members.c.thing_id).where(team_members.c.period <= PERIOD)
    )


def _shares(served: sa.CTE, *which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return sa.select(
        served.c.patron_id,
        PERIOD.label("period"),
        served.c.thing_id,
        sa.literal(FIRST_REVISION, sa.BigInteger).label("revision"),
        served.c.owner_id,
        _minor(served).label("share_minor"),
        CURRENCY.label("currency"),
    ).where(*which)


def _shares_of_owners() -> sa.Select[Any]:
    served = _things()
    return _shares(served, ~_has_team(served.c.thing_id))


def _shares_of_teams() -> sa.Select[Any]:
    others = pot_things.alias("given_to_teams")
    gave = sa.select(others.c.patron_id).where(
        others.c.period == PERIOD,
        others.c.patron_id.between(FIRST, LAST),
        _has_team(others.c.thing_id),
    )
    return _shares(_members(_things(pot_things.c.patron_id.in_(gave))))


def _insert(divided: sa.Select[Any]) -> sa.Insert:
    return sa.insert(shares).from_select([column.name for column in shares.c], divided)


# Of a period without teams: each of the many shares would be looked for in vain.
SHARES: Final = _shares(_things())
# Of any other, these two.
OWNERS_SHARES: Final = _shares_of_owners()
TEAM_SHARES: Final = _shares_of_teams()

ADD_SHARES: Final = _insert(SHARES)
ADD_OWNERS_SHARES: Final = _insert(OWNERS_SHARES)
ADD_TEAM_SHARES: Final = _insert(TEAM_SHARES)
