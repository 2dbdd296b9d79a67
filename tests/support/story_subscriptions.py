"""What stories say of subscriptions: begun, changed, paused and ended."""

import re
from abc import ABC, abstractmethod
from typing import Any, Final

from overallt_server.storage.database import Database
from overallt_server.use_cases.subscribing import Subscribing

_THING: Final = r"(?P<thing>[a-z]+)"
SUBSCRIPTION_PHRASES: Final = {
    "subscribes_to": re.compile(
        rf"subscribes to {_THING}"
        r"(?: with weight (?P<weight>[0-9]+))?(?: for (?P<months>[0-9]+) months)?"
    ),
    "weighs": re.compile(rf"weighs {_THING} (?P<weight>[0-9]+)"),
    "toggles": re.compile(rf"toggles {_THING}"),
    "unsubscribes": re.compile(rf"unsubscribes {_THING}"),
}


class SubscriptionStage(ABC):
    """Plays what a story says of subscriptions."""

    _database: Database

    @abstractmethod
    async def _who_and_what(self, event: Any) -> dict[str, Any]: ...

    async def subscribes_to(self, event: Any) -> None:
        await Subscribing(self._database).subscribe(
            **await self._who_and_what(event),
            weight=_number(event, "weight"),
            periods=_number(event, "months"),
        )

    async def weighs(self, event: Any) -> None:
        await Subscribing(self._database).change(
            **await self._who_and_what(event),
            weight=_number(event, "weight"),
            periods=None,
        )

    async def toggles(self, event: Any) -> None:
        await Subscribing(self._database).toggle(**await self._who_and_what(event))

    async def unsubscribes(self, event: Any) -> None:
        named = await self._who_and_what(event)
        await Subscribing(self._database).end(
            patron=named["patron"], thing=named["thing"]
        )


def _number(event: Any, name: str) -> int | None:
    return int(event.details[name]) if name in event.details else None
