"""Apps: registered by a signed-in user, with a secret that is shown once."""

import hashlib
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from overallt_server.storage.access_schema import apps

if TYPE_CHECKING:
    from tests.web.conftest import World

READER = {"name": "A reader", "redirect_uri": "https://app.example/back"}


async def test_a_secret_is_shown_once_and_stored_as_a_hash(world: "World") -> None:
    maker = await world.user("maker")
    browser = await world.browser(maker)

    created = await browser.post("/apps/new", **READER)
    page = await created.text()
    secret = page.partition('id="client-secret">')[2].partition("<")[0]
    listed = await browser.text("/apps")
    async with world.database.snapshot() as tx:
        stored = (
            await tx.execute(sa.select(apps).where(apps.c.owner_id == maker.id))
        ).one()

    assert 201 == created.status
    assert 40 == len(secret)
    assert "A reader" in listed
    assert secret not in listed
    assert hashlib.sha256(secret.encode()).digest() == stored.secret_hash


async def test_a_public_app_has_no_secret(world: "World") -> None:
    browser = await world.browser(await world.user("maker"))

    created = await browser.post("/apps/new", public="1", **READER)

    assert "client-secret" not in await created.text()


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "ab"},
        {"name": "x" * 61},
        {"redirect_uri": ""},
        {"redirect_uri": "http://app.example/back"},
        {"redirect_uri": "https:///back"},
        {"redirect_uri": "https://app.example/back#fragment"},
        {"redirect_uri": "https://app.example/a b"},
        {"redirect_uri": "https://[::1/back"},
        {"redirect_uri": "https://app.example;script-src/back"},
        {"redirect_uri": "https://me@app.example/back"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": "data:text/html,x"},
        {"redirect_uri": "https://app.example/" + "x" * 500},
    ],
)
async def test_an_app_that_cannot_be_is_said_beside_the_form(
    world: "World", wrong: dict[str, str]
) -> None:
    browser = await world.browser(await world.user("maker"))

    response = await browser.post("/apps/new", **READER | wrong)

    assert 400 == response.status
    assert 'role="alert"' in await response.text()
