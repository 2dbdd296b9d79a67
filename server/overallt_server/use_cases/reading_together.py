"""Reading together: what many look for at the same time is looked for at once.

To open a snapshot and send a statement costs many times what a row does. So whoever
asks while others are being served waits for these, and is then served together with all
who have come meanwhile, by one statement; who asks alone is served at once. Everybody
reads a state that is newer than his question.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Final

from overallt_server.core.refusals import Refusal
from overallt_server.storage.database import Database, Transaction
from overallt_server.use_cases.gathering import Gathering, Room

# Of those who ask at once each may name a hundred things, and a statement has room for
# tens of thousands of parameters.
_ROOM: Final = Room(waiting=10_000, at_once=100)


class ReadingTogether[Key, Value]:
    """Answers by *read*, which returns what it finds of many keys, by key."""

    def __init__(
        self,
        database: Database,
        read: Callable[[Transaction, Sequence[Key]], Awaitable[Mapping[Key, Value]]],
    ) -> None:
        self._database = database
        self._read = read
        self._gathering = Gathering(self._read_together, _ROOM)

    async def many(self, keys: Iterable[Key]) -> dict[Key, Value]:
        """Return what is found of *keys*, by key.

        Raises:
            ServerBusy: too many ask already.
        """
        return await self._gathering.ask(frozenset(keys))

    async def _read_together(
        self, asked: Sequence[frozenset[Key]]
    ) -> list[dict[Key, Value] | Refusal]:
        wanted = list(frozenset[Key]().union(*asked))
        async with self._database.snapshot() as tx:
            found = await self._read(tx, wanted)
        return [{key: found[key] for key in keys if key in found} for keys in asked]
