"""The lock of each patron, and of the house: who changes what is theirs has a turn.

A patron's row among the users stands for everything that is his: his budget, his
flattrs and his chain in the journal. Taking a flattr in and closing a period lock the
same row, so a flattr either comes before the close and is frozen, or sees it and goes
into the next period. Locks are always taken in the order of ids, so nobody waits in a
circle. On SQLite a transaction that writes is alone anyway, and these only read.
"""

from typing import Final

import sqlalchemy as sa

from overallt.protocol.ids import UserId
from overallt_server.storage.database import Transaction
from overallt_server.storage.schema import house, users

_LOCK: Final = (
    sa.select(users.c.id).where(users.c.id == sa.bindparam("patron")).with_for_update()
)
_LOCK_MANY: Final = (
    sa.select(users.c.id)
    .where(users.c.id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(users.c.id)
    .with_for_update()
)


async def lock(tx: Transaction, patron: UserId) -> bool:
    """Wait for the turn of *patron*; tell whether there is such a user."""
    row = await tx.execute(_LOCK, {"patron": patron})
    return row.one_or_none() is not None


async def wait(tx: Transaction, *ids: UserId) -> None:
    """Wait for the turn of the patrons of *ids*, who are known to be users.

    For every click: where whoever writes is alone, it costs nothing.
    """
    if tx.dialect.name != "sqlite":
        await tx.execute(_LOCK_MANY, {"ids": ids})


async def lock_between(tx: Transaction, first: UserId, last: UserId) -> None:
    """Wait for the turn of all patrons from *first* to *last*, both included."""
    await _lock(tx, sa.select(users.c.id).where(users.c.id.between(first, last)))


async def lock_all(tx: Transaction) -> None:
    """Wait for the turn of everybody."""
    await _lock(tx, sa.select(users.c.id))


async def lock_house(tx: Transaction) -> None:
    """Wait for the turn of the house; who needs patrons' turns waits for them first."""
    await tx.execute(sa.select(house.c.id).with_for_update())


async def _lock(tx: Transaction, chosen: "sa.Select[int]") -> None:
    # Counted, so that a million ids do not travel here.
    locked = chosen.order_by(users.c.id).with_for_update().subquery()
    await tx.execute(sa.select(sa.func.count()).select_from(locked))
