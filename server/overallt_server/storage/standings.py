"""Standings: all that decides about a flattr but the flattr itself, in one statement.

Every click asks for it, so the statement is put together once, here, and a click takes
one trip to the database instead of five.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core import chart
from overallt_server.core.budgets import Budget
from overallt_server.core.chart import Side
from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.core.things import Thing
from overallt_server.storage.budgets import budget_of
from overallt_server.storage.database import Transaction
from overallt_server.storage.flattrs import IS_KEPT
from overallt_server.storage.journal import sum_of
from overallt_server.storage.schema import budgets, flattrs, periods, things
from overallt_server.storage.things import thing_of


@dataclass(frozen=True, slots=True)
class Standing:
    """How a patron and a thing stand to each other.

    ``flattrs`` is how often the thing has been flattred by all patrons over all
    periods, undone ones left out; ``closed`` is the period that was closed last;
    ``flattred_in`` are the periods from this month on in which he has flattred it,
    undone ones included.
    """

    thing: Thing
    flattrs: int
    budget: Budget | None
    means: Money
    closed: Period | None
    flattred_in: frozenset[Period]


_own: Final = flattrs.alias()
_STANDING: Final = (
    sa.select(
        things,
        _own.c.period.label("flattred_in"),
        budgets.c.patron_id,
        budgets.c.amount_minor,
        budgets.c.currency,
        budgets.c.active,
        sum_of(sa.bindparam("means"), sa.bindparam("currency"), Side.CREDIT)
        .scalar_subquery()
        .label("means_minor"),
        sa.select(sa.func.count())
        .where(flattrs.c.thing_id == sa.bindparam("thing"), IS_KEPT)
        .scalar_subquery()
        .label("flattrs"),
        sa.select(sa.func.max(periods.c.period)).scalar_subquery().label("closed"),
    )
    .outerjoin(
        _own,
        sa.and_(
            _own.c.patron_id == sa.bindparam("patron"),
            _own.c.thing_id == things.c.id,
            _own.c.period >= sa.bindparam("month"),
        ),
    )
    .outerjoin(budgets, budgets.c.patron_id == sa.bindparam("patron"))
    .where(things.c.id == sa.bindparam("thing"))
)


async def get(
    tx: Transaction, patron: UserId, thing: ThingId, *, currency: str, now: datetime
) -> Standing | None:
    """Return how *patron* stands to *thing*; ``None`` if there is no such thing.

    His lock is held: what is read here cannot change before the transaction ends.
    """
    rows = await tx.execute(
        _STANDING,
        {
            "patron": patron,
            "thing": thing,
            "means": str(chart.means(patron)),
            "currency": currency,
            "month": Period.of(now),
        },
    )
    # One row for each period in which he has flattred it, else one without a period.
    found = rows.all()
    if not found:
        return None
    row = found[0]
    return Standing(
        thing=thing_of(row),
        flattrs=row.flattrs,
        budget=None if row.patron_id is None else budget_of(row),
        means=Money(row.means_minor, currency),
        closed=row.closed,
        flattred_in=frozenset(each.flattred_in for each in found if each.flattred_in),
    )
