"""Everything that a database holds, to be compared with another's."""

from overallt_server.storage import copying
from overallt_server.storage.database import Database


async def all_rows(database: Database) -> dict[str, list[copying.Row]]:
    """Return the rows of each table, in the order of their keys."""
    async with database.snapshot() as tx:
        return {
            table.name: [
                row
                async for rows in copying.batches(database, tx, table)
                for row in rows
            ]
            for table in copying.TABLES
        }


def silent(_done: int, _all: int) -> None:
    """Hear of the progress and say nothing."""
