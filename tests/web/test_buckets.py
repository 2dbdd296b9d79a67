"""Where there are too many things for one list, they are given in buckets."""

from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from aiohttp import ClientResponse
from loopback import free_port

from overallt.protocol import codec
from overallt.protocol.buckets import LEAST_THINGS, prefix_of
from overallt.protocol.ids import full_hash, index_number
from overallt.protocol.index_keys import IndexKeys
from overallt.protocol.messages import Error, NamedThing, ThingBuckets
from overallt_server.settings import Settings
from overallt_server.storage import schema
from overallt_server.storage.row_hashes import hashed

if TYPE_CHECKING:
    from tests.web.conftest import World

INDEX = "/rest/v2/things/index"
RANGE = "/rest/v2/things/range"
KEYS = {"Accept": "application/octet-stream"}
THINGS = 2_600


@pytest.fixture
def settings(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("OVERALLT_DATA", str(tmp_path))
    return Settings(listen_port=free_port(), index_max_things=THINGS)


async def _fill(world: "World", *, things: int = THINGS) -> list[str]:
    """Make a user and so many things beside his profile; return all names."""
    bo = await world.user("bo")
    numbers = range(1_000, 1_000 + things)
    async with world.database.transaction() as tx:
        rows = [_row(number, bo.id, world.settings.now()) for number in numbers]
        hashed_rows = [hashed(schema.things, row) for row in rows]
        await tx.execute(sa.insert(schema.things), hashed_rows)
    return ["bo", str(bo.profile_thing), *map(str, numbers)]


def _row(number: int, owner: int, now: object) -> dict[str, Any]:
    words = {"description": "", "language": "en_GB", "category": "text", "tags": []}
    return words | {
        "id": number,
        "owner_id": owner,
        "url": f"https://bo.example/{number}",
        "title": f"Essay {number}",
        "hidden": number == 1_000,
        "charity": False,
        "created_at": now,
    }


async def _error(response: ClientResponse) -> tuple[int, str]:
    return response.status, codec.decode(Error, await response.text()).error


async def test_as_long_as_they_are_few_the_whole_is_given(world: "World") -> None:
    await _fill(world, things=THINGS - 1)

    assert 200 == (await world.client.get(INDEX)).status


async def test_beyond_the_whole_is_refused_and_points_to_the_ranges(
    world: "World",
) -> None:
    await _fill(world)

    response = await world.client.get(INDEX, headers={"Prefer": "wait=20"})

    assert (413, "index_too_large") == await _error(response)
    assert "things/range" in await response.text()


async def test_the_buckets_together_are_the_index(world: "World") -> None:
    names = await _fill(world)
    told = codec.decode(ThingBuckets, await (await world.client.get(RANGE)).text())

    found: list[int] = []
    for prefix in ("0", "1"):
        response = await world.client.get(f"{RANGE}/{prefix}", headers=KEYS)
        keys = list(IndexKeys.parse(await response.read()))
        assert {prefix} == {prefix_of(key, 1) for key in keys}
        assert len(keys) >= LEAST_THINGS
        found += keys

    assert ThingBuckets(things=THINGS + 1, prefix_bits=1) == told
    assert sorted(map(index_number, names)) == found


async def test_a_bucket_that_has_not_changed_is_not_sent_again(world: "World") -> None:
    await _fill(world)
    first = await world.client.get(f"{RANGE}/1", headers=KEYS)

    known = {"If-None-Match": first.headers["ETag"], **KEYS}
    again = await world.client.get(f"{RANGE}/1", headers=known)

    assert 304 == again.status
    assert first.headers["ETag"] == again.headers["ETag"]
    assert "Accept" == first.headers["Vary"] == again.headers["Vary"]


async def test_programs_are_told_what_the_things_of_a_bucket_are(
    world: "World",
) -> None:
    names = await _fill(world)
    listed: list[NamedThing] = []
    for prefix in ("0", "1"):
        text = await (await world.client.get(f"{RANGE}/{prefix}.json")).text()
        listed += codec.decode(list[NamedThing], text)
    by_hash = {each.hash: each for each in listed}

    assert sorted(map(full_hash, names)) == [each.hash for each in listed]
    assert (
        NamedThing(full_hash("1001"), 1001, "Essay 1001", "bo")
        == (by_hash[full_hash("1001")])
    )
    assert by_hash[full_hash("bo")].id == by_hash[full_hash(names[1])].id


async def test_a_hidden_thing_is_in_its_bucket_without_a_word(world: "World") -> None:
    await _fill(world)
    prefix = prefix_of(index_number("1000"), 1)

    text = await (await world.client.get(f"{RANGE}/{prefix}")).text()

    assert NamedThing(full_hash("1000"), 1000) in codec.decode(list[NamedThing], text)


@pytest.mark.parametrize("prefix", ["", "00", "0" * 64, "2"])
async def test_no_other_bucket_is_given(world: "World", prefix: str) -> None:
    """A shorter name would be half the index, a longer one too little to hide in."""
    await _fill(world)

    response = await world.client.get(f"{RANGE}/{prefix}")

    assert (404, "not_found") == await _error(response)


async def test_where_there_are_few_things_all_of_them_are_one_bucket(
    world: "World",
) -> None:
    await world.user("bo")

    response = await world.client.get(f"{RANGE}/", headers=KEYS)

    keys = list(IndexKeys.parse(await response.read()))
    assert sorted(map(index_number, ("bo", "1"))) == keys
