"""The ledger language of the stories: a parser that is exact, and who plays them.

A story begins with what it is about, unindented; then one indented line is one event
or one expectation, told in order::

  mona   owns            song, essay
  clinic is a charity                      (and: is shared by mona 2, nina 1)
  ada    adds means      10.00 EUR, sets budget 10.00 EUR
  ada    pauses budget
  ada    flattrs         song, essay
  ada    undoes          song              (or: song in 2026-01)
  ada    subscribes to   song              (and: unsubscribes; toggles pauses)
  ada    subscribes to   song with weight 60 for 3 months      (and: weighs song 40)
  ada    cannot flattr   song: You have already flattred this thing this month.
  ada    cannot undo     song in 2026-01: This month is closed ...
  --     month is over   2026-01           (an hour before it is closed)
  --     month closes    2026-01
  --     month settles   2026-01           (and: month ends, closes and settles)
  ada    gives            5.00 EUR to mona  (and: takes back the gift; has held)
  --     9 days pass
  ada    transfers       10.00 EUR         (and: without a reference)
  ada    is assigned     10.00 EUR         (and: is sent back)
  bank   charges          0.10 EUR         (and: tells all again)
  ada    waits for       song              (and: waits no more for; mona claims song)
  mona   names an account                  (and: cannot ask for, before three days)
  mona   asks for         3.00 EUR         (and: has on the way; is paid, rejected ...)
  bank   gets orders of   3.00 EUR         (or: twice at once)
  bank   holds            9.90 EUR         (and: suspense, cards, costs, loss)
  ada    pays by card    15.00 EUR         (and: charges back, owes ...)
  anna   orders          means 5.00 EUR for ada     (and: confirms, refuses order 1)
  song   earned           3.00 EUR         (and: fee earned)
  ada    has means        0.00 EUR         (and: has reserved, has revenue)

Several actions of one person are joined by commas. A thing that nobody owns belongs to
an owner of its own; whoever is named first is there from then on. The story begins in
the month that it names first.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, override

import pytest
import sqlalchemy as sa
from story_bank import BANK_PHRASES
from story_cards import CARD_PHRASES, CardStage
from story_gifts import GIFT_PHRASES, GiftStage
from story_intents import INTENT_PHRASES, IntentStage
from story_orders import ORDER_PHRASES, OrderStage
from story_payouts import PAYOUT_PHRASES, PayoutStage
from story_people import add_user
from story_rules import RULES
from story_subscriptions import SUBSCRIPTION_PHRASES, SubscriptionStage
from story_teams import TEAM_PHRASES, TeamStage

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.core.refusals import Refusal
from overallt_server.storage import schema
from overallt_server.storage.database import Database
from overallt_server.use_cases.adding_means import AddingMeans
from overallt_server.use_cases.auditing import Auditing
from overallt_server.use_cases.closing import Closing
from overallt_server.use_cases.earning import Earning
from overallt_server.use_cases.flattring import Flattring
from overallt_server.use_cases.gathering import Room
from overallt_server.use_cases.giving import Giving
from overallt_server.use_cases.registering_things import RegisteringThings
from overallt_server.use_cases.settling import Settling

NAME: Final = r"[a-z]+"
AMOUNT: Final = r"(?P<amount>[0-9]+\.[0-9]{2}) EUR"
THING: Final = rf"(?P<thing>{NAME})(?: in (?P<period>[0-9]{{4}}-[0-9]{{2}}))?"
PERIOD: Final = r"(?P<period>[0-9]{4}-[0-9]{2})"

# What a line may say after its first word; the key is the method that plays it.
PHRASES: Final = {
    "owns": re.compile(rf"owns (?P<things>{NAME}(?:, {NAME})*)"),
    "is_a_charity": re.compile(r"is a charity"),
    "adds_means": re.compile(rf"adds means {AMOUNT}"),
    "sets_budget": re.compile(rf"sets budget {AMOUNT}"),
    "pauses_budget": re.compile(r"pauses budget"),
    "flattrs": re.compile(rf"flattrs (?P<things>{NAME}(?:, {NAME})*)"),
    "undoes": re.compile(rf"undoes {THING}"),
    "cannot_flattr": re.compile(rf"cannot flattr (?P<thing>{NAME}): (?P<because>.+)"),
    "cannot_undo": re.compile(rf"cannot undo {THING}: (?P<because>.+)"),
    "month_is_over": re.compile(rf"month is over {PERIOD}"),
    "month_closes": re.compile(rf"month closes {PERIOD}"),
    "month_settles": re.compile(rf"month settles {PERIOD}"),
    "month_ends": re.compile(rf"month ends {PERIOD}"),
    "earned": re.compile(rf"earned {AMOUNT}"),
    "has_means": re.compile(rf"has means {AMOUNT}"),
    "has_reserved": re.compile(rf"has reserved {AMOUNT}"),
    "has_held": re.compile(rf"has held {AMOUNT}"),
    "has_revenue": re.compile(rf"has revenue {AMOUNT}"),
    **BANK_PHRASES,
    **GIFT_PHRASES,
    **INTENT_PHRASES,
    **ORDER_PHRASES,
    **CARD_PHRASES,
    **SUBSCRIPTION_PHRASES,
    **PAYOUT_PHRASES,
    **TEAM_PHRASES,
}
# Only these may be joined to others by commas.
JOINED: Final = {"adds_means", "sets_budget", "pauses_budget"}
LINE: Final = re.compile(rf"  (?P<who>{NAME}|--) +(?P<phrase>[^ ].*)")


class MalformedStory(ValueError):
    """A line says what the language has no words for."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event or expectation of a story."""

    number: int
    who: str
    what: str
    details: dict[str, str]


def parse(story: str) -> list[Event]:
    events: list[Event] = []
    for number, line in enumerate(story.splitlines(), start=1):
        if line.startswith(" "):
            events += _events(number, line)
        elif line and events:
            raise MalformedStory(f"line {number}: {line!r} comes after the events")
    if not any("period" in event.details for event in events):
        raise MalformedStory("the story names no month")
    return events


def _events(number: int, line: str) -> list[Event]:
    match = LINE.fullmatch(line)
    if match is None:
        raise MalformedStory(f"line {number}: {line!r}")
    phrase = re.sub(" +", " ", match["phrase"])
    whole = _event(number, match["who"], phrase)
    if whole is not None:
        return [whole]
    parts = [_event(number, match["who"], part) for part in phrase.split(", ")]
    events = [part for part in parts if part is not None and part.what in JOINED]
    if len(events) != len(parts):
        raise MalformedStory(f"line {number}: {line!r}")
    return events


def _event(number: int, who: str, phrase: str) -> Event | None:
    for what, pattern in PHRASES.items():
        match = pattern.fullmatch(phrase)
        if match is not None and (who == "--") == what.startswith("month_"):
            details = {k: v for k, v in match.groupdict().items() if v is not None}
            return Event(number, who, what, details)
    return None


class Stage(
    PayoutStage,
    GiftStage,
    IntentStage,
    SubscriptionStage,
    CardStage,
    OrderStage,
    TeamStage,
):
    """Plays one story on real use cases; ``differences`` is what came otherwise."""

    def __init__(self, database: Database, begins: Period) -> None:
        super().__init__(database, RULES, begins=begins.start)
        self._rules = RULES
        self.differences: list[str] = []
        self._users: dict[str, UserId] = {}
        self._things: dict[str, ThingId] = {}
        self._owners: dict[str, str] = {}
        self._charities: set[str] = set()
        self._budgets: dict[str, Money] = {}
        self._giving = Giving(database, RULES)
        self._flattring = Flattring(database, RULES, Room(waiting=100, at_once=10))
        # Numbers the things 1, 2, 3 ... as they come: the odd cents depend on it.
        self._registering = RegisteringThings(database)

    async def play(self, event: Event) -> None:
        self._now += timedelta(minutes=1)
        method = getattr(self, event.what)
        try:
            await method(event)
        except Refusal as refusal:
            self._differ(event, f"refused: {refusal}")

    async def audit(self) -> None:
        findings = await Auditing(self._database, RULES).audit()
        self.differences += [f"audit: {finding}" for finding in findings]

    async def owns(self, event: Event) -> None:
        for name in event.details["things"].split(", "):
            self._owners[name] = event.who

    async def is_a_charity(self, event: Event) -> None:
        self._charities.add(event.who)

    async def adds_means(self, event: Event) -> None:
        await AddingMeans(self._database, RULES).add(
            patron=await self._user(event.who),
            amount=_amount(event),
            provider="by_hand",
            reference=f"{event.who}-{event.number}",
            reason="it is so in the story",
            now=self._now,
        )

    async def sets_budget(self, event: Event) -> None:
        self._budgets[event.who] = _amount(event)
        await self._set_budget(event.who, active=True)

    async def pauses_budget(self, event: Event) -> None:
        await self._set_budget(event.who, active=False)

    async def flattrs(self, event: Event) -> None:
        for name in event.details["things"].split(", "):
            await self._flattr(event.who, name)

    async def undoes(self, event: Event) -> None:
        await self._undo(event)

    async def cannot_flattr(self, event: Event) -> None:
        name = event.details["thing"]
        await self._refused(event, lambda: self._flattr(event.who, name))

    async def cannot_undo(self, event: Event) -> None:
        await self._refused(event, lambda: self._undo(event))

    async def month_is_over(self, event: Event) -> None:
        self._now = max(self._now, _period(event).end)

    async def month_closes(self, event: Event) -> None:
        period = _period(event)
        self._now = max(self._now, period.end + timedelta(hours=1))
        await Closing(self._database, RULES).close(period=period, now=self._now)

    async def month_settles(self, event: Event) -> None:
        await Settling(self._database, RULES).settle(
            period=_period(event),
            now=self._now,
            hold=False,
            progress=lambda _done, _all: None,
        )

    async def month_ends(self, event: Event) -> None:
        await self.month_closes(event)
        await self.month_settles(event)

    async def earned(self, event: Event) -> None:
        if event.who == "fee":
            await self._expect_balance(event, "fee_income")
            return
        if event.who not in self._things:
            raise MalformedStory(f"line {event.number}: there is no {event.who}")
        shares = schema.shares.c
        query = sa.select(sa.func.coalesce(sa.func.sum(shares.share_minor), 0))
        query = query.where(shares.thing_id == self._things[event.who])
        async with self._database.snapshot() as tx:
            minor = (await tx.execute(query)).scalar_one()
        self._expect(event, Money(int(minor), RULES.currency))

    async def has_means(self, event: Event) -> None:
        overview = await self._giving.overview(
            patron=await self._user(event.who), now=self._now
        )
        self._expect(event, overview.means)

    async def has_reserved(self, event: Event) -> None:
        overview = await self._giving.overview(
            patron=await self._user(event.who), now=self._now
        )
        self._expect(event, overview.reserved)

    async def has_revenue(self, event: Event) -> None:
        earning = Earning(self._database, RULES)
        revenue = await earning.revenue(owner=await self._user(event.who))
        self._expect(event, revenue.settled)

    async def has_held(self, event: Event) -> None:
        await self._expect_balance(event, f"held:{await self._user(event.who)}")

    async def _expect_balance(self, event: Event, ledger_account: str) -> None:
        postings = schema.postings.c
        credit = sa.case((postings.side == "credit", 1), else_=-1)
        query = sa.select(
            sa.func.coalesce(sa.func.sum(credit * postings.amount_minor), 0)
        ).where(postings.ledger_account == ledger_account)
        async with self._database.snapshot() as tx:
            minor = (await tx.execute(query)).scalar_one()
        self._expect(event, Money(int(minor), RULES.currency))

    @override
    def _expect(self, event: Event, found: Money) -> None:
        if found != _amount(event):
            self._differ(event, str(found))

    def _differ(self, event: Event, found: str) -> None:
        told = " ".join([event.what.replace("_", " "), *event.details.values()])
        self.differences.append(f"line {event.number}: {event.who} {told}: {found}")

    @override
    async def _refused(
        self, event: Event, deed: Callable[[], Awaitable[object]]
    ) -> None:
        try:
            await deed()
        except Refusal as refusal:
            if str(refusal) != event.details["because"]:
                self._differ(event, str(refusal))
        else:
            self._differ(event, "it was not refused")

    async def _flattr(self, patron: str, name: str) -> None:
        await self._flattring.flattr(
            patron=await self._user(patron),
            thing=await self._thing(name),
            now=self._now,
        )

    async def _undo(self, event: Event) -> None:
        period = event.details.get("period")
        await self._flattring.undo(
            patron=await self._user(event.who),
            thing=await self._thing(event.details["thing"]),
            period=None if period is None else Period.parse(period),
            now=self._now,
        )

    async def _set_budget(self, patron: str, *, active: bool) -> None:
        await self._giving.set_budget(
            patron=await self._user(patron),
            amount=self._budgets[patron],
            active=active,
        )

    @override
    async def _who_and_what(self, event: Event) -> dict[str, Any]:
        return {
            "patron": await self._user(event.who),
            "thing": await self._thing(event.details["thing"]),
            "now": self._now,
        }

    @override
    async def _user(self, name: str) -> UserId:
        if name not in self._users:
            user = UserId(len(self._users) + 1)
            self._users[name] = user
            await add_user(self._database, user, name, now=self._now)
        return self._users[name]

    @override
    async def _thing(self, name: str) -> ThingId:
        if name not in self._things:
            owner = self._owners.get(name, f"{name}-owner")
            thing = await self._registering.register(
                owner=await self._user(owner),
                url=f"https://{name}.test/",
                title=f"The {name}",
                charity=name in self._charities,
                now=self._now,
            )
            self._things[name] = thing.id
        return self._things[name]


def _amount(event: Event) -> Money:
    return Money.parse(event.details["amount"], RULES.currency)


def _period(event: Event) -> Period:
    return Period.parse(event.details["period"])


type Tell = Callable[[str], Awaitable[list[str]]]


@pytest.fixture
def tell(database: Database) -> Tell:
    """Give a function that plays a story and returns all that came otherwise."""

    async def differences(story: str) -> list[str]:
        events = parse(story)
        begins = next(event for event in events if "period" in event.details)
        stage = Stage(database, _period(begins))
        for event in events:
            await stage.play(event)
        await stage.audit()
        return stage.differences

    return differences
