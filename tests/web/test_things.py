"""Things in the API: registered by who may, shown to everybody."""

from typing import TYPE_CHECKING

import pytest

from overallt.protocol import codec, messages
from overallt_server.use_cases.proving_hosts import ProvingHosts

if TYPE_CHECKING:
    from tests.web.conftest import World

NEW = {"url": "https://bo.example/song", "title": "A song about the sea"}


async def test_a_thing_is_shown_to_everybody(world: "World") -> None:
    bo = await world.user("bo")
    thing = await world.thing(bo, "song", tags=("sea", "calm"))

    response = await world.client.get(f"/rest/v2/things/{thing.id}")
    shown = codec.decode(messages.Thing, await response.text())

    assert 200 == response.status
    assert "application/json" == response.content_type
    assert f"{world.settings.public_url}/thing/{thing.id}" == shown.link
    assert f"{world.settings.public_url}/rest/v2/things/{thing.id}" == shown.resource
    assert "https://bo.example/song" == shown.url
    assert ["sea", "calm"] == shown.tags
    assert "bo" == shown.owner.username
    assert (0, 0) == (shown.flattrs, shown.flattrs_user_count)
    assert shown.flattred is None


@pytest.mark.parametrize("suffix", ["", ".json"])
async def test_a_username_stands_for_the_profile(world: "World", suffix: str) -> None:
    bo = await world.user("bo")

    response = await world.client.get(f"/rest/v2/things/Bo{suffix}")
    shown = codec.decode(messages.Thing, await response.text())

    assert bo.profile_thing == shown.id
    assert "people" == shown.category


async def test_who_has_a_token_sees_whether_he_flattred_it(world: "World") -> None:
    thing = await world.thing(await world.user("bo"))
    headers = await world.bearer(await world.patron("ada"))

    before = await world.client.get(f"/rest/v2/things/{thing.id}", headers=headers)
    await world.client.post(f"/rest/v2/things/{thing.id}/flattr", headers=headers)
    after = await world.client.get(f"/rest/v2/things/{thing.id}", headers=headers)
    shown = codec.decode(messages.Thing, await after.text())

    assert codec.decode(messages.Thing, await before.text()).flattred is False
    assert (True, 1, 1) == (shown.flattred, shown.flattrs, shown.flattrs_user_count)
    assert shown.subscribed is False


async def test_everybody_sees_which_hosts_the_owner_has_proved(world: "World") -> None:
    bo = await world.user("bo")
    thing, other = await world.thing(bo), await world.thing(bo, "song")
    proving = ProvingHosts(world.database)
    for host in ("www.bo.test", "bo.test", "bo.test", "old.test"):
        await proving.note(thing=thing.id, host=host, now=world.settings.now())
    await proving.withdraw(thing=thing.id, host="old.test")

    shown = [
        codec.decode(messages.Thing, await response.text()).hosts
        for response in [
            await world.client.get(f"/rest/v2/things/{each.id}")
            for each in (thing, other)
        ]
    ]

    assert [["bo.test", "www.bo.test"], []] == shown


@pytest.mark.parametrize("wanted", ["99", "nobody", "0", "%00", "9" * 30, "a%20b"])
async def test_what_nobody_has_is_not_found(world: "World", wanted: str) -> None:
    response = await world.client.get(f"/rest/v2/things/{wanted}")
    error = codec.decode(messages.Error, await response.text())

    assert 404 == response.status
    assert "not_found" == error.error
    assert f"{world.settings.public_url}/errors#not_found" == error.error_uri


@pytest.mark.parametrize("as_json", [True, False])
async def test_a_thing_is_registered_by_json_or_by_a_form(
    world: "World", as_json: object
) -> None:
    headers = await world.bearer(await world.user("bo"), "thing")
    new = {**NEW, "tags": "sea, calm", "hidden": "1", "language": "sv_SE"}

    response = await world.client.post(
        "/rest/v2/things",
        headers=headers,
        json=new if as_json else None,
        data=None if as_json else new,
    )
    created = codec.decode(messages.ThingCreated, await response.text())
    shown = codec.decode(
        messages.Thing,
        await (await world.client.get(f"/rest/v2/things/{created.id}")).text(),
    )

    assert (201, "ok") == (response.status, created.message)
    assert shown.resource == response.headers["Location"]
    assert ["sea", "calm"] == shown.tags
    assert ("sv_SE", "rest", True) == (shown.language, shown.category, shown.hidden)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"url": "ftp://bo.example/"}, "validation"),
        ({"title": "Song"}, "validation"),
        ({"title": "S" * 101}, "validation"),
        ({"description": "d" * 1001}, "validation"),
        ({"language": "tlh"}, "validation"),
        ({"category": "poems"}, "validation"),
        ({"tags": ["t" * 51]}, "validation"),
        ({"url": None}, "invalid_request"),
        ({"title": "no\0title"}, "invalid_request"),
        ({"title": "half a \ud83d"}, "invalid_request"),
        ({"hidden": "perhaps"}, "invalid_request"),
    ],
)
async def test_what_cannot_be_registered_is_refused(
    world: "World", words: dict[str, object], code: str
) -> None:
    headers = await world.bearer(await world.user("bo"), "thing")

    response = await world.client.post(
        "/rest/v2/things", headers=headers, json={**NEW, **words}
    )
    error = codec.decode(messages.Error, await response.text())

    assert (400, code) == (response.status, error.error)


@pytest.mark.parametrize("body", ["{", "[]", "7", "[" * 20_000])
async def test_a_body_that_is_no_json_object_is_refused(
    world: "World", body: str
) -> None:
    headers = {
        **await world.bearer(await world.user("bo"), "thing"),
        "Content-Type": "application/json",
    }

    response = await world.client.post("/rest/v2/things", headers=headers, data=body)
    error = codec.decode(messages.Error, await response.text())

    assert (400, "invalid_request") == (response.status, error.error)


async def test_an_address_is_registered_once(world: "World") -> None:
    headers = await world.bearer(await world.user("bo"), "thing")
    await world.client.post("/rest/v2/things", headers=headers, json=NEW)
    again = {**NEW, "url": "HTTPS://BO.example:443/song"}

    response = await world.client.post("/rest/v2/things", headers=headers, json=again)
    error = codec.decode(messages.Error, await response.text())

    assert (400, "validation") == (response.status, error.error)


async def test_registering_needs_its_scope(world: "World") -> None:
    headers = await world.bearer(await world.user("bo"), "flattr")

    response = await world.client.post("/rest/v2/things", headers=headers, json=NEW)
    error = codec.decode(messages.Error, await response.text())

    assert (403, "insufficient_scope") == (response.status, error.error)


async def test_ones_own_things_are_listed_newest_first(world: "World") -> None:
    bo = await world.user("bo")
    for name in ("one", "two", "three"):
        await world.thing(bo, name)
    headers = await world.bearer(bo, "")

    first = await world.client.get("/rest/v2/user/things?count=3", headers=headers)
    second = await world.client.get(
        "/rest/v2/user/things?count=3&page=2", headers=headers
    )

    listed = codec.decode(list[messages.Thing], await first.text())
    assert 3 == len(listed)
    assert 1 == len(codec.decode(list[messages.Thing], await second.text()))
    assert listed == sorted(listed, key=lambda thing: -thing.id)


@pytest.mark.parametrize("query", ["page=0", "count=0", "page=x", "page=9999999"])
async def test_a_page_that_cannot_be_is_refused(world: "World", query: str) -> None:
    headers = await world.bearer(await world.user("bo"), "")

    response = await world.client.get(f"/rest/v2/user/things?{query}", headers=headers)

    assert 400 == response.status
