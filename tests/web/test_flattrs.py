"""Flattrs in the API: given, sent twice, undone, listed and refused."""

import asyncio
from typing import TYPE_CHECKING

import pytest

from overallt.protocol import codec, messages

if TYPE_CHECKING:
    from aiohttp import ClientResponse

    from tests.web.conftest import World


async def _error(response: "ClientResponse") -> tuple[int, str]:
    return response.status, codec.decode(messages.Error, await response.text()).error


async def test_a_flattr_is_answered_with_the_thing(world: "World") -> None:
    thing = await world.thing(await world.user("bo"))
    headers = await world.bearer(await world.patron("ada"))

    response = await world.client.post(
        f"/rest/v2/things/{thing.id}/flattr", headers=headers
    )
    answer = codec.decode(messages.FlattrAnswer, await response.text())

    assert 200 == response.status
    assert (thing.id, 1) == (answer.thing.id, answer.thing.flattrs)


async def test_a_second_flattr_in_a_month_is_refused(world: "World") -> None:
    thing = await world.thing(await world.user("bo"))
    headers = await world.bearer(await world.patron("ada"))
    path = f"/rest/v2/things/{thing.id}/flattr"
    await world.client.post(path, headers=headers)

    response = await world.client.post(path, headers=headers)

    assert (403, "flattr_once") == await _error(response)


async def test_the_same_click_sent_twice_counts_once(world: "World") -> None:
    thing = await world.thing(await world.user("bo"))
    headers = {
        **await world.bearer(await world.patron("ada")),
        "Idempotency-Key": "click-1",
    }
    path = f"/rest/v2/things/{thing.id}/flattr"

    answers = [await world.client.post(path, headers=headers) for _ in range(2)]
    first, second = [(each.status, await each.text()) for each in answers]

    assert 200 == first[0]
    assert first == second


async def test_ten_at_once_with_one_key_count_once(world: "World") -> None:
    thing = await world.thing(await world.user("bo"))
    headers = {
        **await world.bearer(await world.patron("ada")),
        "Idempotency-Key": "click-1",
    }
    path = f"/rest/v2/things/{thing.id}/flattr"

    answers = await asyncio.gather(
        *(world.client.post(path, headers=headers) for _ in range(10))
    )
    shown = await (await world.client.get(f"/rest/v2/things/{thing.id}")).text()

    assert [200] * 10 == [answer.status for answer in answers]
    assert 1 == codec.decode(messages.Thing, shown).flattrs


async def test_a_key_is_not_used_for_another_thing(world: "World") -> None:
    bo = await world.user("bo")
    one, two = await world.thing(bo, "one"), await world.thing(bo, "two")
    headers = {
        **await world.bearer(await world.patron("ada")),
        "Idempotency-Key": "click-1",
    }
    await world.client.post(f"/rest/v2/things/{one.id}/flattr", headers=headers)

    response = await world.client.post(
        f"/rest/v2/things/{two.id}/flattr", headers=headers
    )

    assert (422, "idempotency_mismatch") == await _error(response)


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "clické"])
async def test_a_key_is_plain_text(world: "World", key: str) -> None:
    thing = await world.thing(await world.user("bo"))
    headers = {
        **await world.bearer(await world.patron("ada")),
        "Idempotency-Key": key,
    }

    response = await world.client.post(
        f"/rest/v2/things/{thing.id}/flattr", headers=headers
    )

    assert (400, "invalid_request") == await _error(response)


async def test_ones_own_thing_is_refused(world: "World") -> None:
    ada = await world.patron("ada")
    thing = await world.thing(ada)

    response = await world.client.post(
        f"/rest/v2/things/{thing.id}/flattr", headers=await world.bearer(ada)
    )

    assert (403, "flattr_owner") == await _error(response)


async def test_without_means_it_is_refused_as_flattr_did(world: "World") -> None:
    thing = await world.thing(await world.user("bo"))
    headers = await world.bearer(await world.user("ada"))

    response = await world.client.post(
        f"/rest/v2/things/{thing.id}/flattr", headers=headers
    )

    assert (401, "no_means") == await _error(response)


async def test_a_thing_that_is_none_is_not_found(world: "World") -> None:
    headers = await world.bearer(await world.patron("ada"))

    response = await world.client.post("/rest/v2/things/99/flattr", headers=headers)

    assert (404, "not_found") == await _error(response)


async def test_flattring_needs_its_scope(world: "World") -> None:
    thing = await world.thing(await world.user("bo"))
    headers = await world.bearer(await world.patron("ada"), "thing email")

    flattr = await world.client.post(
        f"/rest/v2/things/{thing.id}/flattr", headers=headers
    )
    undo = await world.client.delete(
        f"/rest/v2/things/{thing.id}/flattr", headers=headers
    )

    assert (403, "insufficient_scope") == await _error(flattr)
    assert (403, "insufficient_scope") == await _error(undo)


async def test_a_session_of_a_browser_is_no_access_token(world: "World") -> None:
    thing = await world.thing(await world.user("bo"))
    browser = await world.browser(await world.patron("ada"))

    response = await browser.post(f"/rest/v2/things/{thing.id}/flattr")

    assert (401, "unauthorized") == await _error(response)


async def test_a_flattr_can_be_undone_once(world: "World") -> None:
    thing = await world.thing(await world.user("bo"))
    headers = await world.bearer(await world.patron("ada"))
    path = f"/rest/v2/things/{thing.id}/flattr"
    await world.client.post(path, headers=headers)

    undone = await world.client.delete(path, headers=headers)
    again = await world.client.delete(path, headers=headers)
    listed = await world.client.get("/rest/v2/user/flattrs", headers=headers)

    assert 204 == undone.status
    assert (404, "not_found") == await _error(again)
    assert [] == await listed.json()


async def test_undo_may_name_its_period(world: "World") -> None:
    thing = await world.thing(await world.user("bo"))
    headers = await world.bearer(await world.patron("ada"))
    path = f"/rest/v2/things/{thing.id}/flattr"
    await world.client.post(path, headers=headers)

    other = await world.client.delete(f"{path}?period=2019-01", headers=headers)
    none = await world.client.delete(f"{path}?period=May", headers=headers)
    this = await world.client.delete(
        f"{path}?period={world.settings.now():%Y-%m}", headers=headers
    )

    assert 404 == other.status
    assert (400, "invalid_request") == await _error(none)
    assert 204 == this.status


async def test_given_flattrs_are_listed(world: "World") -> None:
    bo = await world.user("bo")
    headers = await world.bearer(await world.patron("ada"))
    things = [await world.thing(bo, name) for name in ("one", "two")]
    for thing in things:
        await world.client.post(f"/rest/v2/things/{thing.id}/flattr", headers=headers)

    response = await world.client.get("/rest/v2/user/flattrs.json", headers=headers)
    listed = codec.decode(list[messages.Flattr], await response.text())

    assert {thing.id for thing in things} == {each.thing.id for each in listed}
    assert {"ada"} == {each.owner.username for each in listed}
    assert ["bo", "bo"] == [
        each.thing.owner.username for each in listed if each.thing.owner
    ]
