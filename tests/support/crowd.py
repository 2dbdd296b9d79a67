"""Patrons who flattr over HTTP, all at once, and what each of them was answered.

They do what a patron's own program does: who is told to come back later does, and who
got no answer asks again, with the same idempotency key.
"""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import sqlalchemy as sa
from killing import PATIENCE_SECONDS
from loopback import free_port

from overallt.protocol import codec, messages
from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.grants import Scope
from overallt_server.storage import schema, tokens
from overallt_server.storage.database import CONNECT_SECONDS, Database
from overallt_server.storage.tokens import StoredToken
from overallt_server.use_cases.secret_tokens import hash_of, new_token

type Click = tuple[UserId, ThingId]


@dataclass(frozen=True, slots=True)
class Look:
    """What somebody was answered who only looked at a thing, and after how long."""

    status: int
    come_back_after: str
    seconds: float


@dataclass
class Crowd:
    """Patrons by their tokens, the things they flattr, and what they were told.

    *answers* says of each click that was taken in how often its thing had been
    flattred then, *busy* how often anybody was told to come back later.
    """

    bearers: dict[UserId, str]
    things: int
    answers: dict[Click, int] = field(default_factory=dict)
    busy: int = 0
    longest_wait_seconds: float = 0
    _told: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def flattr(self, url: str) -> None:
        """Flattr as all patrons at once, each through what was not answered yet."""
        async with aiohttp.ClientSession(url) as session:
            # Who is cut off stops.
            with suppress(aiohttp.ClientError):
                await asyncio.gather(
                    *(self._flattr(session, patron) for patron in self.bearers)
                )
        await self._tell()

    async def ask_again(self, url: str) -> dict[Click, int]:
        """Ask for all that was answered once more; return what is answered now."""
        async with aiohttp.ClientSession(url) as session:
            return {click: await self._ask(session, *click) for click in self.answers}

    async def look(self, url: str, *, times: int) -> list[Look]:
        """Look at a thing as so many at once; none of them comes back."""
        async with aiohttp.ClientSession(url) as session:
            return await asyncio.gather(*(self._look(session) for _ in range(times)))

    async def wait_for(self, *, answers: int = 0, busy: int = 0) -> None:
        """Wait until there are so many *answers*, all, and so many were told *busy*."""
        every = self.things * len(self.bearers)
        async with asyncio.timeout(PATIENCE_SECONDS), self._told:
            await self._told.wait_for(
                lambda: (
                    len(self.answers) == every
                    or (len(self.answers) >= answers and self.busy >= busy)
                )
            )

    async def _flattr(self, session: aiohttp.ClientSession, patron: UserId) -> None:
        for number in range(1, self.things + 1):
            thing = ThingId(number)
            if (patron, thing) not in self.answers:
                self.answers[patron, thing] = await self._ask(session, patron, thing)
                await self._tell()

    async def _ask(
        self, session: aiohttp.ClientSession, patron: UserId, thing: ThingId
    ) -> int:
        headers = {
            "Authorization": f"Bearer {self.bearers[patron]}",
            "Idempotency-Key": f"click-{thing}",
        }
        path = f"/rest/v2/things/{thing}/flattr"
        while True:
            asked_at = time.monotonic()
            async with session.post(path, headers=headers) as response:
                text = await response.text()
            waited = time.monotonic() - asked_at
            self.longest_wait_seconds = max(self.longest_wait_seconds, waited)
            if response.status != 503:
                assert 200 == response.status, text
                return codec.decode(messages.FlattrAnswer, text).thing.flattrs
            self.busy += 1
            await self._tell()
            await asyncio.sleep(int(response.headers["Retry-After"]))

    async def _look(self, session: aiohttp.ClientSession) -> Look:
        asked_at = time.monotonic()
        async with session.get("/rest/v2/things/1") as response:
            await response.read()
        waited = time.monotonic() - asked_at
        return Look(response.status, response.headers.get("Retry-After", ""), waited)

    async def _tell(self) -> None:
        async with self._told:
            self._told.notify_all()


async def gather(
    database: Database, patrons: Iterable[UserId], *, things: int
) -> Crowd:
    """Give each of *patrons* a token with which to flattr the first *things*."""
    bearers = {patron: new_token() for patron in patrons}
    async with database.transaction() as tx:
        for patron, token in bearers.items():
            scopes = frozenset({Scope.FLATTR})
            app, now = "overallt-proxy", datetime.now(UTC)
            stored = StoredToken(hash_of(token), patron, app, scopes, now)
            await tokens.add(tx, stored)
    return Crowd(bearers, things)


async def stored_clicks(database: Database) -> set[Click]:
    """Read which clicks are in *database*."""
    flattrs = schema.flattrs.c
    async with database.snapshot() as tx:
        rows = await tx.execute(sa.select(flattrs.patron_id, flattrs.thing_id))
    return {(UserId(patron), ThingId(thing)) for patron, thing in rows}


@asynccontextmanager
async def serving(
    url: str, folder: Path, *, database_seconds: int = CONNECT_SECONDS
) -> AsyncIterator[tuple[str, int]]:
    """Run the server; gives its address and its process; it is dead when this ends."""
    port = free_port()
    environment = os.environ | {
        "OVERALLT_DATA": str(folder),
        "OVERALLT_DATABASE": url,
        "OVERALLT_DATABASE_SECONDS": str(database_seconds),
        "OVERALLT_LISTEN_PORT": str(port),
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "overallt_server", "serve"),
        env=environment,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        # It says where it can be found once it answers.
        await asyncio.wait_for(process.stdout.readline(), PATIENCE_SECONDS)
        yield f"http://localhost:{port}", process.pid
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
