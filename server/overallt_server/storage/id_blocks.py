"""Short numbers for users and things, leased in blocks from one small table.

A process takes a block of numbers in a transaction of its own and hands them out
without asking again, so that many processes make ids and none waits for another.
A number that a failed transaction has taken, or that a process leaves behind as it
ends, is never given to anybody: ids have gaps, and that is all.
"""

import asyncio
from typing import Final

from overallt_server.storage.database import Database, Transaction
from overallt_server.storage.schema import id_blocks
from overallt_server.storage.uniqueness import inserting

BLOCK: Final = 16
FIRST_ID: Final = 1


class IdBlocks:
    """The blocks that one process has leased, one for each kind of id."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._leased: dict[str, range] = {}
        self._leasing = asyncio.Lock()

    async def next(self, kind: str) -> int:
        """Return the next free id of *kind* (``"user"``, ``"thing"``).

        It may open a transaction: never call it from inside of one.
        """
        async with self._leasing:
            left = self._leased.get(kind) or await self._lease(kind)
            self._leased[kind] = left[1:]
            return left[0]

    async def _lease(self, kind: str) -> range:
        async with self._database.transaction() as tx:
            end = await _advance(tx, kind)
        return range(end - BLOCK, end)


async def _advance(tx: Transaction, kind: str) -> int:
    advanced = await tx.execute(
        inserting(tx, id_blocks)
        .values(kind=kind, next_id=FIRST_ID + BLOCK)
        .on_conflict_do_update(
            index_elements=[id_blocks.c.kind],
            set_={"next_id": id_blocks.c.next_id + BLOCK},
        )
        .returning(id_blocks.c.next_id)
    )
    return int(advanced.scalar_one())
