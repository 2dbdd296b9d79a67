"""Pages that say whose they are, as they are stored; the key is the thing."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from overallt.protocol.ids import ThingId
from overallt_server.core.intents import host_to_prove
from overallt_server.core.proofs import PageProof
from overallt_server.core.things import Thing
from overallt_server.storage import witnesses
from overallt_server.storage.database import Transaction
from overallt_server.storage.proof_schema import proved_pages
from overallt_server.storage.row_hashes import hashed
from overallt_server.storage.schema import things, users
from overallt_server.storage.things import thing_of
from overallt_server.storage.uniqueness import inserting


@dataclass(frozen=True, slots=True)
class OwnersPage:
    """A proof, the thing whose page it is, and the username of its owner."""

    proof: PageProof
    thing: Thing
    username: str


async def get(tx: Transaction, thing: ThingId) -> PageProof | None:
    """Return that the page of *thing* is proved, or ``None``."""
    rows = await tx.execute(
        sa.select(proved_pages).where(proved_pages.c.thing_id == thing)
    )
    row = rows.one_or_none()
    return None if row is None else PageProof(thing, row.missing_since)


async def among(tx: Transaction, ids: list[ThingId]) -> set[ThingId]:
    """Return which things of *ids* have pages that are proved."""
    rows = await tx.execute(
        sa.select(proved_pages.c.thing_id).where(proved_pages.c.thing_id.in_(ids))
    )
    return {ThingId(row.thing_id) for row in rows}


async def all_(tx: Transaction) -> list[OwnersPage]:
    """List all of them, by thing."""
    rows = await tx.execute(
        sa.select(things, proved_pages.c.missing_since, users.c.username)
        .select_from(proved_pages)
        .join(things, things.c.id == proved_pages.c.thing_id)
        .join(users, users.c.id == things.c.owner_id)
        .order_by(things.c.id)
    )
    return [
        OwnersPage(
            PageProof(ThingId(row.id), row.missing_since), thing_of(row), row.username
        )
        for row in rows
    ]


async def add(tx: Transaction, thing: Thing, *, at: datetime) -> None:
    """Note that the page of *thing* is proved, and not missing."""
    values = {
        "thing_id": thing.id,
        "host": host_to_prove(thing.url),
        "proved_at": at,
        "missing_since": None,
    }
    insert = inserting(tx, proved_pages).values(hashed(proved_pages, values))
    await tx.execute(
        insert.on_conflict_do_update(
            index_elements=[proved_pages.c.thing_id], set_={"missing_since": None}
        )
    )
    await witnesses.add(tx, proved_pages, values)


async def miss(tx: Transaction, thing: ThingId, *, since: datetime) -> None:
    """Note that the proof of the page of *thing* is missing."""
    await tx.execute(
        sa.update(proved_pages)
        .where(proved_pages.c.thing_id == thing)
        .values(missing_since=since)
    )


async def remove(tx: Transaction, thing: ThingId) -> bool:
    """Forget that the page of *thing* is proved; ``False``: it was not."""
    deleted = await tx.execute(
        sa.delete(proved_pages).where(proved_pages.c.thing_id == thing)
    )
    await witnesses.remove(tx, proved_pages, {"thing_id": thing})
    return deleted.rowcount == 1
