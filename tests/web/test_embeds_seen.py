"""An old blog whose plugin names our server as its Flattr, in Chromium."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from browsers import CHROMIUM, missing
from skips import skip_for_want_of

if TYPE_CHECKING:
    from tests.web.conftest import World

pytestmark = pytest.mark.e2e

PAGE = """<!DOCTYPE html><html lang="en"><head><title>An old blog</title>
<script>(function () {{
    var s = document.createElement("script"),
        t = document.getElementsByTagName("script")[0];
    s.async = true;
    s.src = "{server}/js/0.6/load.js?mode={mode}&uid=bo&button=compact";
    t.parentNode.insertBefore(s, t);
}})();</script></head><body>
<p><a class="FlattrButton" style="display:none" href="https://bo.example/song"
 title="The song" data-flattr-button="default">A song
 of the sea.</a></p>
<p><a class="FlattrButton" style="display:none" title="Bread" lang="sv_SE"
 href="/bread" rev="flattr;tags:food,home;category:text;">Baked slowly.</a></p>
<p id="here"><a href="https://bo.example/">another link</a></p>
</body></html>"""
FRAMES = "iframe[src*='/button/view/']"


@pytest.fixture
async def tab() -> AsyncIterator[Any]:
    reason = missing("chromium")
    if reason is not None:
        skip_for_want_of(reason)
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield await started.new_page()
        await started.close()


@pytest.fixture
async def blog(world: "World") -> AsyncIterator[Any]:
    """Give the blog, whose *mode* of our script is that of its address."""

    async def show(request: web.Request) -> web.Response:
        mode, server = request.match_info["mode"], world.settings.public_url
        page = PAGE.format(server=server, mode=mode)
        return web.Response(text=page, content_type="text/html")

    app = web.Application()
    app.router.add_get("/{mode}", show)
    async with TestServer(app) as server:
        yield server


async def _open(blog: Any, tab: Any, mode: str) -> list[str]:
    """Open the blog; return what it complains of, now or later."""
    complaints: list[str] = []
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    await tab.goto(str(blog.make_url(f"/{mode}")))
    await tab.wait_for_function("window.FlattrLoader")
    return complaints


async def test_each_button_of_an_old_page_becomes_a_frame_that_leads_to_its_thing(
    world: "World", blog: Any, tab: Any
) -> None:
    song = await world.thing(await world.user("bo"), "song")

    complaints = await _open(blog, tab, "auto")
    await tab.locator(FRAMES).nth(1).wait_for()
    links = [
        tab.frame_locator(FRAMES).nth(number).get_by_role("link") for number in (0, 1)
    ]
    sizes = [await each.bounding_box() for each in await tab.locator(FRAMES).all()]
    opened = []
    for link in links:
        async with tab.context.expect_page() as page:
            await link.click()
        await (await page.value).wait_for_load_state()
        opened.append(await page.value)

    assert [(55, 62), (110, 20)] == [(each["width"], each["height"]) for each in sizes]
    assert f"{world.settings.public_url}/thing/{song.id}" == opened[0].url
    described = await opened[1].locator("main").inner_text()
    assert all(each in described for each in ("Bread", "text by bo", "Baked slowly."))
    assert [] == complaints


async def test_a_page_may_place_its_buttons_itself(blog: Any, tab: Any) -> None:
    complaints = await _open(blog, tab, "manual")
    before = await tab.locator(FRAMES).count()

    await tab.evaluate("""() => FlattrLoader.addLoadEvent(() => {
        const words = { url: "https://bo.example/a", title: "An essay" };
        FlattrLoader.render(words, "here", "append");
        FlattrLoader.render(words, document.getElementById("here"), "before");
        FlattrLoader.render(words, document.querySelector("#here a"), "replace");
        FlattrLoader.setup();
    })""")
    places = await tab.evaluate(
        """() => [...document.querySelectorAll("iframe, #here")]
            .map((each) => each.parentNode.localName)"""
    )

    assert 0 == before
    assert ["p", "p", "body", "body", "p", "p"] == places
    assert 0 == await tab.locator("a.FlattrButton, #here a").count()
    assert [] == complaints
