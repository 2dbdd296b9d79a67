"""Marking: an operator notes who a patron is, and releases who was frozen."""

from datetime import datetime

from overallt.protocol.ids import UserId
from overallt_server.core.marks import Mark
from overallt_server.core.refusals import InvalidRequest, NotFound
from overallt_server.storage import marks, patrons
from overallt_server.storage.database import Database


class Marking:
    """The use cases of marks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def verify(self, *, patron: UserId, reason: str, now: datetime) -> None:
        """Note that it is known who *patron* is, and by what.

        Raises:
            InvalidRequest: there is no reason.
            NotFound: there is no such user.
        """
        if not reason.strip():
            raise InvalidRequest("Say by what it is known who this is.")
        async with self._database.transaction() as tx:
            if not await patrons.lock(tx, patron):
                raise NotFound
            await marks.put(tx, patron, Mark.VERIFIED, reason=reason, now=now)

    async def release(self, *, patron: UserId) -> None:
        """Let *patron*, who was frozen, give and pay in again.

        Raises:
            InvalidRequest: he is not frozen.
            NotFound: there is no such user.
        """
        async with self._database.transaction() as tx:
            if not await patrons.lock(tx, patron):
                raise NotFound
            if not await marks.remove(tx, patron, Mark.FROZEN):
                raise InvalidRequest("This user is not frozen.")
