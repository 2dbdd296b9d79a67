"""What stories say of cards: paid, refunded, charged back, and what is owed then.

Stripe is one of our own. It answers while an event is played, and each event is told by
its webhook twice.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from card_payments import ACCOUNT
from fake_stripe import FakeStripe, Thing, signed

from overallt.protocol.ids import UserId
from overallt_server.core import chart
from overallt_server.core.money import Money
from overallt_server.core.rules import Rules
from overallt_server.payments.stripe import Stripe
from overallt_server.storage import journal
from overallt_server.storage.database import Database
from overallt_server.use_cases.adding_equity import AddingEquity
from overallt_server.use_cases.marking import Marking
from overallt_server.use_cases.paying_by_card import PayingByCard
from overallt_server.use_cases.refunding_means import RefundingMeans
from overallt_server.use_cases.settling_debts import SettlingDebts

_AMOUNT: Final = r"(?P<amount>[0-9]+\.[0-9]{2}) EUR"
CARD_PHRASES: Final = {
    "pays_by_card": re.compile(rf"pays by card {_AMOUNT}"),
    "is_refunded": re.compile(rf"is refunded {_AMOUNT} of lot (?P<lot>[1-9])"),
    "charges_back": re.compile(r"charges back"),
    "loses_the_dispute": re.compile(r"loses the dispute"),
    "is_released": re.compile(r"is released"),
    "owes": re.compile(rf"owes {_AMOUNT}"),
    "pays_the_debt": re.compile(r"pays the debt"),
    "is_forgiven": re.compile(r"is forgiven"),
    "adds_equity": re.compile(rf"adds equity {_AMOUNT}"),
}


class CardStage(ABC):
    """Plays what a story says of cards; everybody has one."""

    _database: Database
    _now: datetime
    _rules: Rules

    @cached_property
    def _stripe(self) -> FakeStripe:
        return FakeStripe()

    @cached_property
    def _paid(self) -> dict[str, str]:
        # Everybody's last payment by card.
        return {}

    @abstractmethod
    async def _user(self, name: str) -> UserId: ...

    @abstractmethod
    def _expect(self, event: Any, found: Money) -> None: ...

    async def pays_by_card(self, event: Any) -> None:
        async with self._provider() as provider:
            address = await self._paying(provider).begin(
                patron=await self._user(event.who),
                amount=_amount(event),
                back="https://overallt.test/card/back",
                cancelled="https://overallt.test/budget",
                now=self._now,
            )
            told = self._stripe.pay(address.rpartition("/")[2])
            self._paid[event.who] = told["data"]["object"]["payment_intent"]
            await self._tell(provider, told)

    async def charges_back(self, event: Any) -> None:
        async with self._provider() as provider:
            await self._tell(provider, self._stripe.dispute(self._paid[event.who]))

    async def loses_the_dispute(self, event: Any) -> None:
        (dispute,) = [
            each["id"]
            for each in self._stripe.disputes.values()
            if each["payment_intent"] == self._paid[event.who]
        ]
        async with self._provider() as provider:
            await self._tell(provider, self._stripe.close_dispute(dispute, won=True))

    async def is_refunded(self, event: Any) -> None:
        async with self._provider() as provider:
            await RefundingMeans(self._database, provider).refund(
                patron=await self._user(event.who),
                number=int(event.details["lot"]),
                amount=_amount(event),
                reference=f"{event.who}-{event.number}",
                reason="it is so in the story",
                now=self._now,
            )

    async def is_released(self, event: Any) -> None:
        patron = await self._user(event.who)
        await Marking(self._database).release(patron=patron)

    async def owes(self, event: Any) -> None:
        receivable = chart.receivable(await self._user(event.who))
        async with self._database.snapshot() as tx:
            self._expect(event, await journal.balance(tx, receivable, "EUR"))

    async def pays_the_debt(self, event: Any) -> None:
        await SettlingDebts(self._database, self._rules).pay(**await self._debt(event))

    async def is_forgiven(self, event: Any) -> None:
        debts = SettlingDebts(self._database, self._rules)
        await debts.give_up(**await self._debt(event))

    async def adds_equity(self, event: Any) -> None:
        await AddingEquity(self._database).add(
            amount=_amount(event),
            reference=str(event.number),
            reason="it is so in the story",
            now=self._now,
        )

    async def _debt(self, event: Any) -> dict[str, Any]:
        return {
            "patron": await self._user(event.who),
            "reference": str(event.number),
            "reason": "it is so in the story",
            "now": self._now,
        }

    @asynccontextmanager
    async def _provider(self) -> AsyncIterator[Stripe]:
        async with self._stripe.listening():
            yield Stripe(replace(ACCOUNT, api=self._stripe.api))

    def _paying(self, provider: Stripe) -> PayingByCard:
        return PayingByCard(self._database, self._rules, provider)

    async def _tell(self, provider: Stripe, told: Thing) -> None:
        body, signature = signed(told)
        for _again in range(2):
            await self._paying(provider).hear(
                body=body, signature=signature, now=self._now
            )


def _amount(event: Any) -> Money:
    return Money.parse(event.details["amount"], "EUR")
