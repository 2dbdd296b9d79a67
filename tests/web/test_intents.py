"""Flattrs for what nobody has claimed yet, in the API: kept, listed, taken back."""

from typing import TYPE_CHECKING

import pytest

from overallt.protocol import codec, messages
from overallt_server.use_cases.proving_hosts import ProvingHosts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import ClientResponse

    from tests.web.conftest import World

URL = "https://bo.example/essay"
PATH = "/rest/v2/user/intents"


async def _error(response: "ClientResponse") -> tuple[int, str]:
    return response.status, codec.decode(messages.Error, await response.text()).error


async def _listed(
    world: "World", headers: "Mapping[str, str]", query: str = ""
) -> list[messages.Intent]:
    response = await world.client.get(PATH + query, headers=headers)
    return codec.decode(list[messages.Intent], await response.text())


async def test_it_is_kept_and_listed(world: "World") -> None:
    headers = await world.bearer(await world.patron("ada"))

    response = await world.client.post(PATH, headers=headers, data={"url": URL})
    answer = codec.decode(messages.IntentAnswer, await response.text())

    assert 200 == response.status
    assert URL == answer.intent.url
    assert 90 * 24 * 60 * 60 == answer.intent.expires_at - answer.intent.created_at
    assert [answer.intent] == await _listed(world, headers)


async def test_it_is_each_patrons_own(world: "World") -> None:
    ada = await world.bearer(await world.patron("ada"))
    eve = await world.bearer(await world.patron("eve"))
    await world.client.post(PATH, headers=ada, json={"url": URL})

    taken = await world.client.delete(f"{PATH}?url={URL}", headers=eve)

    assert (404, "not_found") == await _error(taken)
    assert [] == await _listed(world, eve)
    assert 1 == len(await _listed(world, ada))


async def test_the_patron_is_told_who_has_claimed_it_and_can_undo(
    world: "World",
) -> None:
    bo = await world.user("bo")
    headers = await world.bearer(await world.patron("ada"))
    await world.client.post(PATH, headers=headers, json={"url": URL})
    thing = await world.thing(bo, "essay")
    await ProvingHosts(world.database).note(
        thing=thing.id, host="bo.example", now=world.settings.now()
    )

    (told,) = await _listed(world, headers)
    undone = await world.client.delete(f"{PATH}?url={URL}", headers=headers)

    assert told.thing is not None
    assert told.thing.owner is not None
    assert (thing.id, "bo") == (told.thing.id, told.thing.owner.username)
    assert told.period is not None
    assert 204 == undone.status
    assert [] == await _listed(world, headers)


async def test_what_is_taken_back_is_gone(world: "World") -> None:
    headers = await world.bearer(await world.patron("ada"))
    await world.client.post(PATH, headers=headers, json={"url": URL})

    taken = await world.client.delete(f"{PATH}?url={URL}", headers=headers)
    again = await world.client.delete(f"{PATH}?url={URL}", headers=headers)

    assert 204 == taken.status
    assert (404, "not_found") == await _error(again)


async def test_the_same_key_gets_the_same_answer(world: "World") -> None:
    headers = {
        **await world.bearer(await world.patron("ada")),
        "Idempotency-Key": "click-1",
    }

    answers = [
        await world.client.post(PATH, headers=headers, json={"url": URL})
        for _ in range(2)
    ]
    first, second = [(each.status, await each.text()) for each in answers]

    assert 200 == first[0]
    assert first == second


async def test_kept_twice_is_refused(world: "World") -> None:
    headers = await world.bearer(await world.patron("ada"))
    await world.client.post(PATH, headers=headers, json={"url": URL})

    response = await world.client.post(PATH, headers=headers, json={"url": URL})

    assert (403, "flattr_once") == await _error(response)


async def test_what_somebody_has_registered_is_never_given_by_it(
    world: "World",
) -> None:
    await world.thing(await world.user("bo"), "essay")
    headers = await world.bearer(await world.patron("ada"))

    response = await world.client.post(PATH, headers=headers, json={"url": URL})

    assert (400, "validation") == await _error(response)


async def test_without_means_it_is_refused(world: "World") -> None:
    headers = await world.bearer(await world.user("ada"))

    response = await world.client.post(PATH, headers=headers, json={"url": URL})

    assert (401, "no_means") == await _error(response)


@pytest.mark.parametrize(
    ("url", "code"),
    [("ftp://bo.example/", "validation"), ("\0", "invalid_request")],
)
async def test_what_is_no_address_is_refused(
    world: "World", url: str, code: str
) -> None:
    headers = await world.bearer(await world.patron("ada"))

    response = await world.client.post(PATH, headers=headers, json={"url": url})

    assert (400, code) == await _error(response)


@pytest.mark.parametrize("method", ["POST", "DELETE", "GET"])
async def test_it_needs_the_scope_to_flattr(world: "World", method: str) -> None:
    headers = await world.bearer(await world.patron("ada"), "thing")
    where = f"{PATH}?url={URL}"

    refused = await world.client.request(
        method, where, headers=headers, data={"url": URL}
    )
    anonymous = await world.client.request(method, where, data={"url": URL})

    assert (403, "insufficient_scope") == await _error(refused)
    assert (401, "unauthorized") == await _error(anonymous)


async def test_they_are_listed_by_pages(world: "World") -> None:
    headers = await world.bearer(await world.patron("ada"))
    for number in range(3):
        await world.client.post(PATH, headers=headers, json={"url": f"{URL}/{number}"})

    pages = [
        await _listed(world, headers, query)
        for query in ("?count=2", "?count=2&page=2", "?count=2&page=3")
    ]

    assert [2, 1, 0] == [len(page) for page in pages]
    assert 3 == len({each.url for page in pages for each in page})
