"""Fields that nobody asked for, lines in headers, and JSON that is a bomb."""

from typing import TYPE_CHECKING

import pytest
from aiohttp import ClientTimeout
from yarl import URL

from overallt.protocol import codec, messages
from overallt_server.storage import operators, schema

if TYPE_CHECKING:
    from tests.web.conftest import World


async def test_a_new_thing_takes_no_field_that_is_not_its_owners_to_say(
    world: "World",
) -> None:
    bo, ada = await world.user("bo"), await world.user("ada")
    headers = await world.bearer(bo, "thing")
    wanted = {"url": "https://bo.example/a", "title": "Bo's essay"}
    others = {
        "id": 99_999,
        "owner": "ada",
        "owner_id": ada.id,
        "charity": True,
        "flattrs": 1000,
        "hosts": ["bo.example"],
        "created_at": 0,
    }

    response = await world.client.post(
        "/rest/v2/things", headers=headers, json=wanted | others
    )
    created = codec.decode(messages.ThingCreated, await response.text())
    shown = await world.client.get(f"/rest/v2/things/{created.id}")
    thing = codec.decode(messages.Thing, await shown.text())
    async with world.database.snapshot() as tx:
        found = schema.things.select().where(schema.things.c.id == created.id)
        row = (await tx.execute(found)).one()

    assert 99_999 != created.id
    assert (bo.id, False) == (row.owner_id, row.charity)
    assert (0, []) == (thing.flattrs, thing.hosts)
    assert thing.created_at > 0


async def test_who_signs_up_takes_no_rights_along(world: "World") -> None:
    browser = await world.browser()
    others = {"id": "1", "operator": "1", "role": "operator", "means": "100"}

    response = await browser.post(
        "/signup",
        username="eve",
        email="eve@example.org",
        password="a quiet morning",
        **others,
    )
    async with world.database.snapshot() as tx:
        listed = (await tx.execute(schema.users.select())).all()
        appointed = await operators.all_(tx)

    assert 303 == response.status
    assert ["eve"] == [row.username for row in listed]
    assert [] == appointed


@pytest.mark.parametrize(
    "path",
    [
        "/signin?next=/%0d%0aSet-Cookie:%20a=b",
        "/rest/v2/things/lookup?url=https://bo.example/%0d%0aSet-Cookie:%20a=b",
        "/rest/v2/things/1%0d%0aSet-Cookie:%20a=b",
        "/rest/v2/languages?jsonp=a%0d%0aSet-Cookie:%20a=b",
        "/oauth/authorize?client_id=a%0d%0aSet-Cookie:%20a=b&redirect_uri=%0d%0a",
        "/%0d%0aSet-Cookie:%20a=b",
    ],
)
async def test_a_line_in_an_address_is_no_header(world: "World", path: str) -> None:
    browser = await world.browser()

    response = await browser.session.get(
        URL(f"{world.settings.public_url}{path}", encoded=True), allow_redirects=False
    )

    assert response.status < 500
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 60_000,
        b'{"a":' * 10_000,
        b'{"url":' + b"9" * 60_000 + b"}",
        b'{"url":1e999999}',
        b'{"url":NaN}',
        b'{"url":"' + b"\\u0000" * 1000 + b'"}',
        b'{"url":"\\ud800"}',
        b"null",
        b"",
        b'{"url":"a"}' + b" " * 60_000,
        b"{" + b",".join(b'"k%d":0' % each for each in range(5000)) + b"}",
    ],
)
async def test_a_bomb_of_json_is_malformed_and_soon_told(
    world: "World", body: bytes
) -> None:
    headers = await world.bearer(await world.patron("ada"))

    response = await world.client.post(
        "/rest/v2/flattr",
        data=body,
        headers={**headers, "Content-Type": "application/json"},
        timeout=ClientTimeout(total=5),
    )

    assert 400 == response.status
