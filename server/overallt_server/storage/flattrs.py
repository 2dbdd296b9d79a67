"""Flattrs as they are stored; the key is (patron, period, thing)."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.flattrs import Flattr
from overallt_server.core.periods import Period
from overallt_server.core.settlement import PotThing
from overallt_server.storage.database import Transaction
from overallt_server.storage.schema import flattrs, things
from overallt_server.storage.uniqueness import inserting

# Not undone.
IS_KEPT: Final = flattrs.c.undone_at.is_(None)

_ADD: Final = sa.insert(flattrs)
_KEY: Final = (flattrs.c.patron_id, flattrs.c.period, flattrs.c.thing_id)
_GIVEN_BEFORE: Final = sa.select(*_KEY).where(
    sa.tuple_(*_KEY).in_(sa.bindparam("keys", expanding=True))
)

type Key = tuple[UserId, Period, ThingId]


@dataclass(frozen=True, slots=True)
class ThingCounts:
    """How often a thing was flattred over all periods, and by how many patrons."""

    flattrs: int
    patrons: int


async def get(
    tx: Transaction, patron: UserId, period: Period, thing: ThingId
) -> Flattr | None:
    """Return the flattr of that key, undone or not, or ``None``."""
    rows = await tx.execute(
        sa.select(flattrs).where(
            flattrs.c.patron_id == patron,
            flattrs.c.period == period,
            flattrs.c.thing_id == thing,
        )
    )
    row = rows.one_or_none()
    return None if row is None else _flattr(row)


async def given_before(tx: Transaction, keys: Collection[Key]) -> set[Key]:
    """Tell of which of *keys* there is a flattr, undone or not."""
    rows = await tx.execute(_GIVEN_BEFORE, {"keys": list(keys)})
    return {(UserId(row.patron_id), row.period, ThingId(row.thing_id)) for row in rows}


async def add(tx: Transaction, *new: Flattr) -> None:
    """Store *new* flattrs, at least one.

    Raises:
        sqlalchemy.exc.IntegrityError: there is one of the same key.
    """
    await tx.execute(_ADD, [_values(flattr) for flattr in new])


async def add_missing(tx: Transaction, new: Collection[Flattr]) -> None:
    """Store those of *new*, at least one, of whose key there is none, undone or not."""
    insert = inserting(tx, flattrs).on_conflict_do_nothing()
    await tx.execute(insert, [_values(flattr) for flattr in new])


async def undo(
    tx: Transaction, patron: UserId, period: Period, thing: ThingId, *, at: datetime
) -> None:
    """Mark the flattr of that key as undone."""
    await tx.execute(
        sa.update(flattrs)
        .where(
            flattrs.c.patron_id == patron,
            flattrs.c.period == period,
            flattrs.c.thing_id == thing,
        )
        .values(undone_at=at)
    )


async def undo_since(
    tx: Transaction,
    patrons: Collection[UserId],
    period: Period,
    thing: ThingId,
    *,
    at: datetime,
) -> None:
    """Mark what *patrons* gave to *thing* in *period* or later as undone."""
    await tx.execute(
        sa.update(flattrs)
        .where(
            flattrs.c.patron_id.in_(patrons),
            flattrs.c.period >= period,
            flattrs.c.thing_id == thing,
            IS_KEPT,
        )
        .values(undone_at=at)
    )


async def of_period(tx: Transaction, patron: UserId, period: Period) -> list[Flattr]:
    """List what *patron* flattred in *period*, newest first, undone left out."""
    rows = await tx.execute(
        sa.select(flattrs)
        .where(flattrs.c.patron_id == patron, flattrs.c.period == period, IS_KEPT)
        .order_by(flattrs.c.flattred_at.desc(), flattrs.c.thing_id.desc())
    )
    return [_flattr(row) for row in rows]


async def given(
    tx: Transaction, patron: UserId, *, page: int, count: int
) -> list[Flattr]:
    """List all flattrs of *patron*, newest first, undone left out; pages from 1."""
    rows = await tx.execute(
        sa.select(flattrs)
        .where(flattrs.c.patron_id == patron, IS_KEPT)
        .order_by(
            flattrs.c.flattred_at.desc(),
            flattrs.c.period.desc(),
            flattrs.c.thing_id.desc(),
        )
        .limit(count)
        .offset((page - 1) * count)
    )
    return [_flattr(row) for row in rows]


async def counts(tx: Transaction, ids: Sequence[ThingId]) -> dict[ThingId, ThingCounts]:
    """Count the flattrs of each thing of *ids*, undone left out."""
    rows = await tx.execute(
        sa.select(
            flattrs.c.thing_id,
            sa.func.count().label("flattrs"),
            sa.func.count(flattrs.c.patron_id.distinct()).label("patrons"),
        )
        .where(flattrs.c.thing_id.in_(ids), IS_KEPT)
        .group_by(flattrs.c.thing_id)
    )
    found = {
        ThingId(row.thing_id): ThingCounts(row.flattrs, row.patrons) for row in rows
    }
    return {thing: found.get(thing, ThingCounts(0, 0)) for thing in ids}


async def to_freeze(
    tx: Transaction, period: Period, first: UserId, last: UserId
) -> dict[UserId, list[PotThing]]:
    """Return what the patrons from *first* to *last* flattred, as pots freeze it.

    A patron without a flattr in *period* is left out.
    """
    rows = await tx.execute(
        sa.select(
            flattrs.c.patron_id,
            flattrs.c.thing_id,
            flattrs.c.weight,
            things.c.owner_id,
            things.c.charity,
        )
        .join(things, things.c.id == flattrs.c.thing_id)
        .where(
            flattrs.c.period == period,
            flattrs.c.patron_id.between(first, last),
            IS_KEPT,
        )
    )
    frozen: defaultdict[UserId, list[PotThing]] = defaultdict(list)
    for row in rows.all():
        frozen[UserId(row.patron_id)].append(
            PotThing(
                ThingId(row.thing_id), UserId(row.owner_id), row.weight, row.charity
            )
        )
    return frozen


def _values(flattr: Flattr) -> dict[str, Any]:
    return {
        "patron_id": flattr.patron,
        "period": flattr.period,
        "thing_id": flattr.thing,
        "weight": flattr.weight,
        "flattred_at": flattr.flattred_at,
        "undone_at": flattr.undone_at,
    }


def _flattr(row: sa.Row[Any]) -> Flattr:
    return Flattr(
        patron=UserId(row.patron_id),
        thing=ThingId(row.thing_id),
        period=row.period,
        weight=row.weight,
        flattred_at=row.flattred_at,
        undone_at=row.undone_at,
    )
