"""Previewing: what a closed period will bring each owner, told before it is settled.

Computed once, slice by slice, each in a transaction of its own that also marks the
slice: killed at any instant, it goes on where it was. So it costs as much as dividing
the pots once more, whoever looks at it how often; and since pots are frozen, it stays
right until the period is settled. What a patron's own flattrs will be worth is told
from his pot when he asks, see ``use_cases.reporting``.
"""

from collections.abc import Callable
from datetime import datetime

from overallt_server.core.periods import Period
from overallt_server.core.refusals import InvalidRequest
from overallt_server.storage import periods, thing_shares
from overallt_server.storage.database import Database


class Previewing:
    """The use case of computing preliminary figures."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def preview(
        self,
        *,
        period: Period,
        now: datetime,
        progress: Callable[[int, int], None] = lambda _done, _every: None,
    ) -> None:
        """Compute the preliminary figures of *period*; once it is settled, nothing.

        What is computed already is not computed again. *progress* is told how many
        slices are done and how many there are, after each one that is kept.

        Raises:
            InvalidRequest: it is not closed yet.
        """
        async with self._database.snapshot() as tx:
            if await periods.get(tx, period) is None:
                raise InvalidRequest(
                    f"{period} must be closed before its figures can be told."
                )
        while await self._preview_slice(period, now, progress):
            pass

    async def _preview_slice(
        self, period: Period, now: datetime, progress: Callable[[int, int], None]
    ) -> bool:
        async with self._database.transaction() as tx:
            slice_ = await thing_shares.claim_slice(tx, period, at=now)
            if slice_ is None:
                return False
            await thing_shares.add_slice(tx, slice_)
            slices = await periods.count_slices(tx, period)
        progress(slices.summed, slices.every)
        return True
