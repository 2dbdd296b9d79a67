"""What an audit of intents reads: each with the thing and the flattr that it names."""

import sqlalchemy as sa

from overallt.protocol.ids import UserId
from overallt_server.core.audit_intents import StoredIntent
from overallt_server.storage.database import Transaction
from overallt_server.storage.intents import intent_of
from overallt_server.storage.schema import flattrs, intents, things

type Key = tuple[UserId, str]


async def after(tx: Transaction, key: Key, *, count: int) -> list[StoredIntent]:
    """List the next *count* intents after *key*."""
    names = (intents.c.patron_id, intents.c.url)
    rows = await tx.execute(
        sa.select(intents, things.c.url.label("thing_url"), flattrs.c.flattred_at)
        .outerjoin(things, things.c.id == intents.c.thing_id)
        .outerjoin(
            flattrs,
            (flattrs.c.patron_id == intents.c.patron_id)
            & (flattrs.c.period == intents.c.period)
            & (flattrs.c.thing_id == intents.c.thing_id),
        )
        .where(sa.tuple_(*names) > key)
        .order_by(*names)
        .limit(count)
    )
    return [
        StoredIntent(intent_of(row), row.host, row.thing_url, row.flattred_at)
        for row in rows
    ]
