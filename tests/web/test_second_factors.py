"""Who has a second factor signs in by a password and a code."""

import re
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

import pyotp
import pytest

if TYPE_CHECKING:
    from tests.web.conftest import Browser, World

HERE = "/account/second-factor"
PASSWORD = "a quiet morning"
KEY = re.compile(r"Key: <code>([A-Z2-7]{32})</code>")
HALF_WAY = re.compile(r'name="half_way" value="([0-9a-f]{40})"')
RECOVERY = re.compile(r"<code>((?:[a-z0-9]{4}-){3}[a-z0-9]{4})</code>")


def next_code(world: "World", totp: pyotp.TOTP) -> str:
    """Wait half a minute, since no code is good twice; give the one of then."""
    world.settings.clock_offset_seconds += 30
    return totp.at(world.settings.now())


@pytest.fixture
async def ada(world: "World") -> "Browser":
    return await world.browser(await world.user("ada"))


async def set_up(world: "World", browser: "Browser") -> tuple[pyotp.TOTP, list[str]]:
    key = KEY.search(await browser.text(HERE))
    assert key is not None
    totp = pyotp.TOTP(key[1])
    page = await browser.post(HERE, code=totp.at(world.settings.now()))
    return totp, RECOVERY.findall(await page.text())


async def half_in(stranger: "Browser", **form: str) -> str:
    response = await stranger.post("/signin", name="ada", password=PASSWORD, **form)
    asked = HALF_WAY.search(await response.text())
    assert asked is not None
    assert "Set-Cookie" not in response.headers
    return asked[1]


async def test_it_is_set_up_by_scanning_and_typing_a_first_code(
    world: "World", ada: "Browser"
) -> None:
    before = await ada.text("/account")
    page = await ada.text(HERE)
    wrong = await ada.post(HERE, code="000000")
    _, codes = await set_up(world, ada)

    assert "your password alone opens your account" in before
    assert "<svg" in page
    assert HTTPStatus.UNAUTHORIZED == wrong.status
    assert "This code is wrong" in await wrong.text()
    assert 10 == len(set(codes))
    assert "10 recovery codes left" in await ada.text(HERE)
    assert "needs your password and a code" in await ada.text("/account")


async def test_a_password_alone_opens_nothing_and_a_code_goes_on_to_where_one_wanted(
    world: "World", ada: "Browser", stranger: "Browser"
) -> None:
    totp, _ = await set_up(world, ada)

    token = await half_in(stranger, next="/budget")
    shut = await stranger.get("/dashboard")
    wrong = await stranger.post("/signin/code", half_way=token, code="000000")
    right = await stranger.post(
        "/signin/code", half_way=token, code=next_code(world, totp), next="/budget"
    )

    assert HTTPStatus.SEE_OTHER == shut.status
    assert HTTPStatus.UNAUTHORIZED == wrong.status
    assert token in await wrong.text()
    assert (303, "/budget") == (right.status, right.headers["Location"])
    assert HTTPStatus.OK == (await stranger.get("/dashboard")).status


async def test_a_recovery_code_opens_once(
    world: "World", ada: "Browser", stranger: "Browser"
) -> None:
    _, codes = await set_up(world, ada)

    statuses = [
        (
            await stranger.post(
                "/signin/code", half_way=await half_in(stranger), code=codes[0]
            )
        ).status
        for _ in range(2)
    ]

    assert [303, 401] == statuses
    assert "9 recovery codes left" in await ada.text(HERE)


@pytest.mark.parametrize("why", ["used", "too old", "none"])
async def test_the_half_way_token_is_good_once_and_for_ten_minutes(
    world: "World", ada: "Browser", stranger: "Browser", why: str
) -> None:
    totp, _ = await set_up(world, ada)
    token = await half_in(stranger)
    if why == "used":
        await stranger.post("/signin/code", half_way=token, code=next_code(world, totp))
    if why == "too old":
        world.settings.clock_offset_seconds += 600
    if why == "none":
        token = "0" * 40
    stranger.session.cookie_jar.clear()

    response = await stranger.post(
        "/signin/code", half_way=token, code=next_code(world, totp)
    )

    assert HTTPStatus.UNAUTHORIZED == response.status
    assert "That took too long" in await response.text()


async def test_what_moves_money_asks_for_both_again(
    world: "World", ada: "Browser"
) -> None:
    totp, _ = await set_up(world, ada)
    world.settings.clock_offset_seconds += 600
    old = await ada.post("/budget", amount="5.00")
    page = await ada.post("/signin", name="ada", password=PASSWORD, next="/budget")
    asked = HALF_WAY.search(await page.text())
    assert asked is not None
    half = await ada.post("/budget", amount="5.00")
    await ada.post("/signin/code", half_way=asked[1], code=next_code(world, totp))
    fresh = await ada.post("/budget", amount="5.00")

    assert old.headers["Location"].startswith("/signin")
    assert half.headers["Location"].startswith("/signin")
    assert "/dashboard" == fresh.headers["Location"]


async def test_an_old_session_sets_nothing_up_and_removes_nothing(
    world: "World",
) -> None:
    browser = await world.browser(
        await world.user("ada"), signed_in=timedelta(minutes=11)
    )
    responses = [
        await browser.get(HERE),
        await browser.post(HERE, code="000000"),
        await browser.post(f"{HERE}/remove", code="000000"),
    ]

    where = {response.headers["Location"] for response in responses}
    assert {"/signin?next=/account/second-factor"} == where


async def test_it_is_removed_by_a_code(
    world: "World", ada: "Browser", stranger: "Browser"
) -> None:
    totp, _ = await set_up(world, ada)
    wrong = await ada.post(f"{HERE}/remove", code="000000")
    removed = await ada.post(f"{HERE}/remove", code=next_code(world, totp))
    signed_in = await stranger.post("/signin", name="ada", password=PASSWORD)

    assert HTTPStatus.UNAUTHORIZED == wrong.status
    assert "/account" == removed.headers["Location"]
    assert "/dashboard" == signed_in.headers["Location"]
