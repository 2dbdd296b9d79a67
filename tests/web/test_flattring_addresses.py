"""Flattring by address, as Flattr's clients do: ``POST /rest/v2/flattr``."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from overallt.protocol import codec, messages
from overallt_server.use_cases.looking_up import LookingUp

if TYPE_CHECKING:
    from aiohttp import ClientResponse

    from overallt_server.core.things import Thing
    from tests.web.conftest import World

URL = "https://bo.example/song"


async def _error(response: "ClientResponse") -> tuple[int, str]:
    return response.status, codec.decode(messages.Error, await response.text()).error


async def flattr(world: "World", url: str, headers: Any) -> "ClientResponse":
    return await world.client.post(
        "/rest/v2/flattr", headers=headers, json={"url": url}
    )


def auto(world: "World", **fields: str) -> str:
    return f"{world.settings.public_url}/submit/auto?{urlencode(fields)}"


async def thing_answered(world: "World", response: "ClientResponse") -> "Thing":
    """Return the thing that the answer to a flattr names, as the server has it."""
    answer = codec.decode(messages.FlattrAnswer, await response.text())
    assert 1 == answer.thing.flattrs
    return await LookingUp(world.database).thing(str(answer.thing.id))


@pytest.mark.parametrize("url", [URL, "HTTP://BO.example/song"])
async def test_a_known_address_is_flattred(world: "World", url: str) -> None:
    thing = await world.thing(await world.user("bo"), "song")

    response = await flattr(world, url, await world.bearer(await world.patron("ada")))

    assert thing.id == (await thing_answered(world, response)).id


async def test_it_takes_a_form_and_a_suffix_as_flattr_did(world: "World") -> None:
    thing = await world.thing(await world.user("bo"), "song")
    headers = await world.bearer(await world.patron("ada"))

    response = await world.client.post(
        "/rest/v2/flattr.json", headers=headers, data={"url": URL}
    )

    assert thing.id == (await thing_answered(world, response)).id


async def test_what_nobody_has_registered_waits_for_its_owner(world: "World") -> None:
    headers = await world.bearer(await world.patron("ada"))

    response = await flattr(world, URL, headers)
    answer = codec.decode(messages.IntentAnswer, await response.text())
    again = await flattr(world, URL, headers)

    assert ("ok", URL) == (answer.message, answer.intent.url)
    assert (403, "flattr_once") == await _error(again)


async def test_an_auto_submit_address_makes_the_thing_at_its_first_flattr(
    world: "World",
) -> None:
    bo = await world.user("bo")
    address = auto(
        world,
        user_id="bo",
        url=URL,
        title="The song",
        description="Of a sea",
        language="sv_SE",
        category="audio",
        tags="sea,calm",
        hidden="1",
    )
    headers = await world.bearer(await world.patron("ada"))

    thing = await thing_answered(world, await flattr(world, address, headers))

    assert (bo.id, URL, "The song") == (thing.owner, thing.url, thing.title)
    assert ("Of a sea", "sv_SE", "audio") == (
        thing.description,
        thing.language,
        thing.category,
    )
    assert (("sea", "calm"), True) == (thing.tags, thing.hidden)


async def test_without_a_title_the_thing_is_called_by_its_address(
    world: "World",
) -> None:
    await world.user("bo")
    headers = await world.bearer(await world.patron("ada"))

    response = await flattr(world, auto(world, user_id="bo", url=URL), headers)

    assert "bo.example/song" == (await thing_answered(world, response)).title


async def test_made_once_it_is_flattred_by_the_next(world: "World") -> None:
    await world.user("bo")
    address = auto(world, user_id="bo", url=URL, title="The song")
    ada = await world.bearer(await world.patron("ada"))
    eve = await world.bearer(await world.patron("eve"))
    await flattr(world, address, ada)

    response = await flattr(world, address, eve)
    answer = codec.decode(messages.FlattrAnswer, await response.text())

    assert 2 == answer.thing.flattrs


async def test_a_thing_of_somebody_else_is_refused(world: "World") -> None:
    await world.thing(await world.user("bo"), "song")
    await world.user("eve")
    headers = await world.bearer(await world.patron("ada"))

    response = await flattr(world, auto(world, user_id="eve", url=URL), headers)

    assert (400, "validation") == await _error(response)


async def test_nobody_flattrs_by_his_own_auto_submit_address(world: "World") -> None:
    bo = await world.patron("bo")
    address = auto(world, user_id="bo", url=URL, title="The song")

    response = await flattr(world, address, await world.bearer(bo))

    assert (403, "flattr_owner") == await _error(response)


async def test_without_means_nothing_is_made(world: "World") -> None:
    await world.user("bo")
    address = auto(world, user_id="bo", url=URL, title="The song")

    response = await flattr(world, address, await world.bearer(await world.user("ada")))
    found = await world.client.get(f"/rest/v2/things/lookup?url={URL}")

    assert (401, "no_means") == await _error(response)
    assert 404 == found.status


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        ({"user_id": "nobody", "url": URL}, (404, "not_found")),
        ({"user_id": "bo"}, (400, "validation")),
        ({"user_id": "bo", "url": "ftp://bo.example/"}, (400, "validation")),
        ({"user_id": "bo", "url": "https://[bo/"}, (400, "validation")),
        ({"user_id": "bo", "url": URL, "title": "No"}, (400, "validation")),
    ],
)
async def test_what_describes_no_thing_is_refused(
    world: "World", fields: dict[str, str], answer: tuple[int, str]
) -> None:
    await world.user("bo")
    headers = await world.bearer(await world.patron("ada"))

    response = await flattr(world, auto(world, **fields), headers)

    assert answer == await _error(response)


@pytest.mark.parametrize("host", ["http://flattr.com", "https://www.flattr.com"])
async def test_of_flattrs_own_only_the_pages_address_counts(
    world: "World", host: str
) -> None:
    await world.user("bo")
    query = urlencode({"user_id": "bo", "url": URL, "title": "The song"})
    headers = await world.bearer(await world.patron("ada"))

    response = await flattr(world, f"{host}/submit/auto?{query}", headers)
    answer = codec.decode(messages.IntentAnswer, await response.text())

    assert URL == answer.intent.url


async def test_it_needs_the_scope_to_flattr(world: "World") -> None:
    headers = await world.bearer(await world.patron("ada"), "thing")

    assert (403, "insufficient_scope") == await _error(
        await flattr(world, URL, headers)
    )
    assert (401, "unauthorized") == await _error(await flattr(world, URL, {}))


async def test_a_flattr_needs_an_address(world: "World") -> None:
    headers = await world.bearer(await world.patron("ada"))

    response = await world.client.post("/rest/v2/flattr", headers=headers)

    assert (400, "invalid_request") == await _error(response)
