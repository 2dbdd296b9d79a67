"""Things in the API described anew and deleted: by their owner, and by nobody else."""

from typing import TYPE_CHECKING, Any

import pytest

from overallt.protocol import codec, messages

if TYPE_CHECKING:
    from aiohttp import ClientResponse

    from tests.web.conftest import World


async def _error(response: "ClientResponse") -> tuple[int, str]:
    return response.status, codec.decode(messages.Error, await response.text()).error


async def _shown(world: "World", thing: object) -> messages.Thing:
    response = await world.client.get(f"/rest/v2/things/{thing}")
    return codec.decode(messages.Thing, await response.text())


@pytest.mark.parametrize("form", ["json", "data"])
@pytest.mark.parametrize("method", ["PATCH", "POST"])
async def test_a_thing_is_described_anew(
    world: "World", method: str, form: str
) -> None:
    bo = await world.user("bo")
    thing = await world.thing(bo, "song", description="Of the sea")
    headers = await world.bearer(bo, "thing")
    changes = {
        "title": "A song of the sea",
        "tags": "sea, calm",
        "category": "audio",
        "language": "sv_SE",
        "url": "https://elsewhere.example/",
        "_method": "patch",
    }
    body: dict[str, Any] = {form: changes}

    response = await world.client.request(
        method, f"/rest/v2/things/{thing.id}", headers=headers, **body
    )
    shown = await _shown(world, thing.id)

    assert (200, "ok") == (
        response.status,
        codec.decode(messages.ThingChanged, await response.text()).message,
    )
    assert ("A song of the sea", ["sea", "calm"]) == (shown.title, shown.tags)
    assert ("audio", "sv_SE") == (shown.category, shown.language)
    assert ("Of the sea", thing.url) == (shown.description, shown.url)


async def test_what_was_described_can_be_emptied(world: "World") -> None:
    bo = await world.user("bo")
    thing = await world.thing(bo, description="Of the sea", tags=("sea",), hidden=True)

    await world.client.patch(
        f"/rest/v2/things/{thing.id}",
        headers=await world.bearer(bo, "thing"),
        json={"description": "", "tags": [], "hidden": False},
    )
    shown = await _shown(world, thing.id)

    assert ("", [], False) == (shown.description, shown.tags, shown.hidden)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": "Song"}, "validation"),
        ({"category": "poems"}, "validation"),
        ({"language": "tlh"}, "validation"),
        ({"tags": "t" * 51}, "validation"),
        ({"description": "d" * 1001}, "validation"),
        ({"hidden": "perhaps"}, "invalid_request"),
        ({"title": 7}, "invalid_request"),
    ],
)
async def test_of_a_change_that_cannot_be_nothing_is_kept(
    world: "World", changes: dict[str, object], code: str
) -> None:
    bo = await world.user("bo")
    thing = await world.thing(bo)
    before = await _shown(world, thing.id)

    response = await world.client.patch(
        f"/rest/v2/things/{thing.id}",
        headers=await world.bearer(bo, "thing"),
        json={"title": "Another title", **changes},
    )

    assert (400, code) == await _error(response)
    assert before == await _shown(world, thing.id)


async def test_a_post_has_to_name_its_method(world: "World") -> None:
    bo = await world.user("bo")
    thing = await world.thing(bo)

    response = await world.client.post(
        f"/rest/v2/things/{thing.id}",
        headers=await world.bearer(bo, "thing"),
        json={"title": "Another title"},
    )

    assert (400, "invalid_request") == await _error(response)


async def test_a_deleted_thing_is_hidden_and_its_flattrs_stay(world: "World") -> None:
    bo = await world.user("bo")
    thing = await world.thing(bo)
    patron = await world.bearer(await world.patron("ada"))
    await world.client.post(f"/rest/v2/things/{thing.id}/flattr", headers=patron)

    response = await world.client.delete(
        f"/rest/v2/things/{thing.id}", headers=await world.bearer(bo, "thing")
    )
    shown = await _shown(world, thing.id)
    listed = await (await world.client.get("/rest/v2/users/bo/things")).text()

    assert (204, "") == (response.status, await response.text())
    assert (True, 1) == (shown.hidden, shown.flattrs)
    assert [bo.profile_thing] == [
        each.id for each in codec.decode(list[messages.Thing], listed)
    ]


async def test_a_deleted_thing_can_be_brought_back(world: "World") -> None:
    bo = await world.user("bo")
    thing = await world.thing(bo)
    headers = await world.bearer(bo, "thing")
    path = f"/rest/v2/things/{thing.id}"
    await world.client.delete(path, headers=headers)

    await world.client.patch(path, headers=headers, json={"hidden": False})

    assert not (await _shown(world, thing.id)).hidden


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
async def test_only_its_owner_changes_a_thing(world: "World", method: str) -> None:
    thing = await world.thing(await world.user("bo"))
    headers = await world.bearer(await world.user("cy"), "thing")
    before = await _shown(world, thing.id)

    response = await world.client.request(
        method, f"/rest/v2/things/{thing.id}", headers=headers, json={"hidden": True}
    )

    assert (403, "forbidden") == await _error(response)
    assert before == await _shown(world, thing.id)


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
async def test_changing_needs_its_scope(world: "World", method: str) -> None:
    bo = await world.user("bo")
    thing = await world.thing(bo)
    headers = await world.bearer(bo, "flattr extendedread")

    response = await world.client.request(
        method, f"/rest/v2/things/{thing.id}", headers=headers, json={"hidden": True}
    )

    assert (403, "insufficient_scope") == await _error(response)


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
async def test_changing_needs_a_token(world: "World", method: str) -> None:
    thing = await world.thing(await world.user("bo"))

    response = await world.client.request(method, f"/rest/v2/things/{thing.id}")

    assert (401, "unauthorized") == await _error(response)


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
@pytest.mark.parametrize("thing", ["99999", "nobody"])
async def test_what_is_not_there_cannot_be_changed(
    world: "World", method: str, thing: str
) -> None:
    headers = await world.bearer(await world.user("bo"), "thing")

    response = await world.client.request(
        method, f"/rest/v2/things/{thing}", headers=headers, json={}
    )

    assert (404, "not_found") == await _error(response)
