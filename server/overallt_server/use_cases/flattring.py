"""Flattring: giving a flattr, undoing it, and who gave what."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.flattrs import (
    CLICK_WEIGHT,
    Flattr,
    refuse_flattr,
    refuse_undo,
)
from overallt_server.core.periods import Period, open_at
from overallt_server.core.refusals import IdempotencyMismatch, NotFound
from overallt_server.core.rules import Rules
from overallt_server.core.things import Thing
from overallt_server.storage import (
    flattrs,
    idempotency,
    patrons,
    periods,
    standings,
    things,
)
from overallt_server.storage.database import Database, Transaction
from overallt_server.storage.flattrs import ThingCounts
from overallt_server.storage.standings import Standing

KEYS_ARE_KEPT: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Flattred:
    """What a patron is answered: the thing, and how often it has been flattred now."""

    thing: Thing
    flattrs: int


@dataclass(frozen=True, slots=True)
class GivenFlattr:
    """A flattr in a patron's history."""

    thing: Thing
    period: Period
    flattred_at: datetime


class Flattring:
    """The use cases around a single flattr."""

    def __init__(self, database: Database, rules: Rules) -> None:
        self._database = database
        self._rules = rules

    async def flattr(
        self,
        *,
        patron: UserId,
        thing: ThingId,
        now: datetime,
        idempotency_key: str | None = None,
    ) -> Flattred:
        """Give *thing* a flattr of *patron* in the open period.

        The same *idempotency_key* gets the same answer again for 90 days and gives
        nothing more; a refusal is not kept.

        Raises:
            NotFound: there is no such thing.
            IdempotencyMismatch: the key came with another thing before.
            OwnThing, AlreadyFlattred, NoMeans: see ``core.flattrs``.
        """
        async with self._database.transaction() as tx:
            await patrons.wait(tx, patron)
            standing = await standings.get(
                tx, patron, thing, currency=self._rules.currency, now=now
            )
            if standing is None:
                raise NotFound
            if idempotency_key is None:
                return await _give(tx, patron, standing, now)
            request_hash = hashlib.sha256(f"flattr:{thing}".encode()).digest()
            kept_since = now - KEYS_ARE_KEPT
            before = await idempotency.get(
                tx, patron, idempotency_key, since=kept_since
            )
            if before is not None:
                if before.request_hash != request_hash:
                    raise IdempotencyMismatch
                return Flattred(standing.thing, int(before.answer))
            flattred = await _give(tx, patron, standing, now)
            await idempotency.forget(tx, patron, before=kept_since)
            answered = idempotency.Answered(request_hash, str(flattred.flattrs))
            await idempotency.put(tx, patron, idempotency_key, answered, at=now)
            return flattred

    async def undo(
        self,
        *,
        patron: UserId,
        thing: ThingId,
        now: datetime,
        period: Period | None = None,
    ) -> None:
        """Take a flattr back, of the open period or of *period* until it is closed.

        Raises:
            NotFound: there is none, or it is undone already.
            PeriodClosed: *period* is closed.
        """
        async with self._database.transaction() as tx:
            await patrons.wait(tx, patron)
            period = period or await periods.open_at(tx, now)
            flattr = await flattrs.get(tx, patron, period, thing)
            closed = await periods.get(tx, period) is not None
            refuse_undo(flattr, closed=closed)
            await flattrs.undo(tx, patron, period, thing, at=now)

    async def given(
        self, *, patron: UserId, page: int, count: int
    ) -> list[GivenFlattr]:
        """List the flattrs of *patron*, newest first, undone ones left out.

        *page* counts from 1; empty beyond the last one.
        """
        async with self._database.snapshot() as tx:
            listed = await flattrs.given(tx, patron, page=page, count=count)
            by_id = await things.many(tx, (flattr.thing for flattr in listed))
        return [
            GivenFlattr(by_id[flattr.thing], flattr.period, flattr.flattred_at)
            for flattr in listed
        ]

    async def counts(self, ids: Sequence[ThingId]) -> dict[ThingId, ThingCounts]:
        """Count the flattrs that the things of *ids* have had, zero included."""
        async with self._database.snapshot() as tx:
            return await flattrs.counts(tx, ids)

    async def flattred(
        self, *, patron: UserId, things: Sequence[ThingId], now: datetime
    ) -> set[ThingId]:
        """Tell which of *things* the *patron* has flattred in the open period."""
        async with self._database.snapshot() as tx:
            period = await periods.open_at(tx, now)
            return await flattrs.flattred(tx, patron, period, things)


async def _give(
    tx: Transaction, patron: UserId, standing: Standing, now: datetime
) -> Flattred:
    thing = standing.thing
    period = open_at(now, closed=standing.closed)
    refuse_flattr(
        patron=patron,
        thing=thing,
        is_flattred=period in standing.flattred_in,
        budget=standing.budget,
        means=standing.means,
    )
    await flattrs.add(
        tx, Flattr(patron, thing.id, period, CLICK_WEIGHT, now, undone_at=None)
    )
    return Flattred(thing, standing.flattrs + 1)
