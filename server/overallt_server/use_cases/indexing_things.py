"""Keeping the index of things: what a client needs not to ask about single ones.

A client has the whole list, so it need not ask about the text tags it meets: what a
patron reads never leaves his computer (P6).
"""

import asyncio
from datetime import UTC, datetime
from typing import Final

from overallt_server.core.index import EMPTY, LATE, ThingsIndex
from overallt_server.storage import index
from overallt_server.storage.database import Database

BEGINNING: Final = datetime.fromtimestamp(0, UTC)


class IndexingThings:
    """Makes the index, and keeps the last one for as long as it is true."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._last = EMPTY

    async def index(self) -> ThingsIndex:
        """Return the index of all things that exist now.

        Things are never deleted and a user comes with his profile thing, so while
        the number of things is the same, the index is. Else what is new is read,
        and everything only where the number then does not come out.
        """
        last = self._last
        async with self._database.snapshot() as tx:
            things = await index.how_many_things(tx)
            if last.things == things:
                return last
            newest = datetime.fromtimestamp(last.newest, UTC)
            names = await index.names(tx, since=newest - LATE)
            # Hashing and sorting a hundred thousand names is no work for the loop.
            made = await asyncio.to_thread(last.extended, names)
            if made.things != things:
                names = await index.names(tx, since=BEGINNING)
                made = await asyncio.to_thread(EMPTY.extended, names)
        self._last = made
        return made
