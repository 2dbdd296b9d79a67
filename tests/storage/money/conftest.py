"""A town of patrons and owners whose money the tests here move, on both databases."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
import sqlalchemy as sa
from card_payments import ACCOUNT, Cards
from fake_stripe import FakeStripe
from forging import unguard
from story_rules import RULES as STORY_RULES

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core import chart
from overallt_server.core.chart import LedgerAccount
from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.core.rules import Rules
from overallt_server.core.things import Thing
from overallt_server.core.users import User
from overallt_server.payments.stripe import Stripe
from overallt_server.storage import journal, things, users
from overallt_server.storage.database import Database
from overallt_server.use_cases.adding_means import AddingMeans
from overallt_server.use_cases.closing import ClosedPeriod, Closing
from overallt_server.use_cases.earning import Earning
from overallt_server.use_cases.flattring import Flattred, Flattring
from overallt_server.use_cases.gathering import Room
from overallt_server.use_cases.giving import Giving
from overallt_server.use_cases.paying_by_card import PayingByCard
from overallt_server.use_cases.paying_out import PayingOut
from overallt_server.use_cases.settling import SettledPeriod, Settling

RULES: Final = replace(STORY_RULES, slice_patrons=2)


class Town:
    """The use cases of money on one database, and short words for what they need.

    It is January 2026 (``january``, ``now``) and everybody registers in that month.
    """

    def __init__(self, database: Database, rules: Rules = RULES) -> None:
        self.database = database
        self.rules = rules
        self.january = Period(2026, 1)
        self.now = datetime(2026, 1, 5, 12, tzinfo=UTC)
        self.closing_time = self.january.end + timedelta(hours=1)
        self.flattring = Flattring(database, rules, Room(waiting=100, at_once=10))
        self.giving = Giving(database, rules)
        self.adding_means = AddingMeans(database, rules)
        self.earning = Earning(database, rules)
        self.closing = Closing(database, rules)
        self.settling = Settling(database, rules)
        self.paying_out = PayingOut(database, rules)

    def under(self, rules: Rules) -> "Town":
        """Return the same town under other *rules*."""
        return Town(self.database, rules)

    async def user(self, number: int) -> UserId:
        """Register a user by hand; his name says his number."""
        user = User(
            UserId(number),
            f"user{number}",
            f"user{number}@example.org",
            self.now,
            profile_thing=ThingId(number + 1_000_000),
        )
        async with self.database.transaction() as tx:
            await users.add(tx, user, password_hash="")
        return user.id

    async def thing(
        self, number: int, *, owner: UserId, charity: bool = False
    ) -> ThingId:
        """Register a thing of *owner*."""
        thing = Thing(
            id=ThingId(number),
            owner=owner,
            url=f"https://example.org/{number}",
            title=f"Thing {number}",
            description="",
            language="en_GB",
            category="rest",
            tags=(),
            hidden=False,
            charity=charity,
            created_at=self.now,
        )
        async with self.database.transaction() as tx:
            await things.add(tx, thing)
        return thing.id

    async def patron(self, number: int, *, means: int, budget: int) -> UserId:
        """Register a user with *means* (0: none) and an active *budget*, in cents."""
        patron = await self.user(number)
        if means:
            await self.add_means(patron, means)
        await self.set_budget(patron, budget)
        return patron

    async def add_means(
        self, patron: UserId, minor: int, *, reference: str = "r1"
    ) -> bool:
        """Book means by hand."""
        return await self.adding_means.add(
            patron=patron,
            amount=Money(minor, "EUR"),
            provider="by_hand",
            reference=reference,
            reason="a test",
            now=self.now,
        )

    async def set_budget(
        self, patron: UserId, minor: int, *, active: bool = True
    ) -> None:
        """Set a budget in cents."""
        await self.giving.set_budget(
            patron=patron, amount=Money(minor, "EUR"), active=active
        )

    async def flattr(
        self,
        patron: UserId,
        thing: ThingId,
        *,
        at: datetime | None = None,
        key: str | None = None,
    ) -> Flattred:
        """Flattr in January, or *at* another time."""
        return await self.flattring.flattr(
            patron=patron, thing=thing, now=at or self.now, idempotency_key=key
        )

    async def close(self) -> ClosedPeriod:
        """Close January as soon as that is allowed."""
        return await self.closing.close(period=self.january, now=self.closing_time)

    async def settle(self) -> SettledPeriod:
        """Settle January at once."""
        return await self.settling.settle(
            period=self.january,
            now=self.closing_time,
            hold=False,
            progress=lambda _done, _every: None,
        )

    async def earn(self, owner: UserId, minor: int) -> None:
        """Let *owner* earn *minor* cents, less the fee, from a patron of his own."""
        patron = await self.patron(owner + 500, means=minor, budget=minor)
        thing = await self.thing(owner + 500, owner=owner)
        await self.flattr(patron, thing)
        await self.close()
        await self.settle()

    async def revenue(self, owner: UserId) -> int:
        """Return the revenue of *owner* in cents."""
        return await self.balance(chart.revenue(owner))

    async def balance(self, ledger_account: LedgerAccount) -> int:
        """Return a balance in cents."""
        async with self.database.snapshot() as tx:
            return (await journal.balance(tx, ledger_account, "EUR")).minor

    async def means(self, patron: UserId) -> int:
        """Return the means of *patron* in cents."""
        return await self.balance(chart.means(patron))

    async def rows(self, table: sa.Table) -> Sequence[sa.Row[Any]]:
        """Return all rows of *table*, ordered by its key."""
        async with self.database.snapshot() as tx:
            return (
                await tx.execute(sa.select(table).order_by(*table.primary_key))
            ).all()

    async def forge(self, *changes: sa.Update | sa.Delete | sa.Insert) -> None:
        """Change rows as no use case does."""
        async with self.database.transaction() as tx:
            await unguard(self.database, tx)
            for change in changes:
                await tx.execute(change)


@pytest.fixture
def town_on() -> type[Town]:
    """The town itself, for a test that brings its own databases."""
    return Town


@pytest.fixture
def town(any_database: Database) -> Town:
    return Town(any_database)


@pytest.fixture
async def postgres_town(postgres_url: str) -> AsyncIterator[Town]:
    database = Database(postgres_url)
    yield Town(database)
    await database.close()


@pytest.fixture
async def same_town(any_database_url: str) -> AsyncIterator[Town]:
    """The same town as another process of the server sees it."""
    database = Database(any_database_url)
    yield Town(database)
    await database.close()


@pytest.fixture
async def cards(town: Town) -> AsyncIterator[Cards]:
    async with FakeStripe().listening() as stripe:
        provider = Stripe(replace(ACCOUNT, api=stripe.api))
        paying = PayingByCard(town.database, town.rules, provider)
        yield Cards(town, stripe, provider, paying)
