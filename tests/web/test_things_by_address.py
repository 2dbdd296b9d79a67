"""A thing is registered by its address alone: its page says what it is."""

from typing import TYPE_CHECKING, Any, Final

import pytest
from aiohttp import web

from overallt.protocol import codec, messages
from overallt_server.core.limits import PAGES_READ_FOR_ONE_USER
from overallt_server.use_cases.looking_up import LookingUp

if TYPE_CHECKING:
    from aiohttp import ClientResponse
    from outside_world import OutsideWorld

    from overallt_server.core.things import Thing
    from tests.web.conftest import Browser, World

URL: Final = "https://bo.example/song"
HTML: Final = """
<html lang=sv><title>A song of the sea</title>
<meta name=description content="Sung & played">
<meta name=keywords content="sea, calm"><meta property="og:type" content="music.song">
"""


@pytest.fixture
async def read(outside: "OutsideWorld") -> list[str]:
    """Let there be a page at the address; give how often it was read."""
    paths: list[str] = []

    async def serve(request: web.Request) -> web.StreamResponse:
        paths.append(request.path_qs)
        return web.Response(text=HTML, content_type="text/html")

    await outside.site("bo.example", serve)
    return paths


async def registered(world: "World", **words: Any) -> "ClientResponse":
    headers = await world.bearer(await world.user("bo"), "thing")
    return await world.client.post(
        "/rest/v2/things", headers=headers, json={"url": URL, **words}
    )


async def made(world: "World") -> "Thing":
    return await LookingUp(world.database).thing_at(URL)


async def test_the_page_says_what_it_is(world: "World", read: list[str]) -> None:
    response = await registered(world)
    thing = await made(world)

    assert (201, ["/song"]) == (response.status, read)
    assert ("A song of the sea", "Sung & played", "sv_SE", "audio") == (
        thing.title,
        thing.description,
        thing.language,
        thing.category,
    )
    assert ("sea", "calm") == thing.tags


@pytest.mark.usefixtures("read")
async def test_what_a_person_says_counts_more(world: "World") -> None:
    await registered(world, description="Mine", language="de_DE", tags="own")
    thing = await made(world)

    assert ("A song of the sea", "Mine", "de_DE", "audio", ("own",)) == (
        thing.title,
        thing.description,
        thing.language,
        thing.category,
        thing.tags,
    )


async def test_who_names_it_waits_for_no_page(world: "World", read: list[str]) -> None:
    await registered(world, title="My own song")
    thing = await made(world)

    assert [] == read
    assert ("My own song", "", "en_GB", "rest", ()) == (
        thing.title,
        thing.description,
        thing.language,
        thing.category,
        thing.tags,
    )


async def test_a_page_that_cannot_be_had_leaves_the_title_to_the_person(
    world: "World",
) -> None:
    response = await registered(world)
    refusal = codec.decode(messages.Error, await response.text())

    assert (400, "validation") == (response.status, refusal.error)
    assert refusal.error_description.startswith("A title has 5 to 100")


async def test_what_only_tells_who_sent_a_reader_makes_no_other_thing(
    world: "World", read: list[str]
) -> None:
    headers = await world.bearer(await world.user("bo"), "thing")
    answers = [
        await world.client.post("/rest/v2/things", headers=headers, json={"url": url})
        for url in (f"{URL}?utm_source=a", f"{URL}?fbclid=b")
    ]

    assert [201, 400] == [each.status for each in answers]
    assert ["/song", "/song"] == read
    assert URL == (await made(world)).url


async def test_nobody_lets_pages_be_read_without_an_end(
    world: "World", read: list[str]
) -> None:
    headers = await world.bearer(await world.user("bo"), "thing")

    answers = [
        await world.client.post("/rest/v2/things", headers=headers, json={"url": URL})
        for _ in range(PAGES_READ_FOR_ONE_USER.tries + 1)
    ]

    assert [201] + [400] * (len(answers) - 1) == [each.status for each in answers]
    assert PAGES_READ_FOR_ONE_USER.tries == len(read)


async def _browser(world: "World") -> "Browser":
    return await world.browser(await world.user("bo"))


async def test_the_page_is_read_into_the_form_first(
    world: "World", read: list[str]
) -> None:
    browser = await _browser(world)

    response = await browser.post(
        "/things/new", url=URL, title="My own song", language="", read="1"
    )
    form = await response.text()

    assert (200, ["/song"]) == (response.status, read)
    assert 'value="My own song"' in form
    assert ">Sung &amp; played</textarea>" in form
    assert 'value="sea, calm"' in form
    assert '<option value="audio" selected>Audio</option>' in form
    assert '<option value="sv_SE" selected>Swedish</option>' in form
    found = await world.client.get("/rest/v2/things/lookup", params={"url": URL})
    assert 404 == found.status


async def test_what_the_form_says_is_registered(world: "World") -> None:
    browser = await _browser(world)

    response = await browser.post(
        "/things/new", url=URL, title="My own song", language="ru_RU", category="text"
    )
    thing = await made(world)

    assert f"/thing/{thing.id}" == response.headers["Location"]
    assert ("ru_RU", "text") == (thing.language, thing.category)


async def test_an_address_that_is_none_is_told_beside_the_form(
    world: "World",
) -> None:
    browser = await _browser(world)

    response = await browser.post("/things/new", url="gopher://bo.example/", read="1")

    assert 400 == response.status
    assert "The address must begin with" in await response.text()
