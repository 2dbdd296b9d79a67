"""The pages of hosts, new things and submissions as they are seen, by axe, too."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import pytest
from axe import TOO_WIDE, axe_script
from browsers import CHROMIUM, missing
from skips import skip_for_want_of

if TYPE_CHECKING:
    from tests.web.conftest import World

pytestmark = pytest.mark.e2e

NAME = "donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbau"


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    return axe_script(tmp_path_factory.mktemp("axe"))


@pytest.fixture
async def opened(world: "World") -> AsyncIterator[Any]:
    """Give a browser's context in which an owner with a host to prove is signed in."""
    reason = missing("chromium")
    if reason is not None:
        skip_for_want_of(reason)
    from playwright.async_api import async_playwright

    owner = await world.user("abcdefghijklmnopqrstuvwxyz1234")
    thing = await world.thing(owner, NAME)
    browser = await world.browser(owner)
    here = f"/thing/{thing.id}/hosts"
    await browser.post(here, host=f"{NAME}.{NAME}.example")
    url = f"https://{NAME}.example/{NAME}"
    submission = f"/submit/auto?user_id={owner.username}&url={url}&title={NAME}"
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        # Only so can axe be put into a page that lets in no script but its own.
        context = await started.new_context(
            bypass_csp=True,
            reduced_motion="reduce",
            viewport={"width": 320, "height": 640},
        )
        await context.add_cookies(
            [
                {
                    "name": each.key,
                    "value": each.value,
                    "url": world.settings.public_url,
                }
                for each in browser.session.cookie_jar
            ]
        )
        page = await context.new_page()

        async def look() -> AsyncIterator[Any]:
            for path in (here, "/things/new", submission):
                await page.goto(f"{world.settings.public_url}{path}")
                yield page

        yield look
        await started.close()


async def test_nothing_is_wider_than_a_narrow_phone(opened: Any) -> None:
    too_wide = [await page.evaluate(TOO_WIDE) async for page in opened()]

    assert [[], [], []] == too_wide


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing(opened: Any, axe: str, scheme: str) -> None:
    found = []
    async for page in opened():
        await page.emulate_media(color_scheme=scheme)
        await page.evaluate(axe)
        found += (await page.evaluate("axe.run()"))["violations"]

    assert [] == [each["id"] for each in found]
