"""What an audit glances at: the rows of many patrons, summed where they are.

A pot's things are held against the flattrs, and its shares against both, in one pass of
one statement. That shares are right is not computed like them but checked: each is its
part of the pot rounded down, or one unit more; no thing that got the unit less had the
larger claim to it; and all of them are the pot less the fee.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa

from overallt.protocol.ids import UserId
from overallt_server.core.audit_glance import (
    EntryCells,
    FlattrSums,
    Glimpse,
    PostingCells,
    PotCells,
    ShareSums,
)
from overallt_server.core.audit_slices import Span
from overallt_server.core.settlement import ALL_BPS, FIRST_REVISION
from overallt_server.storage.audit_thing_shares import fingerprint
from overallt_server.storage.database import Transaction
from overallt_server.storage.division import sum_of, tie_key
from overallt_server.storage.schema import (
    flattrs,
    journal_entries,
    postings,
    pot_things,
    pots,
    shares,
    team_members,
    things,
)

type _Number = sa.ColumnElement[int]

_FIRST: Final = sa.bindparam("first", type_=sa.BigInteger)
_LAST: Final = sa.bindparam("last", type_=sa.BigInteger)
# Two numbers below these bounds fit together into one of 64 bits.
_MOST_POOL: Final = 2**32
_MOST_TIE: Final = 2**31


async def glimpses(tx: Transaction, span: Span) -> Mapping[UserId, Glimpse]:
    """Return what there is to glance at of each patron of *span* who has any row."""
    found: defaultdict[int, Glimpse] = defaultdict(Glimpse)
    values = {_FIRST.key: span.first, _LAST.key: span.last}
    for patron, period, *pot in await tx.execute(_POTS, values):
        found[patron].pots[period] = PotCells(*pot)
    for patron, period, *sums in await tx.execute(_SUMS, values):
        found[patron].flattrs[period] = FlattrSums(*sums)
    for patron, period, rows in await tx.execute(_THINGS, values):
        found[patron].things[period] = rows
    for patron, period, *sums in await tx.execute(_SHARES, values):
        found[patron].shares[period] = ShareSums(*sums)
    for patron, *entry in await tx.execute(_ENTRIES, values):
        found[patron].entries.append(EntryCells(*entry))
    for patron, number, *posting in await tx.execute(_POSTINGS, values):
        found[patron].postings[number].append(PostingCells(*posting))
    return {UserId(patron): glimpse for patron, glimpse in found.items()}


def _in_span(table: sa.Table) -> sa.ColumnElement[bool]:
    return table.c.patron_id.between(_FIRST, _LAST)


def _raw(table: sa.Table) -> list[sa.ColumnElement[Any]]:
    # As numbers: a time or a period made of each would take longer than to read it.
    return [
        sa.type_coerce(column, sa.BigInteger)
        if isinstance(column.type, sa.types.TypeDecorator)
        else column
        for column in table.c
    ]


def _period(table: sa.Table) -> _Number:
    return sa.type_coerce(table.c.period, sa.BigInteger)


def _of_same(one: sa.FromClause, other: sa.FromClause) -> sa.ColumnElement[bool]:
    return sa.and_(one.c.patron_id == other.c.patron_id, one.c.period == other.c.period)


def _in_pots() -> sa.CTE:
    rate = sa.func.min(pots.c.fee_bps)
    pot = sa.func.min(pots.c.pot_minor)
    paying = sum_of(sa.case((pot_things.c.charity, 0), else_=pot_things.c.weight))
    every = sa.func.nullif(sum_of(pot_things.c.weight), 0, type_=sa.BigInteger)
    after_fee = ALL_BPS - sa.case((pot_things.c.charity, 0), else_=pots.c.fee_bps)
    pool = sum_of(pot_things.c.weight * after_fee)
    return (
        sa.select(
            pots.c.patron_id,
            pots.c.period,
            rate.label("fee_bps"),
            sa.func.min(pots.c.currency).label("currency"),
            pot.label("pot_minor"),
            every.label("weight"),
            paying.label("paying_weight"),
            (pot * rate * paying // (ALL_BPS * every)).label("fee_minor"),
            sa.func.nullif(pool, 0, type_=sa.BigInteger).label("pool"),
        )
        .join(pot_things, _of_same(pot_things, pots))
        .where(_in_span(pots), _in_span(pot_things))
        .group_by(pots.c.patron_id, pots.c.period)
        .cte("in_pots")
    )


def _rows() -> sa.CTE:
    # Each flattr, with all that was made of it and agrees with it.
    in_pots = _in_pots()
    after_fee = ALL_BPS - sa.case((things.c.charity, 0), else_=in_pots.c.fee_bps)
    part = (in_pots.c.pot_minor - in_pots.c.fee_minor) * flattrs.c.weight * after_fee
    pool = in_pots.c.pool
    tie = tie_key(flattrs.c.thing_id, flattrs.c.patron_id, _period(flattrs))
    claim = part % pool * _MOST_TIE + (_MOST_TIE - 1 - tie)
    frozen = sa.and_(
        _of_same(pot_things, flattrs),
        pot_things.c.thing_id == flattrs.c.thing_id,
        pot_things.c.owner_id == things.c.owner_id,
        pot_things.c.charity == things.c.charity,
        pot_things.c.weight == flattrs.c.weight,
        flattrs.c.undone_at.is_(None),
    )
    shared = sa.and_(
        _of_same(shares, pot_things),
        shares.c.thing_id == pot_things.c.thing_id,
        shares.c.revision == FIRST_REVISION,
        shares.c.owner_id == pot_things.c.owner_id,
        shares.c.currency == in_pots.c.currency,
    )
    return (
        sa.select(
            flattrs.c.patron_id,
            _period(flattrs).label("period"),
            flattrs.c.thing_id,
            flattrs.c.weight,
            sa.type_coerce(flattrs.c.flattred_at, sa.BigInteger).label("flattred_at"),
            sa.type_coerce(flattrs.c.undone_at, sa.BigInteger).label("undone_at"),
            things.c.owner_id,
            pot_things.c.thing_id.label("in_pot"),
            in_pots.c.weight.label("pot_weight"),
            in_pots.c.paying_weight,
            in_pots.c.fee_minor,
            shares.c.share_minor,
            (shares.c.share_minor - sa.func.coalesce(part // pool, 0)).label("odd"),
            sa.case((pool < _MOST_POOL, claim)).label("claim"),
            sa.case((pool >= _MOST_POOL, 1), else_=0).label("is_too_large"),
        )
        .outerjoin(things, things.c.id == flattrs.c.thing_id)
        .outerjoin(pot_things, frozen)
        .outerjoin(in_pots, _of_same(in_pots, flattrs))
        .outerjoin(shares, shared)
        .where(_in_span(flattrs))
        .cte("given")
    )


def _sums() -> sa.Select[Any]:
    rows = _rows().c
    has_team = rows.thing_id.in_(sa.select(team_members.c.thing_id))
    is_own = sa.case((has_team | (rows.owner_id == rows.patron_id), 1), else_=0)
    least = sa.func.min(sa.case((rows.odd == 1, rows.claim)))
    most = sa.func.max(sa.case((rows.odd == 0, rows.claim)))
    return sa.select(
        rows.patron_id,
        rows.period,
        sa.func.count(),
        sa.func.count(rows.undone_at),
        sa.func.count(rows.owner_id),
        sum_of(is_own),
        sa.func.min(rows.weight),
        sa.func.max(rows.weight),
        sa.func.max(rows.flattred_at),
        sa.func.max(rows.undone_at),
        sa.func.count(rows.in_pot),
        sa.func.count(rows.share_minor),
        sum_of(rows.share_minor),
        sa.func.min(rows.pot_weight),
        sa.func.min(rows.paying_weight),
        sa.func.min(rows.fee_minor),
        sa.case(
            (sa.func.max(rows.is_too_large) == 1, 0),
            (sa.func.min(rows.odd) < 0, 0),
            (sa.func.max(rows.odd) > 1, 0),
            (least <= most, 0),
            else_=1,
        ),
    ).group_by(rows.patron_id, rows.period)


def _counts(table: sa.Table, *sums: sa.ColumnElement[int]) -> sa.Select[Any]:
    return (
        sa.select(table.c.patron_id, _period(table), sa.func.count(), *sums)
        .where(_in_span(table))
        .group_by(table.c.patron_id, table.c.period)
    )


_SUMS: Final = _sums()
_THINGS: Final = _counts(pot_things)
_SHARES: Final = _counts(
    shares,
    *fingerprint(shares, flattrs=sa.literal(1, sa.BigInteger)),
)
_POTS: Final = sa.select(
    pots.c.patron_id,
    _period(pots),
    pots.c.slice,
    pots.c.pot_minor,
    pots.c.currency,
    pots.c.fee_bps,
    pots.c.weight,
    pots.c.paying_weight,
).where(_in_span(pots))
_ENTRIES: Final = (
    sa.select(*_raw(journal_entries))
    .where(_in_span(journal_entries))
    .order_by(journal_entries.c.patron_id, journal_entries.c.number)
)
_POSTINGS: Final = (
    sa.select(*_raw(postings))
    .where(_in_span(postings))
    .order_by(postings.c.patron_id, postings.c.number, postings.c.line)
)
