"""What an audit reads of users: those who are named and are not there."""

import sqlalchemy as sa

from overallt_server.storage.database import Transaction
from overallt_server.storage.schema import budgets, things, users


async def missing(tx: Transaction) -> list[int]:
    """List who owns a thing or has a budget and is no user.

    Whoever signs up owns a thing from then on: his profile.
    """
    named = [
        sa.select(column.label("id"))
        .outerjoin(users, users.c.id == column)
        .where(users.c.id.is_(None))
        for column in (things.c.owner_id, budgets.c.patron_id)
    ]
    rows = await tx.execute(sa.union(*named).order_by("id"))
    return [row.id for row in rows]
