"""Streams of things and of flattrs: the same lists, for readers of feeds."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from overallt.protocol import codec, messages

if TYPE_CHECKING:
    from overallt_server.core.things import Thing
    from tests.web.conftest import World

STREAM, ATOM, JSON = (
    "application/stream+json",
    "application/atom+xml",
    "application/json",
)
USER = "/rest/v2/user"
OF_ADA = "/rest/v2/users/ada"
ALL = [f"{USER}/things", f"{USER}/flattrs", f"{OF_ADA}/things", f"{OF_ADA}/flattrs"]
NAMES = {"atom": "http://www.w3.org/2005/Atom"}


@pytest.fixture
async def essay(world: "World") -> "Thing":
    return await world.thing(await world.user("bo"), "essay")


@pytest.fixture
async def ada(world: "World", essay: "Thing") -> Mapping[str, str]:
    """A patron's headers; she has a song, a hidden diary, and flattred the essay."""
    user = await world.patron("ada")
    await world.thing(user, "song")
    await world.thing(user, "diary", hidden=True)
    headers = await world.bearer(user)
    await world.client.post(f"/rest/v2/things/{essay.id}/flattr", headers=headers)
    return headers


async def _items(
    world: "World", path: str, headers: Mapping[str, str]
) -> list[messages.Activity]:
    response = await world.client.get(f"{path}.as", headers=headers)
    assert STREAM == response.content_type
    return codec.decode(messages.Activities, await response.text()).items


async def _feed(world: "World", path: str, headers: Mapping[str, str]) -> Any:
    response = await world.client.get(path, headers=headers)
    assert (200, ATOM) == (response.status, response.content_type)
    return etree.fromstring(await response.read())


def _texts(feed: Any, path: str) -> list[str]:
    return [str(each) for each in feed.xpath(path, namespaces=NAMES)]


@pytest.mark.parametrize(
    ("path", "verb", "titles"),
    [
        (f"{OF_ADA}/things", "post", ["The song of ada"]),
        (f"{USER}/things", "post", ["The diary of ada", "The song of ada"]),
        (f"{USER}/flattrs", "like", ["The essay of bo"]),
        (f"{OF_ADA}/flattrs", "like", []),
    ],
)
async def test_both_forms_say_what_the_list_says(
    world: "World", ada: Mapping[str, str], path: str, verb: str, titles: list[str]
) -> None:
    items = await _items(world, path, ada)
    feed = await _feed(world, f"{path}.atom", ada)
    shown = [each for each in items if each.object.displayName in titles]

    assert titles == [each.object.displayName for each in shown]
    assert {verb} >= {each.verb for each in items}
    assert [each.id for each in items] == _texts(feed, "//atom:entry/atom:id/text()")


async def test_nobody_is_told_who_flattred_a_thing(
    world: "World", ada: Mapping[str, str], essay: "Thing"
) -> None:
    path = f"/rest/v2/things/{essay.id}/flattrs"

    assert [] == await _items(world, path, ada)
    feed = await _feed(world, f"{path}.atom", ada)
    assert ['Flattrs of "The essay of bo" on Överallt'] == _texts(
        feed, "/atom:feed/atom:title/text()"
    )
    made = essay.created_at.replace(microsecond=0)
    assert [made.isoformat()] == _texts(feed, "//atom:updated/text()")


async def test_each_stream_has_a_name_of_its_own(
    world: "World", ada: Mapping[str, str]
) -> None:
    feeds = [await _feed(world, f"{path}.atom", ada) for path in ALL]
    names = [_texts(each, "/atom:feed/atom:id/text()")[0] for each in feeds]

    assert ["own-things", "own-flattrs", "things", "flattrs"] == [
        name.rpartition("/")[2] for name in names
    ]


@pytest.mark.parametrize("path", ALL)
@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("*/*", JSON),
        (JSON, JSON),
        (f"{ATOM}, {JSON};q=0.5", JSON),
        (f"text/html, {ATOM};q=0.9", ATOM),
        (STREAM, STREAM),
    ],
)
async def test_without_a_suffix_it_is_the_list_unless_only_a_stream_is_accepted(
    world: "World", ada: Mapping[str, str], path: str, accept: str, expected: str
) -> None:
    response = await world.client.get(path, headers={**ada, "Accept": accept})

    assert expected == response.content_type


@pytest.mark.parametrize("suffix", [".as", ".atom"])
async def test_what_is_public_is_not_sent_twice_and_ones_own_kept_by_nobody(
    world: "World", ada: Mapping[str, str], suffix: str
) -> None:
    public = f"{OF_ADA}/things{suffix}"
    first = await world.client.get(public)
    known = {"If-None-Match": first.headers["ETag"]}
    second = await world.client.get(public, headers=known)
    own = await world.client.get(f"{USER}/things{suffix}", headers=ada)

    assert (304, b"") == (second.status, await second.read())
    assert ("no-store", None) == (own.headers["Cache-Control"], own.headers.get("ETag"))


async def test_the_pages_of_a_stream_lead_to_each_other(
    world: "World", ada: Mapping[str, str]
) -> None:
    first = await _feed(world, f"{USER}/things.atom?count=1", ada)

    (then,) = _texts(first, "/atom:feed/atom:link[@rel='next']/@href")
    second = await _feed(world, then.removeprefix(world.settings.public_url), ada)
    assert ['ada registered "The diary of ada"'] == _texts(
        first, "//atom:entry/atom:title/text()"
    )
    assert ['ada registered "The song of ada"'] == _texts(
        second, "//atom:entry/atom:title/text()"
    )
