"""Whether the database answers."""

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from overallt_server.core.refusals import DatabaseAway, ServerBusy
from overallt_server.storage.database import Database
from overallt_server.storage.schema import things


async def answers(database: Database) -> bool:
    """Tell whether *database* can be reached and has our tables."""
    try:
        async with database.snapshot() as tx:
            await tx.execute(sa.select(things.c.id).limit(1))
    except (DatabaseAway, ServerBusy, SQLAlchemyError):
        return False
    return True
