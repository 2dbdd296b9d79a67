"""Proved hosts as they are stored; the key is (thing, host)."""

from datetime import datetime

import sqlalchemy as sa

from overallt.protocol.ids import ThingId, UserId
from overallt_server.storage import teams, witnesses
from overallt_server.storage.database import Transaction
from overallt_server.storage.row_hashes import hashed
from overallt_server.storage.schema import thing_hosts, things
from overallt_server.storage.uniqueness import inserting


async def is_proved(tx: Transaction, owner: UserId, host: str) -> bool:
    """Tell whether *host* is proved for any thing of *owner*, or of a team of his."""
    rows = await tx.execute(
        sa.select(thing_hosts.c.thing_id)
        .join(things, things.c.id == thing_hosts.c.thing_id)
        .where(
            (things.c.owner_id == owner) | things.c.id.in_(teams.things_of(owner)),
            thing_hosts.c.host == host,
        )
        .limit(1)
    )
    return rows.first() is not None


async def add(tx: Transaction, thing: ThingId, host: str, *, at: datetime) -> None:
    """Note *host* for *thing*; nothing happens if it is noted already."""
    values = {"thing_id": thing, "host": host, "proved_at": at}
    insert = inserting(tx, thing_hosts).values(hashed(thing_hosts, values))
    await tx.execute(insert.on_conflict_do_nothing())
    await witnesses.add(tx, thing_hosts, values)


async def remove(tx: Transaction, thing: ThingId, host: str) -> bool:
    """Forget *host* for *thing*; ``False``: it was not noted."""
    deleted = await tx.execute(
        sa.delete(thing_hosts).where(
            thing_hosts.c.thing_id == thing, thing_hosts.c.host == host
        )
    )
    await witnesses.remove(tx, thing_hosts, {"thing_id": thing, "host": host})
    return deleted.rowcount == 1
