"""Things as they are stored."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import sqlalchemy as sa

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.things import Thing
from overallt_server.storage.database import Transaction
from overallt_server.storage.row_hashes import hashed
from overallt_server.storage.schema import things
from overallt_server.storage.uniqueness import unique

# SQLite takes at most 32,766 parameters in one statement.
MANY_AT_ONCE: Final = 10_000


async def get(tx: Transaction, thing: ThingId) -> Thing | None:
    """Return the thing with the id *thing*, or ``None``."""
    rows = await tx.execute(sa.select(things).where(things.c.id == thing))
    row = rows.one_or_none()
    return None if row is None else thing_of(row)


async def wait(tx: Transaction, thing: ThingId) -> Thing | None:
    """Return the thing with the id *thing*, once nobody else changes it any more."""
    rows = await tx.execute(
        sa.select(things).where(things.c.id == thing).with_for_update()
    )
    row = rows.one_or_none()
    return None if row is None else thing_of(row)


async def many(tx: Transaction, ids: Iterable[ThingId]) -> dict[ThingId, Thing]:
    """Return the things of *ids* by their id; what does not exist is left out."""
    wanted = sorted(set(ids))
    found: dict[ThingId, Thing] = {}
    for start in range(0, len(wanted), MANY_AT_ONCE):
        part = wanted[start : start + MANY_AT_ONCE]
        rows = await tx.execute(sa.select(things).where(things.c.id.in_(part)))
        found |= {ThingId(row.id): thing_of(row) for row in rows}
    return found


async def nearest(tx: Transaction, urls: Sequence[str]) -> Thing | None:
    """Return the thing registered at the first of *urls* that has one, or ``None``."""
    found = await at(tx, urls)
    return next((found[url] for url in urls if url in found), None)


async def at(tx: Transaction, urls: Sequence[str]) -> dict[str, Thing]:
    """Return the things registered at *urls*, by URL."""
    rows = await tx.execute(sa.select(things).where(things.c.url.in_(urls)))
    return {row.url: thing_of(row) for row in rows}


async def of_owner(
    tx: Transaction, owner: UserId, *, page: int, count: int, hidden: bool
) -> list[Thing]:
    """List the things of *owner*, newest first, *hidden* ones too or not.

    *page* counts from 1.
    """
    is_shown = sa.true() if hidden else sa.not_(things.c.hidden)
    rows = await tx.execute(
        sa.select(things)
        .where(things.c.owner_id == owner, is_shown)
        .order_by(things.c.created_at.desc(), things.c.id.desc())
        .limit(count)
        .offset((page - 1) * count)
    )
    return [thing_of(row) for row in rows]


async def add(tx: Transaction, thing: Thing) -> None:
    """Store a new *thing*.

    Raises:
        Taken: its id or its URL is taken.
    """
    with unique():
        await tx.execute(
            sa.insert(things).values(
                hashed(
                    things,
                    {
                        "id": thing.id,
                        "owner_id": thing.owner,
                        "url": thing.url,
                        "title": thing.title,
                        "description": thing.description,
                        "language": thing.language,
                        "category": thing.category,
                        "tags": list(thing.tags),
                        "hidden": thing.hidden,
                        "charity": thing.charity,
                        "created_at": thing.created_at,
                    },
                )
            )
        )


async def describe(tx: Transaction, thing: Thing) -> None:
    """Store how *thing* is described now; its owner and address stay."""
    await tx.execute(
        sa.update(things)
        .where(things.c.id == thing.id)
        .values(
            title=thing.title,
            description=thing.description,
            language=thing.language,
            category=thing.category,
            tags=list(thing.tags),
            hidden=thing.hidden,
        )
    )


def thing_of(row: sa.Row[Any]) -> Thing:
    """Return the thing whose columns *row* has, maybe among others."""
    return Thing(
        id=ThingId(row.id),
        owner=UserId(row.owner_id),
        url=row.url,
        title=row.title,
        description=row.description,
        language=row.language,
        category=row.category,
        tags=tuple(row.tags),
        hidden=row.hidden,
        charity=row.charity,
        created_at=row.created_at,
    )
