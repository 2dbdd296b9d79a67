"""The page behind ``/submit/auto``: it asks, and makes nothing until it is told to."""

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest

from overallt.protocol import codec, messages

if TYPE_CHECKING:
    from tests.web.conftest import Browser, World

URL: Final = "https://bo.example/song"


def page(**fields: str) -> str:
    return f"/submit/auto?{urlencode(fields)}"


SONG: Final = page(user_id="bo", url=URL, title="The song & more", tags="sea,calm")


async def is_registered(world: "World") -> bool:
    found = await world.client.get(
        "/rest/v2/things/lookup", params={"url": URL}, allow_redirects=False
    )
    return found.status == 302


async def test_looking_at_it_makes_nothing(world: "World", stranger: "Browser") -> None:
    await world.user("bo")

    shown = await stranger.text(SONG)

    assert "<h1>The song &amp; more</h1>" in shown
    assert 'href="/profile/bo"' in shown
    assert "Sign in to flattr" in shown
    assert not await is_registered(world)


async def test_it_is_made_at_its_first_flattr(world: "World") -> None:
    await world.user("bo")
    browser = await world.browser(await world.patron("ada"))

    response = await browser.post(SONG)

    where = response.headers["Location"]
    shown = await browser.text(where)
    assert (303, "/thing/") == (response.status, where[:7])
    assert 'id="flattred"' in shown
    assert "<li>sea</li><li>calm</li>" in shown


async def test_who_has_to_sign_in_comes_back_and_is_asked_again(
    world: "World", stranger: "Browser"
) -> None:
    await world.user("bo")
    await world.patron("ada")
    shown = await stranger.text(SONG)
    asked = await stranger.post(SONG)
    back = parse_qs(urlsplit(asked.headers["Location"]).query)["next"][0]

    signed_in = await stranger.post(
        "/signin", name="ada", password="a quiet morning", next=back
    )

    assert f"/signin?next={quote(back, safe='')}" in shown
    assert parse_qs(SONG) == parse_qs(back)
    assert back == signed_in.headers["Location"]
    assert 'id="flattr"' in await stranger.text(back)
    assert not await is_registered(world)


async def test_what_is_a_thing_already_is_shown_as_one(
    world: "World", stranger: "Browser"
) -> None:
    thing = await world.thing(await world.user("bo"), "song")

    response = await stranger.get(SONG)

    assert (303, f"/thing/{thing.id}") == (
        response.status,
        response.headers["Location"],
    )


async def test_it_says_why_nothing_was_given(world: "World") -> None:
    await world.user("bo")
    browser = await world.browser(await world.user("ada"))

    response = await browser.post(SONG)

    assert 401 == response.status
    assert "You need a budget" in await response.text()
    assert not await is_registered(world)


async def test_an_owner_who_tries_his_own_is_told_so(world: "World") -> None:
    browser = await world.browser(await world.patron("bo"))

    response = await browser.post(SONG)

    assert 403 == response.status
    assert "You cannot flattr your own thing." in await response.text()


async def test_what_names_no_owner_waits_for_him(world: "World") -> None:
    patron = await world.patron("ada")
    browser = await world.browser(patron)
    address = page(url=URL, title="The song")

    shown = await browser.text(address)
    kept = await browser.post(address)

    listed = await world.client.get(
        "/rest/v2/user/intents", headers=await world.bearer(patron)
    )
    (intent,) = codec.decode(list[messages.Intent], await listed.text())
    assert "that nobody has claimed yet" in shown
    assert "your flattr waits for its owner" in await kept.text()
    assert URL == intent.url


@pytest.mark.parametrize(
    ("address", "status"),
    [
        (page(user_id="nobody", url=URL), 404),
        (page(user_id="bo"), 400),
        ("/submit/auto", 400),
        (page(user_id="bo", url="javascript:alert(1)"), 400),
        (page(user_id="eve", url="https://bo.example/essay"), 400),
    ],
)
async def test_what_describes_no_thing_is_refused(
    world: "World", stranger: "Browser", address: str, status: int
) -> None:
    await world.thing(await world.user("bo"), "essay")
    await world.user("eve")

    assert status == (await stranger.get(address)).status


async def test_another_site_gives_nothing_here(world: "World") -> None:
    await world.user("bo")
    browser = await world.browser(await world.patron("ada"))
    browser.headers = {"Sec-Fetch-Site": "cross-site"}

    response = await browser.post(SONG)

    assert 403 == response.status
    assert not await is_registered(world)
