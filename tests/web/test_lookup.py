"""Finding a thing by its address, as Flattr's clients do."""

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from overallt.protocol import codec, lookups, messages

if TYPE_CHECKING:
    from tests.web.conftest import World


async def lookup(world: "World", url: str, *, path: str = "lookup") -> tuple[int, str]:
    response = await world.client.get(
        f"/rest/v2/things/{path}?url={quote(url, safe='')}", allow_redirects=False
    )
    return response.status, await response.text()


@pytest.mark.parametrize(
    "url",
    [
        "https://bo.example/song",
        "HTTPS://BO.example:443/song",
        "http://bo.example/song",
    ],
)
@pytest.mark.parametrize("path", ["lookup", "lookup/", "lookup.json"])
async def test_a_thing_is_found_by_its_address(
    world: "World", url: str, path: str
) -> None:
    thing = await world.thing(await world.user("bo"), "song")

    status, body = await lookup(world, url, path=path)
    found = codec.decode(lookups.ThingFound, body)

    assert 302 == status
    assert f"{world.settings.public_url}/rest/v2/things/{thing.id}" == found.location


async def test_who_follows_is_shown_the_thing(world: "World") -> None:
    thing = await world.thing(await world.user("bo"), "song")

    response = await world.client.get(f"/rest/v2/things/lookup?url={thing.url}")
    shown = codec.decode(messages.Thing, await response.text())

    assert thing.id == shown.id


@pytest.mark.parametrize(
    "url",
    [
        "https://bo.example/song?a=1",
        "https://bo.example/song#part",
        "https://other.example/song",
        "http://other.example/",
    ],
)
async def test_what_nobody_has_registered_is_not_found(
    world: "World", url: str
) -> None:
    await world.thing(await world.user("bo"), "song")

    status, body = await lookup(world, url)

    assert (404, "not_found") == (status, codec.decode(messages.Error, body).error)


async def test_a_thing_by_http_is_not_found_by_https(world: "World") -> None:
    bo = await world.user("bo")
    headers = await world.bearer(bo, "thing")
    new = {"url": "http://bo.example/old", "title": "An old page"}
    await world.client.post("/rest/v2/things", headers=headers, json=new)

    status, _ = await lookup(world, "https://bo.example/old")

    assert 404 == status


@pytest.mark.parametrize(
    ("url", "code"),
    [("ftp://bo.example/", "validation"), ("\0", "invalid_request")],
)
async def test_what_is_no_address_is_refused(
    world: "World", url: str, code: str
) -> None:
    status, body = await lookup(world, url)

    assert (400, code) == (status, codec.decode(messages.Error, body).error)


async def test_a_lookup_needs_an_address(world: "World") -> None:
    response = await world.client.get("/rest/v2/things/lookup")

    assert 400 == response.status


async def test_an_address_that_describes_a_thing_leads_to_it(world: "World") -> None:
    thing = await world.thing(await world.user("bo"), "song")
    described = f"{world.settings.public_url}/submit/auto?user_id=bo&url={thing.url}"

    status, body = await lookup(world, described)

    assert (302, str(thing.id)) == (
        status,
        codec.decode(lookups.ThingFound, body).location.rpartition("/")[2],
    )


async def test_what_has_an_owner_and_is_no_thing_yet_is_flattrable(
    world: "World",
) -> None:
    await world.user("bo")
    public_url = world.settings.public_url
    described = f"{public_url}/submit/auto?user_id=bo&url=https://bo.example/new"

    status, body = await lookup(world, described)

    assert 200 == status
    assert "flattrable" == codec.decode(lookups.ThingFlattrable, body).message
    assert 404 == (await lookup(world, "https://bo.example/new"))[0]


async def test_a_thing_of_somebody_else_is_an_owner_mismatch(world: "World") -> None:
    thing = await world.thing(await world.user("bo"), "song")
    await world.user("cy")
    described = f"{world.settings.public_url}/submit/auto?user_id=cy&url={thing.url}"

    status, body = await lookup(world, described)

    assert (400, "validation") == (status, codec.decode(messages.Error, body).error)


async def test_what_is_not_found_is_told_as_flattrs_clients_look_for_it(
    world: "World",
) -> None:
    status, body = await lookup(world, "https://bo.example/new")
    missing = codec.decode(lookups.ThingMissing, body)

    assert (404, "not_found", "not_found") == (status, missing.message, missing.error)
    assert missing.description == missing.error_description


async def test_flattrs_other_name_for_the_address_is_taken(world: "World") -> None:
    thing = await world.thing(await world.user("bo"), "song")

    response = await world.client.get(
        f"/rest/v2/things/lookup/?q={quote(thing.url, safe='')}", allow_redirects=False
    )

    assert 302 == response.status
