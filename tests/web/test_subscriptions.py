"""Subscriptions in the API: made, paused, ended, listed and refused."""

from typing import TYPE_CHECKING

import pytest

from overallt.protocol import codec, messages
from overallt_server.core.periods import Period

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import ClientResponse

    from overallt_server.core.things import Thing
    from tests.web.conftest import World


async def _error(response: "ClientResponse") -> tuple[int, str]:
    return response.status, codec.decode(messages.Error, await response.text()).error


def _path(thing: "Thing") -> str:
    return f"/rest/v2/things/{thing.id}/subscriptions"


async def _listed(
    world: "World", headers: "Mapping[str, str]", query: str = ""
) -> list[messages.Subscription]:
    response = await world.client.get(
        f"/rest/v2/user/subscriptions{query}", headers=headers
    )
    return codec.decode(list[messages.Subscription], await response.text())


async def test_a_subscription_is_answered_with_the_thing_and_listed(
    world: "World",
) -> None:
    thing = await world.thing(await world.user("bo"))
    headers = await world.bearer(await world.patron("ada"))

    response = await world.client.post(_path(thing), headers=headers)
    answer = codec.decode(messages.FlattrAnswer, await response.text())
    (listed,) = await _listed(world, headers)

    assert (200, "ok", thing.id) == (response.status, answer.message, answer.thing.id)
    assert (True, thing.id) == (listed.active, listed.thing.id)
    assert listed.created_at == listed.started_at
    assert listed.thing.owner is not None
    assert "bo" == listed.thing.owner.username


async def test_who_has_a_token_sees_whether_he_subscribed(world: "World") -> None:
    thing = await world.thing(await world.user("bo"))
    ada = await world.bearer(await world.patron("ada"))
    eve = await world.bearer(await world.patron("eve"))
    await world.client.post(_path(thing), headers=ada)

    shown = [
        codec.decode(messages.Thing, await response.text()).subscribed
        for response in [
            await world.client.get(f"/rest/v2/things/{thing.id}", headers=headers)
            for headers in (ada, eve, {})
        ]
    ]

    assert [True, False, None] == shown


async def test_putting_pauses_and_starts_again(world: "World") -> None:
    thing = await world.thing(await world.user("bo"))
    headers = await world.bearer(await world.patron("ada"))
    await world.client.post(_path(thing), headers=headers)

    said, active = [], []
    for _ in range(2):
        response = await world.client.put(_path(thing), headers=headers)
        said.append((await response.json())["message"])
        active += [each.active for each in await _listed(world, headers)]

    assert ["paused", "started"] == said
    assert [False, True] == active


async def test_what_is_ended_is_gone(world: "World") -> None:
    thing = await world.thing(await world.user("bo"))
    headers = await world.bearer(await world.patron("ada"))
    await world.client.post(_path(thing), headers=headers)

    ended = await world.client.delete(_path(thing), headers=headers)
    again = await world.client.delete(_path(thing), headers=headers)

    assert 204 == ended.status
    assert (404, "not_found") == await _error(again)
    assert [] == await _listed(world, headers)


async def test_nobody_subscribes_twice_or_to_what_is_his(world: "World") -> None:
    bo = await world.user("bo")
    thing = await world.thing(bo)
    ada = await world.bearer(await world.patron("ada"))
    await world.client.post(_path(thing), headers=ada)

    twice = await world.client.post(_path(thing), headers=ada)
    own = await world.client.post(_path(thing), headers=await world.bearer(bo))

    assert (403, "subscribed") == await _error(twice)
    assert (403, "thing_owner") == await _error(own)


async def test_one_may_say_its_weight_and_its_months(world: "World") -> None:
    """Flattr's own clients send no body and never notice."""
    thing = await world.thing(await world.user("bo"))
    headers = await world.bearer(await world.patron("ada"))

    await world.client.post(
        _path(thing), json={"weight": 60, "months": 3}, headers=headers
    )
    (begun,) = await _listed(world, headers)
    changed = await world.client.patch(
        _path(thing), json={"weight": 100}, headers=headers
    )
    (now,) = await _listed(world, headers)

    third = Period.of(world.settings.now()).after(2)
    assert (60, str(third)) == (begun.weight, begun.last_period)
    assert {"weight": 100} == await changed.json()
    assert (100, None) == (now.weight, now.last_period)


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize(
    "terms", [{"weight": 0}, {"weight": 101}, {"months": 4}, {"months": "many"}]
)
async def test_no_subscription_weighs_or_lasts_as_nobody_can_give(
    world: "World", method: str, terms: dict[str, object]
) -> None:
    thing = await world.thing(await world.user("bo"))
    headers = await world.bearer(await world.patron("ada"))

    response = await world.client.request(
        method, _path(thing), json=terms, headers=headers
    )

    assert (400, "invalid_request") == await _error(response)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_what_is_not_there_is_not_found(world: "World", method: str) -> None:
    headers = await world.bearer(await world.patron("ada"))

    response = await world.client.request(
        method, "/rest/v2/things/99/subscriptions", headers=headers
    )

    assert (404, "not_found") == await _error(response)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_it_needs_the_scope_to_flattr(world: "World", method: str) -> None:
    thing = await world.thing(await world.user("bo"))
    headers = await world.bearer(await world.patron("ada"), "thing")

    refused = await world.client.request(method, _path(thing), headers=headers)
    anonymous = await world.client.request(method, _path(thing))

    assert (403, "insufficient_scope") == await _error(refused)
    assert (401, "unauthorized") == await _error(anonymous)


async def test_the_newest_is_listed_first_by_pages(world: "World") -> None:
    bo = await world.user("bo")
    things = [await world.thing(bo, name) for name in ("essay", "photo", "song")]
    headers = await world.bearer(await world.patron("ada"))
    for thing in things:
        await world.client.post(_path(thing), headers=headers)

    pages = [
        [each.thing.id for each in await _listed(world, headers, query)]
        for query in ("?count=2", "?count=2&page=2", "?count=2&page=3")
    ]

    assert [[things[2].id, things[1].id], [things[0].id], []] == pages
