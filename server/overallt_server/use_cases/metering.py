"""Metering: how many requests each has made, counted by all workers together.

To count each in the database would make every question a write. So a worker leases
some of what somebody may ask, and counts these by itself. Nobody waits for a lease:
whoever comes first has one on credit, and the next is fetched in the background while
half of the last is left. Whoever needs one in the same moment shares the transaction,
so that however many ask, it is a few writes a second.

More than the limit is allowed only on credit, at most one lease for each worker and
hour, until it has heard that the others have used up all. What a worker has leased and
not used when the hour is over, or as it ends, counts as used.
"""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from overallt_server.core.allowances import HOUR, Allowance
from overallt_server.core.limits import Tries
from overallt_server.storage import tries
from overallt_server.storage.database import Database

LEAST_LEASED: Final = 50
# A worker that ends with leases not used up takes at most this part of an hour along.
_LEASES_AN_HOUR: Final = 20
_TOGETHER_SECONDS: Final = 0.2
_FORGET_EVERY: Final = timedelta(minutes=1)
# Longer than any limit looks back.
_LOOKED_BACK: Final = timedelta(days=1)


@dataclass(slots=True)
class _Asker:
    """What this worker knows of one who asks.

    *leased* is what all workers have leased so far, *left* what this one may still
    allow, of which so many were *lent* to it before it leased any.
    """

    subject: bytes
    began_at: datetime
    asked_at: datetime
    leased: int
    left: int
    lent: int


class Metering:
    """Counts requests, up to *limit* an hour for each who asks."""

    def __init__(self, database: Database, *, limit: int) -> None:
        self._database = database
        self._limit = limit
        self._lease = min(limit, max(LEAST_LEASED, limit // _LEASES_AN_HOUR))
        self._askers: dict[bytes, _Asker] = {}
        self._wanting: dict[bytes, _Asker] = {}
        self._leasing: asyncio.Task[None] | None = None
        self._forgot_at = datetime.min.replace(tzinfo=UTC)

    async def count(self, who: str, *, now: datetime) -> Allowance:
        """Count one more request of *who*, also one that is too many.

        Raises:
            DatabaseAway, ServerBusy: nothing is left on credit, and more cannot be
                leased.
        """
        asker = self._asker(who, now)
        asker.asked_at = now
        while self._needs_lease(asker):
            leasing = self._lease_soon(asker)
            if asker.left:
                break
            await asyncio.shield(leasing)
        if not asker.left:
            return Allowance(self._limit, self._limit + 1, asker.began_at)
        asker.left -= 1
        return self._told(asker)

    def seen(self, who: str, *, now: datetime) -> Allowance:
        """Tell what this worker knows of *who*, counting nothing."""
        asker = self._askers.get(_subject_of(who))
        if asker is None or _is_over(asker, now):
            return Allowance(self._limit, 0, now)
        return self._told(asker)

    async def close(self) -> None:
        """Wait until what was allowed on credit is leased."""
        if self._leasing is not None:
            await asyncio.wait([self._leasing])

    def _asker(self, who: str, now: datetime) -> _Asker:
        subject = _subject_of(who)
        asker = self._askers.get(subject)
        if asker is None or _is_over(asker, now):
            lease = self._lease
            asker = _Asker(subject, now, now, leased=lease, left=lease, lent=lease)
            self._askers[subject] = asker
        return asker

    def _told(self, asker: _Asker) -> Allowance:
        used = min(asker.leased, self._limit) - asker.left
        return Allowance(self._limit, used, asker.began_at)

    def _needs_lease(self, asker: _Asker) -> bool:
        is_low = asker.left <= self._lease // 2 and asker.leased < self._limit
        return asker.lent > 0 or is_low

    def _lease_soon(self, asker: _Asker) -> asyncio.Task[None]:
        self._wanting[asker.subject] = asker
        if self._leasing is None or self._leasing.done():
            self._leasing = asyncio.create_task(self._lease_together())
            # Whoever waits for it is told if it fails; often nobody does.
            self._leasing.add_done_callback(asyncio.Task.exception)
        return self._leasing

    async def _lease_together(self) -> None:
        await asyncio.sleep(_TOGETHER_SECONDS)
        wanting = {
            subject: asker
            for subject, asker in self._wanting.items()
            # It may have been given one since it said so.
            if self._needs_lease(asker)
        }
        self._wanting.clear()
        if not wanting:
            return
        now = max(asker.asked_at for asker in wanting.values())
        async with self._database.transaction() as tx:
            await tries.forget(tx, before=now - _LOOKED_BACK)
            made = await tries.add_each(
                tx, wanting, made=self._lease, within=HOUR, now=now
            )
        for subject, so_far in made.items():
            self._give(wanting[subject], so_far)
        self._forget(now)

    def _give(self, asker: _Asker, so_far: Tries) -> None:
        before = so_far.tries - self._lease
        given = min(self._lease, max(0, self._limit - before))
        asker.left = max(0, asker.left + given - asker.lent)
        asker.lent = 0
        asker.leased = so_far.tries
        asker.began_at = so_far.began_at

    def _forget(self, now: datetime) -> None:
        if now - self._forgot_at >= _FORGET_EVERY:
            self._forgot_at = now
            self._askers = {
                subject: asker
                for subject, asker in self._askers.items()
                if not _is_over(asker, now)
            }


def _is_over(asker: _Asker, now: datetime) -> bool:
    return now >= asker.began_at + HOUR


def _subject_of(who: str) -> bytes:
    return hashlib.sha256(f"requests\n{who}".encode()).digest()
