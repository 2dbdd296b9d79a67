"""Activities, told from things and flattrs; they have no rows of their own."""

import sqlalchemy as sa

from overallt.protocol.ids import ThingId
from overallt_server.core.activities import Activity, Verb
from overallt_server.core.users import User
from overallt_server.storage.database import Transaction
from overallt_server.storage.flattrs import IS_KEPT
from overallt_server.storage.schema import flattrs, things
from overallt_server.storage.things import many


async def of_user(
    tx: Transaction, user: User, *, secret: bool, page: int, count: int
) -> list[Activity]:
    """List what *user* has done, newest first, what is *secret* too or not.

    His profile was made with him, so it is left out. *page* counts from 1.
    """
    registered = sa.select(
        sa.literal(Verb.REGISTERED.value).label("verb"),
        things.c.id.label("thing_id"),
        things.c.created_at.label("done_at"),
    ).where(
        things.c.owner_id == user.id,
        things.c.id != user.profile_thing,
        sa.not_(things.c.hidden),
    )
    flattred = sa.select(
        sa.literal(Verb.FLATTRED.value), flattrs.c.thing_id, flattrs.c.flattred_at
    ).where(flattrs.c.patron_id == user.id, IS_KEPT)
    done = (sa.union_all(registered, flattred) if secret else registered).subquery()
    rows = await tx.execute(
        sa.select(done)
        .order_by(done.c.done_at.desc(), done.c.thing_id.desc(), done.c.verb)
        .limit(count)
        .offset((page - 1) * count)
    )
    listed = [(Verb(row.verb), ThingId(row.thing_id), row.done_at) for row in rows]
    by_id = await many(tx, (thing for _verb, thing, _at in listed))
    return [Activity(verb, by_id[thing], done_at) for verb, thing, done_at in listed]
