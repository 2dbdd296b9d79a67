"""Keeping the index of things: what a client needs not to ask about single ones.

A client has the whole list, or that part of it which a thousand things share with
what he asks about: what a patron reads stays his own (P6).
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from overallt.protocol.buckets import span_of
from overallt.protocol.ids import ThingId, full_hash
from overallt.protocol.index_keys import IndexKeys
from overallt_server.core.index import EMPTY, LATE, ThingsIndex
from overallt_server.core.refusals import IndexTooLarge, NotFound, Refusal
from overallt_server.core.things import Thing
from overallt_server.core.users import User
from overallt_server.storage import index, things, users
from overallt_server.storage.database import Database
from overallt_server.use_cases.gathering import Gathering, Room

# Counting is the same for all who ask, however many they are.
_ROOM: Final = Room(waiting=10_000, at_once=10_000)
BEGINNING: Final = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class NamedThing:
    """A thing and its owner, and the full hash of a name that it has."""

    hash: str
    thing: Thing
    owner: User


class IndexingThings:
    """Makes the index, and keeps the last one for as long as it is true.

    With more than *most_things* nobody is given the whole of it.
    """

    def __init__(self, database: Database, *, most_things: int) -> None:
        self._database = database
        self._most_things = most_things
        self._last = EMPTY
        self._making = asyncio.Lock()
        self._counting = Gathering(self._count_together, _ROOM)

    async def whole(self) -> ThingsIndex:
        """Return the index, all of which may be told.

        Raises:
            IndexTooLarge: it may not, there are too many things.
        """
        made = await self.index()
        if made.things > self._most_things:
            raise IndexTooLarge
        return made

    async def bucket(self, prefix: str) -> IndexKeys:
        """Return the keys of the bucket that is called *prefix*.

        Raises:
            NotFound: no bucket is called so.
        """
        return (await self._divided_as(prefix)).keys.between(*span_of(prefix))

    async def bucket_things(self, prefix: str) -> list[NamedThing]:
        """Return the things of the bucket that is called *prefix*, by their hashes.

        Raises:
            NotFound: no bucket is called so.
        """
        made = await self._divided_as(prefix)
        ids = {ThingId(each) for each in made.ids.between(*span_of(prefix))}
        profiles = {ThingId(each) for each in made.usernames.between(*span_of(prefix))}
        async with self._database.snapshot() as tx:
            found = await things.many(tx, ids | profiles)
            owners = await users.many(tx, (each.owner for each in found.values()))
        named = [(str(each), found[each]) for each in ids]
        named += [
            (owners[found[each].owner].username, found[each]) for each in profiles
        ]
        return sorted(
            (
                NamedThing(full_hash(name), thing, owners[thing.owner])
                for name, thing in named
            ),
            key=lambda each: each.hash,
        )

    async def index(self) -> ThingsIndex:
        """Return the index of all things that exist now.

        Things are never deleted and a user comes with his profile thing, so while
        the number of things is the same, the index is.
        """
        last = self._last
        if last.things == await self._counting.ask(None):
            return last
        # A server that was just started is asked by everybody at once.
        async with self._making:
            self._last = await self._made_from(self._last)
            return self._last

    async def _count_together(self, asked: Sequence[None]) -> list[int | Refusal]:
        async with self._database.snapshot() as tx:
            how_many = await index.how_many_things(tx)
        return [how_many for _ in asked]

    async def _made_from(self, last: ThingsIndex) -> ThingsIndex:
        """Extend *last* by what is new; read all where the number does not come out."""
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
            return made

    async def _divided_as(self, prefix: str) -> ThingsIndex:
        made = await self.index()
        if len(prefix) != made.prefix_bits:
            raise NotFound(
                f"There is no such bucket: they are called by {made.prefix_bits} bits."
            )
        return made
