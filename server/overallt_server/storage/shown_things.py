"""Things as they are shown: each with all that anybody is told of it, in one read.

One statement brings the things, whose they are, how often they were flattred and which
hosts are proved for them, of however many. Where some of those who look have a token, a
second one brings what these have done to them, out of the same snapshot.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final

import sqlalchemy as sa

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.periods import open_at
from overallt_server.core.shown_things import Look, ShownThing
from overallt_server.core.users import User
from overallt_server.storage.database import Transaction
from overallt_server.storage.flattrs import IS_KEPT
from overallt_server.storage.schema import (
    flattrs,
    periods,
    subscriptions,
    thing_hosts,
    things,
    users,
)
from overallt_server.storage.things import thing_of

_IDS: "Final[sa.BindParameter[int]]" = sa.bindparam("ids", expanding=True)
# No host has a space in it.
_BETWEEN: Final = " "
_COUNTS: Final = (
    sa.select(
        flattrs.c.thing_id,
        sa.func.count().label("flattrs"),
        sa.func.count(flattrs.c.patron_id.distinct()).label("patrons"),
    )
    .where(flattrs.c.thing_id.in_(_IDS), IS_KEPT)
    .group_by(flattrs.c.thing_id)
    .subquery("counts")
)
_THINGS: Final = (
    sa.select(
        things,
        *(
            column.label(f"owner_{column.name}")
            for column in (
                users.c.username,
                users.c.email,
                users.c.registered_at,
                users.c.profile_thing_id,
            )
        ),
        sa.func.coalesce(_COUNTS.c.flattrs, 0).label("flattrs"),
        sa.func.coalesce(_COUNTS.c.patrons, 0).label("patrons"),
        sa.select(sa.func.aggregate_strings(thing_hosts.c.host, _BETWEEN))
        .where(thing_hosts.c.thing_id == things.c.id)
        .correlate(things)
        .scalar_subquery()
        .label("hosts"),
        sa.select(sa.func.max(periods.c.period)).scalar_subquery().label("closed"),
    )
    .join(users, users.c.id == things.c.owner_id)
    .outerjoin(_COUNTS, _COUNTS.c.thing_id == things.c.id)
    .where(things.c.id.in_(_IDS))
)

_FLATTRED: Final = (flattrs.c.patron_id, flattrs.c.period, flattrs.c.thing_id)
_SUBSCRIBED: Final = (subscriptions.c.patron_id, subscriptions.c.thing_id)
_DEEDS: Final = sa.union_all(
    sa.select(flattrs.c.patron_id, flattrs.c.thing_id, sa.true().label("flattred"))
    .where(sa.tuple_(*_FLATTRED).in_(sa.bindparam("flattred", expanding=True)))
    .where(IS_KEPT),
    sa.select(*_SUBSCRIBED, sa.false()).where(
        sa.tuple_(*_SUBSCRIBED).in_(sa.bindparam("subscribed", expanding=True))
    ),
)


# A patron, a thing, and whether he has flattred it; else he has subscribed to it.
type _Deed = tuple[UserId, ThingId, bool]


async def many(tx: Transaction, looks: Collection[Look]) -> dict[Look, ShownThing]:
    """Return what is seen by each of *looks*; where there is no thing, none is."""
    ids = {look.thing for look in looks}
    rows = {row.id: row for row in await tx.execute(_THINGS, {"ids": list(ids)})}
    there = [look for look in looks if look.thing in rows]
    deeds = await _deeds(tx, there, rows)
    return {look: _shown(look, rows[look.thing], deeds) for look in there}


async def _deeds(
    tx: Transaction, looks: Collection[Look], rows: Mapping[int, sa.Row[Any]]
) -> set[_Deed]:
    by_known = [(look.viewer, look.thing) for look in looks if look.viewer is not None]
    if not by_known:
        return set()
    flattred = [
        (viewer.patron, open_at(viewer.at, closed=rows[thing].closed), thing)
        for viewer, thing in by_known
    ]
    subscribed = [(viewer.patron, thing) for viewer, thing in by_known]
    found = await tx.execute(_DEEDS, {"flattred": flattred, "subscribed": subscribed})
    return {
        (UserId(row.patron_id), ThingId(row.thing_id), bool(row.flattred))
        for row in found
    }


def _shown(look: Look, row: sa.Row[Any], deeds: set[_Deed]) -> ShownThing:
    flattred = subscribed = None
    if look.viewer is not None:
        flattred = (look.viewer.patron, look.thing, True) in deeds
        subscribed = (look.viewer.patron, look.thing, False) in deeds
    return ShownThing(
        thing=thing_of(row),
        owner=User(
            id=UserId(row.owner_id),
            username=row.owner_username,
            email=row.owner_email,
            registered_at=row.owner_registered_at,
            profile_thing=ThingId(row.owner_profile_thing_id),
        ),
        flattrs=row.flattrs,
        patrons=row.patrons,
        hosts=sorted(row.hosts.split(_BETWEEN)) if row.hosts else [],
        flattred=flattred,
        subscribed=subscribed,
    )
