"""Flattring: giving a flattr, undoing it, and who gave what."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.flattrs import (
    CLICK_WEIGHT,
    Flattr,
    refuse_flattr,
    refuse_late_click,
    refuse_undo,
)
from overallt_server.core.periods import Period, open_at
from overallt_server.core.refusals import IdempotencyMismatch, NotFound, Refusal
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
from overallt_server.storage.idempotency import Answered
from overallt_server.storage.standings import PatronStanding, ThingStanding
from overallt_server.use_cases.gathering import Gathering, Room
from overallt_server.use_cases.reading_together import ReadingTogether
from overallt_server.use_cases.repeating import KEYS_ARE_KEPT


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


@dataclass(frozen=True, slots=True)
class _Click:
    patron: UserId
    thing: ThingId
    now: datetime
    key: str | None
    made_at: datetime | None

    @property
    def request_hash(self) -> bytes:
        return hashlib.sha256(f"flattr:{self.thing}".encode()).digest()


class Flattring:
    """The use cases around a single flattr."""

    def __init__(self, database: Database, rules: Rules, room: Room) -> None:
        """Take flattrs in by group commit, as many at once as there is *room*."""
        self._database = database
        self._rules = rules
        self._intake = Gathering(self._flattr_together, room)
        self._counts = ReadingTogether(database, flattrs.counts)

    async def flattr(
        self,
        *,
        patron: UserId,
        thing: ThingId,
        now: datetime,
        idempotency_key: str | None = None,
        made_at: datetime | None = None,
    ) -> Flattred:
        """Give *thing* a flattr of *patron* in the open period.

        The same *idempotency_key* gets the same answer again for 90 days and gives
        nothing more; a refusal is not kept. *made_at* is when he clicked, if that was
        before and somebody says so.

        Raises:
            ServerBusy: too many flattrs wait already.
            NotFound: there is no such thing, or no such user any more.
            IdempotencyMismatch: the key came with another thing before.
            LateClick: he clicked in a period that has ended.
            OwnThing, AlreadyFlattred, NoMeans: see ``core.flattrs``.
        """
        click = _Click(patron, thing, now, idempotency_key, made_at)
        return await self._intake.ask(click)

    async def close(self) -> None:
        """Wait until every flattr that was asked for is answered."""
        await self._intake.close()

    async def _flattr_together(
        self, clicks: Sequence[_Click]
    ) -> list[Flattred | Refusal]:
        async with self._database.transaction() as tx:
            intake = await self._load(tx, clicks)
            outcomes = [intake.outcome(click) for click in clicks]
            if intake.new_flattrs:
                await flattrs.add(tx, *intake.new_flattrs)
            if intake.new_answers:
                await idempotency.put(tx, intake.new_answers)
        return outcomes

    async def _load(self, tx: Transaction, clicks: Sequence[_Click]) -> "_Intake":
        givers = sorted({click.patron for click in clicks})
        await patrons.wait(tx, *givers)
        by_thing = await standings.of_things(tx, {click.thing for click in clicks})
        by_patron = await standings.of_patrons(
            tx, givers, currency=self._rules.currency
        )
        before = await flattrs.given_before(
            tx,
            {
                (click.patron, open_at(click.now, closed=standing.closed), click.thing)
                for click in clicks
                if (standing := by_thing.get(click.thing))
            },
        )
        keys = {(click.patron, click.key) for click in clicks if click.key is not None}
        answered = {}
        if keys:
            kept_since = max(click.now for click in clicks) - KEYS_ARE_KEPT
            await idempotency.forget(tx, givers, before=kept_since)
            answered = await idempotency.many(tx, keys)
        return _Intake(by_thing, by_patron, before, answered)

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
        return await self._counts.many(ids)


class _Intake:
    """What is known of those who click together, and what has come of it so far.

    Each click is judged as if those before it were stored already, so that it makes
    no difference whether two come together or one after the other.
    """

    def __init__(
        self,
        things: Mapping[ThingId, ThingStanding],
        patrons: Mapping[UserId, PatronStanding],
        given_before: set[flattrs.Key],
        answered: Mapping[idempotency.Key, Answered],
    ) -> None:
        self._things = things
        self._patrons = patrons
        self._given = given_before
        self._answered = {**answered}
        self._more: Counter[ThingId] = Counter()
        self.new_flattrs: list[Flattr] = []
        self.new_answers: dict[idempotency.Key, Answered] = {}

    def outcome(self, click: _Click) -> Flattred | Refusal:
        try:
            return self._answer(click)
        except Refusal as refusal:
            return refusal

    def _answer(self, click: _Click) -> Flattred:
        standing = self._things.get(click.thing)
        # Whatever is not there must not break the others' flattrs.
        if standing is None or click.patron not in self._patrons:
            raise NotFound
        if click.key is None:
            return self._give(click, standing)
        key = (click.patron, click.key)
        before = self._answered.get(key)
        if before is not None:
            if before.request_hash != click.request_hash:
                raise IdempotencyMismatch
            return Flattred(standing.thing, int(before.answer))
        flattred = self._give(click, standing)
        answered = Answered(click.request_hash, str(flattred.flattrs), click.now)
        self._answered[key] = self.new_answers[key] = answered
        return flattred

    def _give(self, click: _Click, standing: ThingStanding) -> Flattred:
        patron, thing = click.patron, standing.thing
        period = open_at(click.now, closed=standing.closed)
        refuse_late_click(click.made_at, period)
        giver = self._patrons[patron]
        refuse_flattr(
            patron=patron,
            owners=standing.owners,
            is_flattred=(patron, period, thing.id) in self._given,
            budget=giver.budget,
            means=giver.means,
        )
        new = Flattr(patron, thing.id, period, CLICK_WEIGHT, click.now, undone_at=None)
        self.new_flattrs.append(new)
        self._given.add((patron, period, thing.id))
        self._more[thing.id] += 1
        return Flattred(thing, standing.flattrs + self._more[thing.id])
