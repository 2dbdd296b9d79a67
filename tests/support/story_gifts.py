"""What stories say of single gifts: given, taken back, released.

A gift is named by who gives it and the line's number is its id; ``takes back`` and
``cannot take back`` mean the last one that he gave.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Final

from overallt.protocol.ids import UserId
from overallt_server.core.money import Money
from overallt_server.core.rules import Rules
from overallt_server.storage.database import Database
from overallt_server.use_cases.giving_gifts import GivingGifts
from overallt_server.use_cases.releasing_shares import ReleasingShares

_GIFT: Final = r"(?P<amount>[0-9]+\.[0-9]{2}) EUR to (?P<owner>[a-z]+)"
GIFT_PHRASES: Final = {
    "gives": re.compile(rf"gives {_GIFT}"),
    "cannot_give": re.compile(rf"cannot give {_GIFT}: (?P<because>.+)"),
    "takes_back": re.compile(r"takes back the gift"),
    "cannot_take_back": re.compile(r"cannot take back the gift: (?P<because>.+)"),
    "month_passes": re.compile(r"(?P<days>[0-9]+) (?:days pass|day passes)"),
}


class GiftStage(ABC):
    """Plays what a story says of gifts."""

    _database: Database
    _rules: Rules
    _now: datetime

    @abstractmethod
    async def _user(self, name: str) -> UserId: ...

    @abstractmethod
    async def _refused(
        self, event: Any, deed: Callable[[], Awaitable[object]]
    ) -> None: ...

    async def gives(self, event: Any) -> None:
        await self._user(event.details["owner"])
        await self._gifts.give(
            patron=await self._user(event.who),
            owner=event.details["owner"],
            amount=Money.parse(event.details["amount"], self._rules.currency),
            id_=str(event.number),
            now=self._now,
        )

    async def cannot_give(self, event: Any) -> None:
        await self._refused(event, lambda: self.gives(event))

    async def takes_back(self, event: Any) -> None:
        patron = await self._user(event.who)
        (last,) = await self._gifts.last(patron=patron, count=1)
        await self._gifts.undo(patron=patron, id_=last.id, now=self._now)

    async def cannot_take_back(self, event: Any) -> None:
        await self._refused(event, lambda: self.takes_back(event))

    async def month_passes(self, event: Any) -> None:
        self._now += timedelta(days=int(event.details["days"]))
        await self._gifts.release(now=self._now)
        await ReleasingShares(self._database, self._rules).release(now=self._now)

    @property
    def _gifts(self) -> GivingGifts:
        return GivingGifts(self._database, self._rules)
