"""Searching things in the API, as Flattr's clients do."""

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from overallt.protocol import codec, messages

if TYPE_CHECKING:
    from tests.web.conftest import World


async def _search(
    world: "World", path: str = "search", **query: object
) -> messages.FoundThings:
    response = await world.client.get(f"/rest/v2/things/{path}?{urlencode(query)}")
    assert 200 == response.status
    return codec.decode(messages.FoundThings, await response.text())


@pytest.mark.parametrize("path", ["search", "search/", "search.json"])
async def test_things_are_found_by_what_describes_them(
    world: "World", path: str
) -> None:
    bo = await world.user("bo")
    song = await world.thing(bo, "song", tags=("sea", "calm"), category="audio")
    await world.thing(bo, "essay", tags=("sea",), category="text")
    await world.thing(await world.user("cy"), "song", tags=("sea",), category="audio")

    found = await _search(
        world,
        path,
        query="SONG",
        tags="sea & calm !storm",
        category="audio,video",
        language="en_GB, sv_SE",
        user="Bo",
        url=song.url,
    )

    assert (1, 1, 1) == (found.total_items, found.items, found.page)
    assert [song.id] == [each.id for each in found.things]


async def test_without_words_all_that_is_not_hidden_is_found(world: "World") -> None:
    bo = await world.user("bo")
    song = await world.thing(bo, "song")
    await world.thing(bo, "draft", hidden=True)

    found = await _search(world)

    assert [song.id, bo.profile_thing] == [each.id for each in found.things]


async def test_what_is_found_comes_page_by_page(world: "World") -> None:
    bo = await world.user("bo")
    for name in ("one", "two"):
        await world.thing(bo, name)

    pages = [await _search(world, count=2, page=page) for page in (1, 2, 3)]

    assert [(3, 2, 1), (3, 1, 2), (3, 0, 3)] == [
        (page.total_items, page.items, page.page) for page in pages
    ]


async def test_what_is_flattred_most_comes_first(world: "World") -> None:
    bo = await world.user("bo")
    one, two = await world.thing(bo, "one"), await world.thing(bo, "two")
    headers = await world.bearer(await world.patron("ada"))
    await world.client.post(f"/rest/v2/things/{one.id}/flattr", headers=headers)

    found = await _search(world, sort="flattrs_day", query="of bo", full=1)

    assert [one.id, two.id] == [each.id for each in found.things]
    assert isinstance(found.things[0].owner, messages.User)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"sort": "price"}, "invalid_request"),
        ({"page": 0}, "invalid_request"),
        ({"query": "\0"}, "invalid_request"),
        ({"query": " ".join(map(str, range(21)))}, "invalid_request"),
        ({"tags": "|".join(map(str, range(21)))}, "invalid_request"),
        ({"url": "ftp://bo.example"}, "validation"),
    ],
)
async def test_what_cannot_be_looked_for_is_refused(
    world: "World", query: dict[str, object], code: str
) -> None:
    response = await world.client.get(f"/rest/v2/things/search?{urlencode(query)}")
    error = codec.decode(messages.Error, await response.text())

    assert (400, code) == (response.status, error.error)
