"""Pots as they were frozen when their period was closed, with the things in them.

Nothing of a settlement is read from anywhere else, so nothing that a patron, an owner
or an operator does after the close changes a cent of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from overallt.protocol.ids import UserId
from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.core.settlement import PotThing
from overallt_server.storage.database import Transaction
from overallt_server.storage.schema import pot_things, pots


@dataclass(frozen=True, slots=True)
class Pot:
    """What *patron* gives in a closed period, zero included, at its fee rate."""

    patron: UserId
    amount: Money
    fee_bps: int


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
