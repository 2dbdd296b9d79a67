"""What the index of things is made from: all names and the time each came."""

from datetime import datetime

import sqlalchemy as sa

from overallt.protocol.ids import ThingId
from overallt_server.core.index import Name
from overallt_server.storage.database import Transaction
from overallt_server.storage.schema import things, users


async def how_many_things(tx: Transaction) -> int:
    """Count all things, hidden ones too."""
    return int((await tx.execute(sa.select(sa.func.count(things.c.id)))).scalar_one())


async def names(tx: Transaction, *, since: datetime) -> list[Name]:
    """List the names of all things and users made at *since* or later, in no order."""
    ids = await tx.execute(
        sa.select(things.c.id, things.c.created_at).where(things.c.created_at >= since)
    )
    usernames = await tx.execute(
        sa.select(
            users.c.username, users.c.profile_thing_id, users.c.registered_at
        ).where(users.c.registered_at >= since)
    )
    return [
        *(Name(str(row.id), ThingId(row.id), row.created_at) for row in ids),
        *(
            Name(row.username, ThingId(row.profile_thing_id), row.registered_at)
            for row in usernames
        ),
    ]
