"""Whoever is signed in sees where, and ends what he does not know again."""

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.web.conftest import World

KEYS = re.compile(r'name="key" value="([0-9a-f]+)"')
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


async def test_one_sees_where_one_is_signed_in_and_ends_another_session(
    world: "World",
) -> None:
    ada = await world.user("ada")
    here, lost = await world.browser(ada), await world.browser()
    lost.headers |= {"User-Agent": FIREFOX, "X-Forwarded-For": "203.0.113.9"}
    await lost.post("/signin", name="ada", password="a quiet morning")

    page = await here.text("/account")
    ended = await here.post("/account/sessions/end", key=KEYS.findall(page)[-1])
    afterwards = await here.text("/account")

    assert "Firefox on Linux" in page
    assert "from 203.0.113.0/24" in page
    assert 1 == page.count("this one")
    assert "/account" == ended.headers["Location"]
    assert "Firefox" not in afterwards
    assert HTTPStatus.SEE_OTHER == (await lost.get("/dashboard")).status
    assert HTTPStatus.OK == (await here.get("/dashboard")).status


@pytest.mark.parametrize("key", ["another's", "0" * 64, "xyz", ""])
async def test_nobody_ends_anothers_session(world: "World", key: str) -> None:
    ada = await world.user("ada")
    ada_here = await world.browser(ada)
    await world.browser(ada)
    mallory = await world.browser(await world.user("mallory"))
    if key == "another's":
        key = KEYS.findall(await ada_here.text("/account"))[-1]

    response = await mallory.post("/account/sessions/end", key=key)

    assert HTTPStatus.NOT_FOUND == response.status
    assert HTTPStatus.OK == (await ada_here.get("/dashboard")).status


async def test_a_key_opens_nothing(world: "World") -> None:
    ada = await world.user("ada")
    here = await world.browser(ada)
    await world.browser(ada)
    key = KEYS.findall(await here.text("/account"))[-1]

    thief = await world.client.get(
        "/dashboard",
        headers={"Cookie": f"overallt={key[:40]}"},
        allow_redirects=False,
    )

    assert HTTPStatus.SEE_OTHER == thief.status
