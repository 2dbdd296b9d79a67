"""A server that is killed at any instant has kept what it answered, and nothing twice.

The server is the real one, in a process of its own, killed by SIGKILL while eight
patrons flattr as fast as they are answered. Whoever got no answer asks again, with the
same idempotency key, as the patron's own program does.
"""

import asyncio
import os
import random
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import pytest
from loopback import free_port

from overallt.protocol import codec, messages
from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.grants import Scope
from overallt_server.storage import schema, tokens
from overallt_server.storage.tokens import StoredToken
from overallt_server.use_cases.auditing import Auditing
from overallt_server.use_cases.secret_tokens import hash_of, new_token

if TYPE_CHECKING:
    from tests.storage.money.conftest import Town

pytestmark = pytest.mark.long

PATRONS = 8
THINGS = 60
KILLS = 5
PATIENCE_SECONDS = 60

type Click = tuple[UserId, ThingId]


@dataclass
class Clicks:
    """All clicks there are, and what those were answered that were."""

    bearers: dict[UserId, str]
    answers: dict[Click, int] = field(default_factory=dict)
    more: asyncio.Event = field(default_factory=asyncio.Event)

    async def flattr(self, url: str) -> None:
        """Flattr as all patrons at once, each through what was not answered yet."""
        async with aiohttp.ClientSession(url) as session:
            # Who is cut off stops.
            with suppress(aiohttp.ClientError):
                await asyncio.gather(
                    *(self._flattr(session, patron) for patron in self.bearers)
                )

    async def _flattr(self, session: aiohttp.ClientSession, patron: UserId) -> None:
        for number in range(1, THINGS + 1):
            thing = ThingId(number)
            if (patron, thing) not in self.answers:
                self.answers[patron, thing] = await self.ask(session, patron, thing)
                self.more.set()

    async def ask(
        self, session: aiohttp.ClientSession, patron: UserId, thing: ThingId
    ) -> int:
        """Flattr once; return how often the thing has been flattred then."""
        headers = {
            "Authorization": f"Bearer {self.bearers[patron]}",
            "Idempotency-Key": f"click-{thing}",
        }
        path = f"/rest/v2/things/{thing}/flattr"
        async with session.post(path, headers=headers) as response:
            text = await response.text()
            assert 200 == response.status, text
            return codec.decode(messages.FlattrAnswer, text).thing.flattrs


@asynccontextmanager
async def serving(url: str, folder: Path) -> AsyncIterator[tuple[str, int]]:
    """Run the server; gives its address and its process; it is dead when this ends."""
    port = free_port()
    environment = os.environ | {
        "OVERALLT_DATA": str(folder),
        "OVERALLT_DATABASE": url,
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


async def people(town: "Town") -> Clicks:
    """Make patrons who may flattr and things for them."""
    owner = await town.user(100)
    for number in range(1, THINGS + 1):
        await town.thing(number, owner=owner)
    bearers = {}
    for number in range(1, PATRONS + 1):
        patron = await town.patron(number, means=900, budget=500)
        bearers[patron] = new_token()
        stored = StoredToken(
            hash_of(bearers[patron]),
            patron,
            "overallt-proxy",
            frozenset({Scope.FLATTR}),
            datetime.now(UTC),
        )
        async with town.database.transaction() as tx:
            await tokens.add(tx, stored)
    return Clicks(bearers)


async def stored(town: "Town") -> set[Click]:
    return {
        (UserId(row.patron_id), ThingId(row.thing_id))
        for row in await town.rows(schema.flattrs)
    }


async def test_killed_at_random_instants_it_has_what_it_answered_and_nothing_twice(
    town: "Town", any_database_url: str, tmp_path: Path
) -> None:
    clicks = await people(town)
    chance = random.SystemRandom()
    lost: set[Click] = set()
    in_the_middle = 0
    for _ in range(KILLS):
        async with serving(any_database_url, tmp_path) as (url, process):
            flattring = asyncio.create_task(clicks.flattr(url))
            enough = len(clicks.answers) + chance.randint(1, 80)
            while len(clicks.answers) < enough and not flattring.done():
                clicks.more.clear()
                await asyncio.wait_for(clicks.more.wait(), PATIENCE_SECONDS)
            await asyncio.sleep(chance.uniform(0, 0.02))
            os.kill(process, 9)
            await flattring
        in_the_middle += 0 < len(clicks.answers) < PATRONS * THINGS
        lost |= set(clicks.answers) - await stored(town)
    async with serving(any_database_url, tmp_path) as (url, _):
        await clicks.flattr(url)
        async with aiohttp.ClientSession(url) as session:
            again = {
                click: await clicks.ask(session, *click) for click in clicks.answers
            }
    keys = await town.rows(schema.idempotency_keys)

    assert 0 < in_the_middle
    assert set() == lost
    assert clicks.answers == again
    assert PATRONS * THINGS == len(await town.rows(schema.flattrs)) == len(keys)
    assert [] == await Auditing(town.database, town.rules).audit()
