"""Whatever waits, is registered and proved, in any order: who should claim does.

The model keeps sets and walks through all that waits; nothing of it is SQL.
"""

import asyncio
import shutil
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from story_people import add_user
from story_rules import RULES as STORY_RULES

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.intents import (
    KEPT_FOR,
    claimable_by,
    counts_in,
    host_to_prove,
)
from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.core.refusals import Refusal
from overallt_server.storage import schema
from overallt_server.storage.copying import batches
from overallt_server.storage.database import Database
from overallt_server.use_cases.adding_means import AddingMeans
from overallt_server.use_cases.auditing import Auditing
from overallt_server.use_cases.giving import Giving
from overallt_server.use_cases.intending import Intending
from overallt_server.use_cases.proving_hosts import ProvingHosts
from overallt_server.use_cases.registering_things import RegisteringThings

pytestmark = pytest.mark.long

BEGIN: Final = datetime(2026, 1, 5, tzinfo=UTC)
FIVE: Final = Money(500, "EUR")
RULES: Final = replace(STORY_RULES, slice_patrons=2)
# All of them give and own.
PEOPLE: Final = tuple(UserId(number) for number in range(1, 4))
PERSON: Final = st.sampled_from(PEOPLE)
HOST: Final = st.sampled_from(["a.test", "b.test"])
URL: Final = st.builds(
    "{}://{}/{}".format, st.sampled_from(["http", "https"]), HOST, st.just("x")
)
DEEDS: Final = st.lists(
    st.one_of(
        st.tuples(st.just("intend"), PERSON, URL),
        st.tuples(st.just("register"), PERSON, URL),
        st.tuples(st.just("prove"), PERSON, HOST),
        st.tuples(st.just("pause or resume"), PERSON, st.none()),
        st.tuples(st.just("wait"), st.none(), st.sampled_from([1, 30, 90])),
    ),
    min_size=12,
    max_size=30,
)


@dataclass
class Model:
    """What there is, and what must come of it."""

    now: datetime = BEGIN
    waiting: dict[tuple[UserId, str], datetime] = field(default_factory=dict)
    things: dict[str, tuple[ThingId, UserId]] = field(default_factory=dict)
    proved: set[tuple[UserId, str]] = field(default_factory=set)
    paused: set[UserId] = field(default_factory=set)
    flattrs: set[tuple[UserId, Period, ThingId]] = field(default_factory=set)

    def may_intend(self, patron: UserId, url: str) -> bool:
        made_at = self.waiting.get((patron, url), BEGIN - KEPT_FOR)
        return (
            not any(each in self.things for each in claimable_by(url))
            and (patron, host_to_prove(url)) not in self.proved
            and made_at + KEPT_FOR <= self.now
            and patron not in self.paused
        )

    def claim(self, claimants: set[str]) -> None:
        """Let the things at *claimants* claim what they may."""
        for (patron, url), made_at in list(self.waiting.items()):
            by = [
                self.things[each]
                for each in claimable_by(url)
                if each in claimants
                and (self.things[each][1], host_to_prove(url)) in self.proved
            ]
            if not by or made_at + KEPT_FOR <= self.now:
                continue
            thing, owner = by[0]
            if patron == owner:
                del self.waiting[patron, url]
            elif patron not in self.paused:
                del self.waiting[patron, url]
                period = counts_in(self.now, closed=None)
                self.flattrs.add((patron, period, thing))

    @property
    def still_waiting(self) -> set[tuple[UserId, str]]:
        return {
            key
            for key, made_at in self.waiting.items()
            if made_at + KEPT_FOR > self.now
        }


async def rows(database: Database, table: Any) -> list[dict[str, Any]]:
    names = table.columns.keys()
    async with database.snapshot() as tx:
        return [
            dict(zip(names, row, strict=True))
            async for some in batches(database, tx, table)
            for row in some
        ]


class Played:
    """The deeds, done to the model and to the real thing."""

    def __init__(self, database: Database) -> None:
        self.model = Model()
        self._database = database
        self._intending = Intending(database, RULES)
        self._registering = RegisteringThings(database)

    async def begin(self) -> None:
        for person in PEOPLE:
            await add_user(self._database, person, f"p{person}", now=BEGIN)
            await AddingMeans(self._database, RULES).add(
                patron=person,
                amount=FIVE,
                provider="by_hand",
                reference=str(person),
                reason="a test",
                now=BEGIN,
            )
            await self._set_budget(person, active=True)

    async def do(self, what: str, who: Any, where: Any) -> None:
        self.model.now += timedelta(minutes=1)
        if what == "wait":
            self.model.now += timedelta(days=where)
        elif what == "pause or resume":
            self.model.paused ^= {who}
            await self._set_budget(who, active=who not in self.model.paused)
        elif what == "intend":
            await self._intend(who, where)
        elif what == "register":
            await self._register(who, where)
        else:
            await self._prove(who, where)

    async def _set_budget(self, person: UserId, *, active: bool) -> None:
        giving = Giving(self._database, RULES)
        await giving.set_budget(patron=person, amount=FIVE, active=active)

    async def _intend(self, patron: UserId, url: str) -> None:
        may = self.model.may_intend(patron, url)
        try:
            await self._intending.intend(patron=patron, url=url, now=self.model.now)
        except Refusal:
            assert not may
        else:
            assert may
            self.model.waiting[patron, url] = self.model.now

    async def _register(self, owner: UserId, url: str) -> None:
        if url in self.model.things:
            return
        thing = await self._registering.register(
            owner=owner, url=url, title="A thing", now=self.model.now
        )
        self.model.things[url] = (thing.id, owner)
        self.model.claim({url})

    async def _prove(self, owner: UserId, host: str) -> None:
        own = {url for url, (_, whose) in self.model.things.items() if whose == owner}
        if own:
            thing, _ = self.model.things[min(own)]
            proving = ProvingHosts(self._database)
            await proving.note(thing=thing, host=host, now=self.model.now)
            self.model.proved.add((owner, host))
            self.model.claim(own)


async def play(file: Path, deeds: list[tuple[str, Any, Any]]) -> None:
    database = Database(f"sqlite:///{file}")
    played = Played(database)
    await played.begin()
    for deed in deeds:
        await played.do(*deed)
    listed = {
        (patron, each.intent.url)
        for patron in PEOPLE
        for each in await Intending(database, RULES).listed(
            patron=patron, now=played.model.now, page=1, count=100
        )
        if each.thing is None
    }
    flattrs = {
        (row["patron_id"], row["period"], row["thing_id"])
        for row in await rows(database, schema.flattrs)
    }
    findings = await Auditing(database, RULES).audit()
    await database.close()

    assert played.model.still_waiting == listed
    assert played.model.flattrs == flattrs
    assert [] == findings


@settings(max_examples=100, deadline=None)
@given(deeds=DEEDS)
def test_whoever_should_claim_claims_and_nobody_else(
    deeds: list[tuple[str, Any, Any]],
    sqlite_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    file = tmp_path_factory.mktemp("claiming") / "overallt.sqlite"
    shutil.copyfile(sqlite_template, file)
    asyncio.run(play(file, deeds))
