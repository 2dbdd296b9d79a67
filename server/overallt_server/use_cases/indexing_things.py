"""The index of things: short hashes that tell which text tags name something.

A client fetches it whole and so needs not ask about the single tags it meets: what
a patron reads never leaves his computer (P6).
"""

import hashlib
from dataclasses import dataclass

from overallt.protocol.ids import index_key
from overallt_server.storage import things, users
from overallt_server.storage.database import Database


@dataclass(frozen=True, slots=True)
class ThingsIndex:
    """The keys of all ids and usernames, sorted and joined, and their version.

    ``things`` is the number of things it was made from.
    """

    content: bytes
    etag: str
    things: int


class IndexingThings:
    """Makes the index, and keeps the last one for as long as it is true."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._last: ThingsIndex | None = None

    async def index(self) -> ThingsIndex:
        """Return the index of all things that exist now.

        Things are never deleted and a user comes with his profile thing, so while
        the number of things is the same, the index is.
        """
        async with self._database.snapshot() as tx:
            how_many = await things.how_many(tx)
            if self._last is not None and self._last.things == how_many:
                return self._last
            ids = await things.all_ids(tx)
            usernames = await users.usernames(tx)
        keys = sorted(index_key(str(each)) for each in [*ids, *usernames])
        content = b"".join(keys)
        etag = hashlib.sha256(content).hexdigest()
        self._last = ThingsIndex(content, etag, how_many)
        return self._last
