"""Lists in the API: what everybody may see of users, and several things at once."""

import json
from typing import TYPE_CHECKING

import pytest

from overallt.protocol import codec, messages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.web.conftest import World


async def _things(
    world: "World", path: str, headers: "Mapping[str, str] | None" = None
) -> list[messages.Thing]:
    response = await world.client.get(f"/rest/v2/{path}", headers=headers)
    assert 200 == response.status
    return codec.decode(list[messages.Thing], await response.text())


@pytest.mark.parametrize("suffix", ["", ".json"])
async def test_a_users_things_are_shown_without_the_hidden_ones(
    world: "World", suffix: str
) -> None:
    bo = await world.user("bo")
    song = await world.thing(bo, "song")
    await world.thing(bo, "draft", hidden=True)
    await world.thing(await world.user("cy"), "other")

    listed = await _things(world, f"users/Bo/things{suffix}")

    assert [song.id, bo.profile_thing] == [each.id for each in listed]


async def test_hidden_things_take_no_place_on_a_page(world: "World") -> None:
    bo = await world.user("bo")
    for name, hidden in (("one", False), ("two", True), ("three", False)):
        await world.thing(bo, name, hidden=hidden)

    pages = [
        await _things(world, f"users/bo/things?count=2&page={page}") for page in (1, 2)
    ]

    assert [2, 1] == [len(page) for page in pages]


async def test_who_has_a_token_sees_which_of_them_he_flattred(world: "World") -> None:
    thing = await world.thing(await world.user("bo"))
    headers = await world.bearer(await world.patron("ada"))
    await world.client.post(f"/rest/v2/things/{thing.id}/flattr", headers=headers)

    listed = await _things(world, "users/bo/things", headers)

    assert [True, False] == [each.flattred for each in listed]


async def test_several_things_come_in_the_order_asked_for(world: "World") -> None:
    bo = await world.user("bo")
    one, two = await world.thing(bo, "one"), await world.thing(bo, "two")

    listed = await _things(world, f"things/{two.id},999999,bo,,{one.id},{two.id}.json")

    assert [two.id, one.id, two.id] == [each.id for each in listed]


async def test_more_than_a_hundred_at_once_are_refused(world: "World") -> None:
    response = await world.client.get("/rest/v2/things/" + ",".join(["1"] * 101))
    error = codec.decode(messages.Error, await response.text())

    assert (400, "invalid_request") == (response.status, error.error)


@pytest.mark.parametrize("path", ["users/ada/flattrs", "things/{thing}/flattrs"])
async def test_nobody_is_told_who_has_flattred_what(world: "World", path: str) -> None:
    thing = await world.thing(await world.user("bo"))
    headers = await world.bearer(await world.patron("ada"))
    await world.client.post(f"/rest/v2/things/{thing.id}/flattr", headers=headers)

    response = await world.client.get(f"/rest/v2/{path.format(thing=thing.id)}")

    assert (200, "[]") == (response.status, await response.text())


@pytest.mark.parametrize(
    "path", ["users/nobody/things", "users/nobody/flattrs", "things/99/flattrs"]
)
async def test_there_is_no_list_of_nobodys(world: "World", path: str) -> None:
    response = await world.client.get(f"/rest/v2/{path}")
    error = codec.decode(messages.Error, await response.text())

    assert (404, "not_found") == (response.status, error.error)


@pytest.mark.parametrize("path", ["users/bo/things", "users/bo/flattrs"])
async def test_a_list_has_no_page_zero(world: "World", path: str) -> None:
    await world.user("bo")

    response = await world.client.get(f"/rest/v2/{path}?page=0")

    assert 400 == response.status


@pytest.mark.parametrize("path", ["things/bo", "things/bo?full=1", "things/bo?full"])
async def test_a_full_thing_has_a_whole_owner(world: "World", path: str) -> None:
    await world.user("bo")

    response = await world.client.get(f"/rest/v2/{path}")
    owner = codec.decode(messages.Thing, await response.text()).owner

    assert ("full" in path) == isinstance(owner, messages.User)
    assert "bo@example.org" not in await response.text()


async def test_full_flattrs_have_whole_things_and_patrons(world: "World") -> None:
    thing = await world.thing(await world.user("bo"))
    headers = await world.bearer(await world.patron("ada"), "flattr email")
    await world.client.post(f"/rest/v2/things/{thing.id}/flattr", headers=headers)

    texts = [
        await (await world.client.get(path, headers=headers)).text()
        for path in ("/rest/v2/user/flattrs", "/rest/v2/user/flattrs?full=1")
    ]
    mini, full = (codec.decode(list[messages.Flattr], text)[0] for text in texts)

    assert isinstance(full.thing, messages.Thing)
    assert isinstance(full.owner, messages.User)
    assert full.thing.flattred is True
    assert (thing.id, "bo") == (
        mini.thing.id,
        json.loads(texts[0])[0]["thing"]["owner"]["username"],
    )
    assert isinstance(mini.thing, messages.MiniThing)
    assert isinstance(mini.owner, messages.MiniUser)
