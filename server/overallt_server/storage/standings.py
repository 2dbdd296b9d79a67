"""Standings: all that decides about flattrs but the flattrs themselves.

Every click asks for it, so the statements are put together once, here, and ask for any
number of patrons and things: a hundred clicks cost hardly more than one.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.budgets import Budget
from overallt_server.core.chart import Side
from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.core.things import Thing
from overallt_server.storage.budgets import budget_of
from overallt_server.storage.database import Transaction
from overallt_server.storage.flattrs import IS_KEPT
from overallt_server.storage.journal import means_of, sum_of
from overallt_server.storage.schema import budgets, flattrs, periods, things, users
from overallt_server.storage.teams import members_of
from overallt_server.storage.things import thing_of


@dataclass(frozen=True, slots=True)
class ThingStanding:
    """A thing and how often it has been flattred by all patrons over all periods.

    Undone flattrs are left out. ``owners`` earn by it: its owner, and who is in its
    team. ``closed`` is the period that was closed last.
    """

    thing: Thing
    owners: frozenset[UserId]
    flattrs: int
    closed: Period | None


@dataclass(frozen=True, slots=True)
class PatronStanding:
    """What a patron gives, ``None`` if he never set a budget, and from what."""

    budget: Budget | None
    means: Money


_THINGS: Final = sa.select(
    things,
    sa.select(sa.func.count())
    .where(flattrs.c.thing_id == things.c.id, IS_KEPT)
    .correlate(things)
    .scalar_subquery()
    .label("flattrs"),
    members_of(things.c.id).correlate(things).scalar_subquery().label("members"),
    sa.select(sa.func.max(periods.c.period)).scalar_subquery().label("closed"),
).where(things.c.id.in_(sa.bindparam("ids", expanding=True)))

_PATRONS: Final = (
    sa.select(
        users.c.id,
        budgets,
        sum_of(means_of(users.c.id), sa.bindparam("means_currency"), Side.CREDIT)
        .correlate(users)
        .scalar_subquery()
        .label("means_minor"),
    )
    .outerjoin(budgets, budgets.c.patron_id == users.c.id)
    .where(users.c.id.in_(sa.bindparam("ids", expanding=True)))
)


async def of_things(
    tx: Transaction, ids: Collection[ThingId]
) -> Mapping[ThingId, ThingStanding]:
    """Return how the things of *ids* stand; what does not exist is left out."""
    rows = await tx.execute(_THINGS, {"ids": list(ids)})
    return {
        ThingId(row.id): ThingStanding(
            thing_of(row),
            frozenset({UserId(row.owner_id), *_ids(row.members)}),
            row.flattrs,
            row.closed,
        )
        for row in rows
    }


async def of_patrons(
    tx: Transaction, ids: Collection[UserId], *, currency: str
) -> Mapping[UserId, PatronStanding]:
    """Return how the patrons of *ids* stand; who is no user is left out.

    Their locks are held: what is read here cannot change before the transaction ends.
    """
    rows = await tx.execute(_PATRONS, {"ids": list(ids), "means_currency": currency})
    return {
        UserId(row.id): PatronStanding(
            None if row.patron_id is None else budget_of(row),
            Money(row.means_minor, currency),
        )
        for row in rows
    }


def _ids(members: str | None) -> list[UserId]:
    return [UserId(int(each)) for each in members.split(",")] if members else []
