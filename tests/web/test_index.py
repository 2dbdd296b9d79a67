"""The index of things: complete, cached, and told of at once when it changes."""

import asyncio
import time
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from overallt.protocol.ids import index_key
from overallt.protocol.index_keys import version_of
from overallt_server.storage import schema
from overallt_server.storage.database import Database
from overallt_server.use_cases.registering_things import RegisteringThings

if TYPE_CHECKING:
    from tests.web.conftest import World

PATH = "/rest/v2/things/index"


async def test_it_holds_the_keys_of_all_things_and_usernames(world: "World") -> None:
    bo = await world.user("bo")
    thing = await world.thing(bo, hidden=True)

    response = await world.client.get(PATH)
    content = await response.read()

    keys = [content[start : start + 8] for start in range(0, len(content), 8)]
    expected = {str(bo.profile_thing), "bo", str(thing.id)}
    assert sorted(index_key(each) for each in expected) == keys
    assert "application/octet-stream" == response.content_type
    assert "public, no-cache" == response.headers["Cache-Control"]


async def test_an_empty_server_has_an_empty_index(world: "World") -> None:
    response = await world.client.get(PATH)

    assert (200, b"") == (response.status, await response.read())


async def test_what_has_not_changed_is_not_sent_again(world: "World") -> None:
    await world.user("bo")
    etag = (await world.client.get(PATH)).headers["ETag"]

    response = await world.client.get(PATH, headers={"If-None-Match": etag})

    assert 304 == response.status
    assert etag == response.headers["ETag"]


async def _index(world: "World", query: str = "") -> tuple[set[bytes], str, int]:
    """Ask for the index; return its keys, its version and when the newest came."""
    response = await world.client.get(PATH + query)
    content = await response.read()
    keys = {content[start : start + 8] for start in range(0, len(content), 8)}
    newest = parsedate_to_datetime(response.headers["Last-Modified"])
    return keys, response.headers["ETag"], int(newest.timestamp())


async def test_who_has_an_older_index_is_told_the_difference(world: "World") -> None:
    bo = await world.user("bo")
    last_week = world.settings.now() - timedelta(days=7)
    async with world.database.transaction() as tx:
        await tx.execute(sa.update(schema.things).values(created_at=last_week))
        await tx.execute(sa.update(schema.users).values(registered_at=last_week))
    before, _, newest = await _index(world)
    thing = await world.thing(bo)

    difference, version, _ = await _index(world, f"?since={newest + 3601}")
    whole, whole_version, _ = await _index(world)

    assert {index_key(str(thing.id))} == difference
    assert whole == before | difference
    assert version == whole_version == f'"{version_of(b"".join(sorted(whole)))}"'


async def test_the_difference_goes_back_an_hour_for_what_came_late(
    world: "World",
) -> None:
    await world.user("bo")
    whole, _, newest = await _index(world)

    assert whole == (await _index(world, f"?since={newest + 3600}"))[0]
    assert set() == (await _index(world, f"?since={newest + 3601}"))[0]


async def test_since_must_be_a_moment(world: "World") -> None:
    response = await world.client.get(f"{PATH}?since=yesterday")

    assert 400 == response.status


async def test_who_waits_is_told_in_the_end_that_nothing_changed(
    world: "World",
) -> None:
    etag = (await world.client.get(PATH)).headers["ETag"]
    begin = time.monotonic()

    response = await world.client.get(
        PATH, headers={"If-None-Match": etag, "Prefer": "respond-async, wait=1"}
    )

    assert 304 == response.status
    assert 0.9 <= time.monotonic() - begin < 3


async def test_who_waits_hears_of_a_thing_that_another_process_made(
    world: "World",
) -> None:
    bo = await world.user("bo")
    etag = (await world.client.get(PATH)).headers["ETag"]
    waiting = asyncio.create_task(
        world.client.get(PATH, headers={"If-None-Match": etag, "Prefer": "wait=20"})
    )
    await asyncio.sleep(0.3)
    elsewhere = Database(world.settings.database_url)
    await RegisteringThings(elsewhere).register(
        owner=bo.id,
        url="https://bo.example/new",
        title="Something new",
        now=world.settings.now(),
    )
    made = time.monotonic()

    response = await waiting
    await elsewhere.close()

    assert 200 == response.status
    assert 32 == len(await response.read()) + 8
    assert time.monotonic() - made < 2


async def test_who_waits_is_sent_away_as_the_server_stops(world: "World") -> None:
    etag = (await world.client.get(PATH)).headers["ETag"]
    waiting = asyncio.create_task(
        world.client.get(PATH, headers={"If-None-Match": etag, "Prefer": "wait=20"})
    )
    await asyncio.sleep(0.2)
    begin = time.monotonic()

    await world.app.shutdown()
    response = await waiting

    assert 304 == response.status
    assert time.monotonic() - begin < 5
