"""What stories say of teams: who shares what a thing earns."""

import re
from abc import ABC, abstractmethod
from datetime import datetime
from typing import Any, Final

from overallt.protocol.ids import ThingId, UserId
from overallt_server.storage.database import Database
from overallt_server.use_cases.naming_teams import NamingTeams

_MEMBER: Final = r"[a-z]+ [0-9]+"
TEAM_PHRASES: Final = {
    "is_shared_by": re.compile(rf"is shared by (?P<members>{_MEMBER}(?:, {_MEMBER})+)"),
    "is_shared_no_more": re.compile(r"is shared no more"),
}


class TeamStage(ABC):
    """Plays what a story says of teams."""

    _database: Database
    _now: datetime

    @abstractmethod
    async def _user(self, name: str) -> UserId: ...

    @abstractmethod
    async def _thing(self, name: str) -> ThingId: ...

    async def is_shared_by(self, event: Any) -> None:
        members = [each.split(" ") for each in event.details["members"].split(", ")]
        for name, _weight in members:
            await self._user(name)
        await NamingTeams(self._database).name(
            thing=await self._thing(event.who),
            weights={name: int(weight) for name, weight in members},
            now=self._now,
        )

    async def is_shared_no_more(self, event: Any) -> None:
        await NamingTeams(self._database).end(
            thing=await self._thing(event.who), now=self._now
        )
