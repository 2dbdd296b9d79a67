"""What stories say of things that nobody has claimed yet, and of who claims them.

Whoever ``claims song`` registers the thing and has its host proved to be his.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.rules import Rules
from overallt_server.storage.database import Database
from overallt_server.use_cases.intending import Intending
from overallt_server.use_cases.proving_hosts import ProvingHosts

_THING: Final = r"(?P<thing>[a-z]+)"
INTENT_PHRASES: Final = {
    "waits_for": re.compile(rf"waits for {_THING}"),
    "cannot_wait_for": re.compile(rf"cannot wait for {_THING}: (?P<because>.+)"),
    "waits_no_more_for": re.compile(rf"waits no more for {_THING}"),
    "claims": re.compile(rf"claims {_THING}"),
}


class IntentStage(ABC):
    """Plays what a story says of intents."""

    _database: Database
    _rules: Rules
    _now: datetime
    _owners: dict[str, str]

    @abstractmethod
    async def _user(self, name: str) -> UserId: ...

    @abstractmethod
    async def _thing(self, name: str) -> ThingId: ...

    @abstractmethod
    async def _refused(
        self, event: Any, deed: Callable[[], Awaitable[object]]
    ) -> None: ...

    async def waits_for(self, event: Any) -> None:
        await self._intending().intend(**await self._who_and_where(event))

    async def cannot_wait_for(self, event: Any) -> None:
        await self._refused(event, lambda: self.waits_for(event))

    async def waits_no_more_for(self, event: Any) -> None:
        await self._intending().take_back(**await self._who_and_where(event))

    async def claims(self, event: Any) -> None:
        name = event.details["thing"]
        self._owners[name] = event.who
        await ProvingHosts(self._database).note(
            thing=await self._thing(name), host=f"{name}.test", now=self._now
        )

    def _intending(self) -> Intending:
        return Intending(self._database, self._rules)

    async def _who_and_where(self, event: Any) -> dict[str, Any]:
        return {
            "patron": await self._user(event.who),
            # Where the stories register the thing of that name.
            "url": f"https://{event.details['thing']}.test/",
            "now": self._now,
        }
