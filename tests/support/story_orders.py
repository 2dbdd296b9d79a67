"""What stories say of money by hand: ordered by one operator, confirmed by another.

Orders are named by their numbers, which count from 1.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final

from overallt.protocol.ids import UserId
from overallt_server.core.deeds import AddMeans, Deed
from overallt_server.core.money import Money
from overallt_server.core.orders import TOGETHER
from overallt_server.core.rules import Rules
from overallt_server.storage.database import Database
from overallt_server.use_cases.adding_means import AddingMeans
from overallt_server.use_cases.appointing import Appointing
from overallt_server.use_cases.ordering import Done, Ordering

_MEANS: Final = r"means (?P<amount>[0-9]+\.[0-9]{2}) EUR for (?P<patron>[a-z]+)"
_ORDER: Final = r"order (?P<number>[0-9]+)"
ORDER_PHRASES: Final = {
    "is_an_operator": re.compile(r"is an operator"),
    "orders": re.compile(rf"orders {_MEANS}"),
    "cannot_order": re.compile(rf"cannot order {_MEANS}: (?P<because>.+)"),
    "confirms": re.compile(rf"confirms {_ORDER}"),
    "cannot_confirm": re.compile(rf"cannot confirm {_ORDER}: (?P<because>.+)"),
    "refuses": re.compile(rf"refuses {_ORDER}: (?P<reason>.+)"),
}


class OrderStage(ABC):
    """Plays what a story says of orders."""

    _database: Database
    _rules: Rules
    _now: datetime

    @abstractmethod
    async def _user(self, name: str) -> UserId: ...

    @abstractmethod
    async def _refused(
        self, event: Any, deed: Callable[[], Awaitable[object]]
    ) -> None: ...

    async def is_an_operator(self, event: Any) -> None:
        user = await self._user(event.who)
        await Appointing(self._database).add(user=user, now=self._now)

    async def orders(self, event: Any) -> None:
        deed = AddMeans(
            await self._user(event.details["patron"]),
            Money.parse(event.details["amount"], self._rules.currency),
            f"order-{event.number}",
        )
        await Ordering(self._database).order(
            deed,
            reason="it is so in the story",
            needed=TOGETHER,
            operator=await self._user(event.who),
            now=self._now,
        )

    async def cannot_order(self, event: Any) -> None:
        await self._refused(event, lambda: self.orders(event))

    async def confirms(self, event: Any) -> None:
        await Ordering(self._database).confirm(
            int(event.details["number"]),
            operator=await self._user(event.who),
            now=self._now,
            carry_out=self._carry_out,
        )

    async def cannot_confirm(self, event: Any) -> None:
        await self._refused(event, lambda: self.confirms(event))

    async def refuses(self, event: Any) -> None:
        await Ordering(self._database).refuse(
            int(event.details["number"]),
            operator=await self._user(event.who),
            reason=event.details["reason"],
            now=self._now,
        )

    async def _carry_out(self, database: Database, deed: Deed, reason: str) -> Done:
        assert isinstance(deed, AddMeans)
        await AddingMeans(database, self._rules).add(
            patron=deed.patron,
            amount=deed.amount,
            provider="by_hand",
            reference=deed.reference,
            reason=reason,
            now=self._now,
        )
        return Done("")
