"""More than it can take: whoever is let in is answered soon, and none is lost."""

import asyncio
import statistics
import time
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import sqlalchemy as sa
from killing import running

from overallt_server.storage import schema
from overallt_server.storage.row_hashes import hashed

if TYPE_CHECKING:
    from tests.web.conftest import World

THINGS = 3000
CLIENTS = 200
SECONDS = 4.0
# How many the server lets wait or be served: far fewer than ask.
FLATTRS_INSIDE = 40
READERS_INSIDE = 20


@dataclass(frozen=True, slots=True)
class Answered:
    """What a client was told, and how long it took."""

    status: int
    seconds: float


async def _fill(world: "World", owner: int) -> None:
    async with world.database.transaction() as tx:
        await tx.execute(
            sa.insert(schema.things),
            [
                hashed(
                    schema.things,
                    {
                        "id": number,
                        "owner_id": owner,
                        "url": f"https://bo.example/{number}",
                        "title": f"Thing {number}",
                        "description": "",
                        "language": "en_GB",
                        "category": "rest",
                        "tags": [],
                        "hidden": False,
                        "charity": False,
                        "created_at": world.settings.now(),
                    },
                )
                for number in range(1000, 1000 + THINGS)
            ],
        )


async def test_at_more_than_it_can_take_none_is_lost_and_none_waits_long(
    world: "World", sqlite_url: str, tmp_path: Path
) -> None:
    ada = await world.patron("ada")
    await _fill(world, (await world.user("bo")).id)
    bearer = await world.bearer(ada)
    await world.client.close()
    numbers = count(1000)
    flattrs: list[Answered] = []
    reads: list[Answered] = []
    api = f"{world.settings.public_url}/rest/v2"
    ends_at = 0.0

    async def ask(method: str, path: str) -> Answered:
        began = time.perf_counter()
        async with session.request(method, api + path, headers=bearer) as response:
            await response.read()
        return Answered(response.status, time.perf_counter() - began)

    async def give_and_read() -> None:
        thing = next(numbers)
        while time.perf_counter() < ends_at:
            given = await ask("POST", f"/things/{thing}/flattr")
            flattrs.append(given)
            reads.append(await ask("GET", f"/things/{thing}"))
            if given.status == 503:
                # Who was refused asks for the same again.
                await asyncio.sleep(0.1)
            else:
                thing = next(numbers)

    settings = {
        "listen_port": str(world.settings.listen_port),
        "flattrs_at_once": "10",
        "flattrs_waiting": str(FLATTRS_INSIDE - 10),
        "readers_at_once": str(READERS_INSIDE),
        "requests_per_hour": "1000000",
    }
    with running(sqlite_url, tmp_path, "serve", **settings) as process:
        assert process.stdout is not None
        assert "answers" in process.stdout.readline()
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector) as session:
            ends_at = time.perf_counter() + SECONDS
            await asyncio.gather(*(give_and_read() for _ in range(CLIENTS)))
    async with world.database.snapshot() as tx:
        stored = await tx.scalar(sa.select(sa.func.count()).select_from(schema.flattrs))

    taken = [each.seconds for each in flattrs if each.status == 200]
    seconds_inside = FLATTRS_INSIDE * SECONDS / len(taken)

    assert {200, 503} == {each.status for each in flattrs}
    assert {200, 503} >= {each.status for each in reads}
    assert len(taken) == stored
    # Little's law: who is let in waits for those who are inside, not for all who ask.
    assert statistics.median(taken) < 2 * seconds_inside
    # A machine with other things to do halts for a moment: who is inside then waits.
    *_, of_nineteen_in_twenty = statistics.quantiles(taken, n=20)
    assert of_nineteen_in_twenty < 10 * seconds_inside
    assert max(taken) < SECONDS
