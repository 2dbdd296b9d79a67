"""The marks of patrons, as they are stored."""

from datetime import datetime

import sqlalchemy as sa

from overallt.protocol.ids import UserId
from overallt_server.core.marks import Mark
from overallt_server.storage import witnesses
from overallt_server.storage.database import Transaction
from overallt_server.storage.row_hashes import hashed
from overallt_server.storage.schema import patron_marks


async def has(tx: Transaction, patron: UserId, mark: Mark) -> bool:
    """Tell whether *patron* has *mark*."""
    rows = await tx.execute(sa.select(patron_marks.c.mark).where(_of(patron, mark)))
    return rows.one_or_none() is not None


async def put(
    tx: Transaction, patron: UserId, mark: Mark, *, reason: str, now: datetime
) -> None:
    """Give *patron* the *mark*, if he has it not yet. His lock is held."""
    if not await has(tx, patron, mark):
        values = {
            "patron_id": patron,
            "mark": str(mark),
            "reason": reason,
            "made_at": now,
        }
        await tx.execute(sa.insert(patron_marks).values(hashed(patron_marks, values)))
        await witnesses.add(tx, patron_marks, values)


async def remove(tx: Transaction, patron: UserId, mark: Mark) -> bool:
    """Take the *mark* of *patron* away; tell whether he had it."""
    removed = await tx.execute(sa.delete(patron_marks).where(_of(patron, mark)))
    key = {"patron_id": patron, "mark": str(mark)}
    await witnesses.remove(tx, patron_marks, key)
    return removed.rowcount == 1


def _of(patron: UserId, mark: Mark) -> "sa.ColumnElement[bool]":
    return (patron_marks.c.patron_id == patron) & (patron_marks.c.mark == str(mark))
