"""Pots as they were frozen when their period was closed, with the things in them.

Nothing of a settlement is read from anywhere else, so nothing that a patron, an owner
or an operator does after the close changes a cent of it.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.core.settlement import PotThing, PotWeights
from overallt_server.storage.database import Transaction
from overallt_server.storage.schema import periods, pot_things, pots, shares


@dataclass(frozen=True, slots=True)
class Pot:
    """What *patron* gives in a closed period, zero included, at its fee rate.

    Its things are stored for themselves; *weights* sums them up.
    """

    patron: UserId
    amount: Money
    fee_bps: int
    weights: PotWeights


@dataclass(frozen=True, slots=True)
class GivenPot:
    """A patron's *pot* in a closed period, and the *things* that share it.

    Once the period is settled, *shares* is what each of them got.
    """

    period: Period
    settled_at: datetime | None
    pot: Pot
    things: list[PotThing]
    shares: Mapping[ThingId, int]


@dataclass(frozen=True, slots=True)
class PotTotals:
    """How many pots of a period are above zero, and their sum."""

    patrons: int
    minor: int


async def add(
    tx: Transaction, period: Period, slice_: int, frozen: Sequence[Pot]
) -> None:
    """Store the pots of *slice_*, at least one."""
    await tx.execute(
        sa.insert(pots),
        [
            {
                "patron_id": pot.patron,
                "period": period,
                "slice": slice_,
                "pot_minor": pot.amount.minor,
                "currency": pot.amount.currency,
                "fee_bps": pot.fee_bps,
                "weight": pot.weights.every,
                "paying_weight": pot.weights.paying,
            }
            for pot in frozen
        ],
    )


async def add_things(
    tx: Transaction, period: Period, things: Mapping[UserId, Sequence[PotThing]]
) -> None:
    """Store the things of each patron's pot."""
    rows = [
        {
            "patron_id": patron,
            "period": period,
            "thing_id": each.thing,
            "owner_id": each.owner,
            "weight": each.weight,
            "charity": each.charity,
        }
        for patron, in_pot in things.items()
        for each in in_pot
    ]
    if rows:
        await tx.execute(sa.insert(pot_things), rows)


async def of_patron(
    tx: Transaction, patron: UserId, *, settled: bool | None, page: int, count: int
) -> list[GivenPot]:
    """List the pots of *patron* that something shares, newest first; pages from 1.

    Only those of periods that are *settled*, or are not; ``None``: of both.
    """
    has_things = sa.exists().where(
        pot_things.c.patron_id == pots.c.patron_id,
        pot_things.c.period == pots.c.period,
    )
    wanted = (
        sa.select(pots, periods.c.settled_at)
        .join(periods, periods.c.period == pots.c.period)
        .where(pots.c.patron_id == patron, has_things)
        .order_by(pots.c.period.desc())
        .limit(count)
        .offset((page - 1) * count)
    )
    if settled is not None:
        wanted = wanted.where(periods.c.settled_at.is_not(None) == settled)
    rows = (await tx.execute(wanted)).all()
    found = [row.period for row in rows]
    in_pots = await _things_of(tx, patron, found)
    booked = await _shares_of(tx, patron, found)
    return [
        GivenPot(
            row.period,
            row.settled_at,
            Pot(
                patron,
                Money(row.pot_minor, row.currency),
                row.fee_bps,
                PotWeights(row.weight, row.paying_weight),
            ),
            in_pots[row.period],
            booked[row.period],
        )
        for row in rows
    ]


async def _things_of(
    tx: Transaction, patron: UserId, of: Collection[Period]
) -> Mapping[Period, list[PotThing]]:
    rows = await tx.execute(
        sa.select(pot_things)
        .where(pot_things.c.patron_id == patron, pot_things.c.period.in_(of))
        .order_by(pot_things.c.thing_id)
    )
    things: defaultdict[Period, list[PotThing]] = defaultdict(list)
    for row in rows:
        things[row.period].append(
            PotThing(
                ThingId(row.thing_id), UserId(row.owner_id), row.weight, row.charity
            )
        )
    return things


async def _shares_of(
    tx: Transaction, patron: UserId, of: Collection[Period]
) -> Mapping[Period, Counter[ThingId]]:
    # Members of a team have a share each.
    rows = await tx.execute(
        sa.select(shares).where(shares.c.patron_id == patron, shares.c.period.in_(of))
    )
    booked: defaultdict[Period, Counter[ThingId]] = defaultdict(Counter)
    for row in rows:
        booked[row.period][ThingId(row.thing_id)] += row.share_minor
    return booked


async def totals(tx: Transaction, period: Period) -> PotTotals:
    """Sum the pots of *period*."""
    row = (
        await tx.execute(
            sa.select(
                sa.func.count().label("patrons"),
                sa.cast(
                    sa.func.coalesce(sa.func.sum(pots.c.pot_minor), 0), sa.BigInteger
                ).label("minor"),
            ).where(pots.c.period == period, pots.c.pot_minor > 0)
        )
    ).one()
    return PotTotals(row.patrons, row.minor)
