"""Years of giving, in any order, with crashes in between: every cent where it belongs.

Hypothesis plays people who pay in, give, undo, subscribe and make gifts while months
are closed and settled. After each step every balance is held against a model and the
books are audited. A crash stops whatever runs at any of its waits; what it has not kept
is done again.
"""

import asyncio
import shutil
from collections.abc import Coroutine
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, override

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from postgres import run_sql
from story_people import add_user
from story_rules import RULES as STORY_RULES
from years import (
    CHARITY,
    OWNERS,
    PEOPLE,
    TEAM,
    TEAM_THING,
    GiftGiven,
    Given,
    Subscribed,
    Years,
    is_own,
)

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.periods import CLOSE_AFTER, Period
from overallt_server.core.refusals import Refusal
from overallt_server.storage import schema
from overallt_server.storage.database import Database
from overallt_server.use_cases.adding_means import AddingMeans
from overallt_server.use_cases.auditing import Auditing
from overallt_server.use_cases.closing import Closing
from overallt_server.use_cases.flattring import Flattring
from overallt_server.use_cases.gathering import Room
from overallt_server.use_cases.giving import Giving
from overallt_server.use_cases.giving_gifts import GivingGifts
from overallt_server.use_cases.naming_teams import NamingTeams
from overallt_server.use_cases.previewing import Previewing
from overallt_server.use_cases.registering_things import RegisteringThings
from overallt_server.use_cases.settling import Settling
from overallt_server.use_cases.subscribing import Subscribing

pytestmark = pytest.mark.long

RULES: Final = replace(
    STORY_RULES,
    slice_patrons=2,
    max_means_minor=1_000_000,
    max_means_unverified_minor=1_000_000,
)
JANUARY: Final = Period(2026, 1)
people = st.sampled_from(PEOPLE)
things = st.sampled_from(sorted(OWNERS))
weights = st.sampled_from((1, 1, 2, 100))


class LivedYears(RuleBasedStateMachine):
    """Lives on one database; ``new_url`` and ``drop`` make and remove that."""

    new_url: Any
    drop: Any

    def __init__(self) -> None:
        super().__init__()
        self._loop = asyncio.new_event_loop()
        self._url = self.new_url()
        self._database = Database(self._url)
        self._model = Years(RULES, JANUARY.start + timedelta(days=1), JANUARY)
        self._number = 0
        self._flattring = Flattring(
            self._database, RULES, Room(waiting=100, at_once=10)
        )
        self._do(self._begin())
        for person in PEOPLE:
            # Who has nothing to give makes a dull life.
            self.pays_in(person, 3000)
            self.sets_budget(person, 500, active=True)

    @override
    def teardown(self) -> None:
        self._do(self._flattring.close())
        self._do(self._database.close())
        self._loop.close()
        self.drop(self._url)

    @rule(patron=people, minor=st.sampled_from((1, 99, 200, 1000, 5000)))
    def pays_in(self, patron: UserId, minor: int) -> None:
        self._number += 1
        self._do(
            AddingMeans(self._database, RULES).add(
                patron=patron,
                amount=self._model.money(minor),
                provider="by_hand",
                reference=str(self._number),
                reason="it is so in the play",
                now=self._model.now,
            )
        )
        self._model.means[patron] += minor

    @rule(patron=people, minor=st.integers(200, 900), active=st.booleans())
    def sets_budget(self, patron: UserId, minor: int, *, active: bool) -> None:
        self._do(
            Giving(self._database, RULES).set_budget(
                patron=patron, amount=self._model.money(minor), active=active
            )
        )
        self._model.budget[patron] = (minor, active)

    @rule(patron=people, thing=things)
    def flattrs(self, patron: UserId, thing: ThingId) -> None:
        expected = self._model.may_flattr(patron, thing)

        taken = self._is_taken(
            self._flattring.flattr(patron=patron, thing=thing, now=self._model.now)
        )

        assert expected is taken
        if taken:
            self._model.given(patron)[thing] = Given(1)

    @rule(patron=people, thing=things)
    def undoes(self, patron: UserId, thing: ThingId) -> None:
        given = self._model.given(patron).get(thing)

        taken = self._is_taken(
            self._flattring.undo(
                patron=patron, thing=thing, period=None, now=self._model.now
            )
        )

        assert taken is (given is not None and not given.undone)
        if given is not None:
            given.undone = True

    @rule(
        patron=people,
        thing=things,
        weight=weights,
        periods=st.sampled_from((None, 3, 6)),
    )
    def subscribes(
        self, patron: UserId, thing: ThingId, weight: int, periods: int | None
    ) -> None:
        own = self._model.subscriptions.setdefault(patron, {})

        taken = self._is_taken(
            Subscribing(self._database).subscribe(
                patron=patron,
                thing=thing,
                now=self._model.now,
                weight=weight,
                periods=periods,
            )
        )

        assert taken is (not is_own(thing, patron) and thing not in own)
        if taken:
            last = Period.of(self._model.now).after(periods - 1) if periods else None
            own[thing] = Subscribed(weight, last, self._model.now)

    @rule(patron=people, thing=things, ends=st.booleans())
    def changes_a_subscription(
        self, patron: UserId, thing: ThingId, *, ends: bool
    ) -> None:
        subscribing = Subscribing(self._database)
        own = self._model.subscriptions.get(patron, {})
        if thing not in own:
            return
        if ends:
            self._do(subscribing.end(patron=patron, thing=thing))
            del own[thing]
            return
        self._do(subscribing.toggle(patron=patron, thing=thing, now=self._model.now))
        own[thing].active = not own[thing].active
        if own[thing].active:
            own[thing].started = self._model.now

    @rule(patron=people, owner=people, minor=st.sampled_from((200, 299, 5000)))
    def gives_once(self, patron: UserId, owner: UserId, minor: int) -> None:
        self._number += 1
        id_ = str(self._number)

        taken = self._is_taken(
            self._gifts.give(
                patron=patron,
                owner=_name(owner),
                amount=self._model.money(minor),
                id_=id_,
                now=self._model.now,
            )
        )

        assert taken is (patron != owner and self._model.means[patron] >= minor)
        if taken:
            share = minor - minor * RULES.fee_bps // 10_000
            self._model.gifts[id_] = (
                patron,
                GiftGiven(owner, minor, share, self._model.now),
            )
            self._model.means[patron] -= minor
            self._model.held[owner] += share
            self._model.fee += minor - share

    @precondition(lambda self: self._model.gifts)
    @rule(data=st.data())
    def takes_a_gift_back(self, data: st.DataObject) -> None:
        id_ = data.draw(st.sampled_from(sorted(self._model.gifts)))
        patron, _ = self._model.gifts[id_]
        self._do(self._gifts.undo(patron=patron, id_=id_, now=self._model.now))
        self._model.end_gift(id_, undone=True)

    @rule(waits=st.integers(0, 30))
    def releases_gifts(self, waits: int) -> None:
        self._crash(self._gifts.release(now=self._model.now), waits)
        self._do(self._gifts.release(now=self._model.now))
        for id_ in self._model.due_gifts():
            self._model.end_gift(id_, undone=False)

    @rule(days=st.integers(1, 25))
    def time_passes(self, days: int) -> None:
        self._model.now += timedelta(days=days)

    @rule()
    def a_month_ends(self) -> None:
        self.a_month_is_closed(waits=0)
        self.a_month_is_settled(waits=0)

    @rule(waits=st.integers(0, 60))
    def a_month_is_closed(self, waits: int) -> None:
        period = self._model.open
        self._model.now = max(self._model.now, period.end + CLOSE_AFTER)
        closing = Closing(self._database, RULES)
        self._crash(closing.close(period=period, now=self._model.now), waits)
        self._do(closing.close(period=period, now=self._model.now))
        self._crash(self._preview(period), waits)
        self._do(self._preview(period))
        self._model.close()

    @precondition(lambda self: self._model.reserved)
    @rule(waits=st.integers(0, 120))
    def a_month_is_settled(self, waits: int) -> None:
        period = min(self._model.reserved)
        self._crash(self._settle(period), waits)
        for _ in range(2):
            self._do(self._settle(period))
        self._model.settle(period)

    @invariant()
    def every_balance_is_what_it_must_be(self) -> None:
        assert self._model.balances() == self._do(self._balances())

    @invariant()
    def the_books_are_in_order(self) -> None:
        assert [] == self._do(Auditing(self._database, RULES).audit())

    @property
    def _gifts(self) -> GivingGifts:
        return GivingGifts(self._database, RULES)

    def _do[Result](self, deed: Coroutine[Any, Any, Result]) -> Result:
        return self._loop.run_until_complete(deed)

    def _is_taken(self, deed: Coroutine[Any, Any, object]) -> bool:
        try:
            self._do(deed)
        except Refusal:
            return False
        return True

    def _crash(self, deed: Coroutine[Any, Any, object], waits: int) -> None:
        async def crash() -> None:
            task = asyncio.ensure_future(deed)
            for _ in range(waits):
                # A little, so that the database answers in between.
                await asyncio.sleep(0.0003)
            task.cancel()
            await asyncio.wait({task})

        self._do(crash())

    async def _preview(self, period: Period) -> None:
        await Previewing(self._database).preview(
            period=period, now=self._model.now, progress=lambda _done, _all: None
        )

    async def _settle(self, period: Period) -> None:
        await Settling(self._database, RULES).settle(
            period=period,
            now=self._model.now,
            hold=False,
            progress=lambda _done, _all: None,
        )

    async def _begin(self) -> None:
        for person in PEOPLE:
            await add_user(self._database, person, _name(person), now=JANUARY.start)
        registering = RegisteringThings(self._database)
        for thing, owner in OWNERS.items():
            await registering.register(
                owner=owner,
                url=f"https://things.test/{thing}",
                title="A thing",
                charity=thing == CHARITY,
                now=JANUARY.start,
            )
        await NamingTeams(self._database).name(
            thing=TEAM_THING,
            weights={_name(each.user): each.weight for each in TEAM},
            now=JANUARY.start,
        )

    async def _balances(self) -> dict[str, int]:
        lines = schema.postings.c
        signed = sa.case((lines.side == "credit", lines.amount_minor), else_=0)
        other = sa.case((lines.side == "debit", lines.amount_minor), else_=0)
        async with self._database.snapshot() as tx:
            rows = await tx.execute(
                sa.select(
                    lines.ledger_account, sa.func.sum(signed), sa.func.sum(other)
                ).group_by(lines.ledger_account)
            )
            # Cash is the only one here that grows on the debit side.
            told = {
                name: int(debit - credit if name.startswith("cash") else credit - debit)
                for name, credit, debit in rows.all()
            }
        return {name: minor for name, minor in told.items() if minor}


def _name(person: UserId) -> str:
    return f"person-{person}"


def _live(new_url: Any, drop: Any, *, examples: int) -> None:
    machine = type("Lived", (LivedYears,), {"new_url": new_url, "drop": drop})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_years_on_sqlite(sqlite_template: Path, tmp_path: Path) -> None:
    def new_url(_machine: object) -> str:
        file = tmp_path / "years.sqlite"
        shutil.copyfile(sqlite_template, file)
        return f"sqlite:///{file}"

    def drop(_machine: object, _url: str) -> None:
        for file in tmp_path.glob("years.sqlite*"):
            file.unlink()

    _live(new_url, drop, examples=12)


@pytest.mark.postgres
def test_years_on_postgresql(postgres_template: str) -> None:
    def new_url(_machine: object) -> str:
        run_sql(postgres_template, "CREATE DATABASE years TEMPLATE template")
        return f"{postgres_template}/years"

    def drop(_machine: object, _url: str) -> None:
        run_sql(postgres_template, "DROP DATABASE years WITH (FORCE)")

    _live(new_url, drop, examples=4)
