"""The dashboard as it is seen, with all that can stand on it: by its reader, by axe."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from axe import TOO_WIDE, axe_script
from browsers import CHROMIUM, missing
from skips import skip_for_want_of

from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.use_cases.adding_means import AddingMeans
from overallt_server.use_cases.closing import Closing
from overallt_server.use_cases.giving import Giving
from overallt_server.use_cases.previewing import Previewing
from overallt_server.use_cases.settling import Settling

if TYPE_CHECKING:
    from overallt_server.core.users import User
    from tests.web.conftest import World

pytestmark = pytest.mark.e2e

WIDTHS = (320, 360, 1024)
# The longest of each kind that the server lets through.
USERNAME = "abcdefghijklmnopqrstuvwxyz1234"
NAME = "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbau"


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    return axe_script(tmp_path_factory.mktemp("axe"))


@pytest.fixture
async def chromium() -> AsyncIterator[Any]:
    reason = missing("chromium")
    if reason is not None:
        skip_for_want_of(reason)
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield started
        await started.close()


@pytest.fixture
async def user(world: "World") -> "User":
    """Give one who gave and earned in a settled month, a closed one and an open one."""
    user, other = await world.user(USERNAME), await world.user("cy")
    for each in (user, other):
        await AddingMeans(world.database, world.settings.rules).add(
            patron=each.id,
            amount=Money(10_000, "EUR"),
            provider="by_hand",
            reference=each.username,
            reason="a test",
            now=world.settings.now(),
        )
        await Giving(world.database, world.settings.rules).set_budget(
            patron=each.id, amount=Money(500, "EUR"), active=True
        )
    things = [await world.thing(owner, NAME) for owner in (user, other)]
    for settles in (True, False):
        for giver, thing in zip((other, user), things, strict=True):
            headers = await world.bearer(giver)
            path = f"/rest/v2/things/{thing.id}/flattr"
            await world.client.post(path, headers=headers)
        await _end_month(world, settles=settles)
    return user


async def _end_month(world: "World", *, settles: bool) -> None:
    rules, period = world.settings.rules, Period.of(world.settings.now())
    wait = period.end + timedelta(hours=1) - world.settings.now()
    world.settings.clock_offset_seconds += int(wait.total_seconds()) + 1
    now = world.settings.now()
    await Closing(world.database, rules).close(period=period, now=now)
    await Previewing(world.database).preview(
        period=period, now=now, progress=lambda _done, _every: None
    )
    if settles:
        await Settling(world.database, rules).settle(
            period=period, now=now, hold=False, progress=lambda _done, _every: None
        )


async def _opened(world: "World", chromium: Any, user: "User", **looks: Any) -> Any:
    # Only so can axe be put into a page that lets in no script but its own.
    context = await chromium.new_context(bypass_csp=True, **looks)
    jar = (await world.browser(user)).session.cookie_jar
    await context.add_cookies(
        [
            {"name": each.key, "value": each.value, "url": world.settings.public_url}
            for each in jar
        ]
    )
    page = await context.new_page()
    await page.goto(f"{world.settings.public_url}/dashboard")
    return page


@pytest.mark.parametrize("width", WIDTHS)
async def test_nothing_is_wider_than_its_place(
    world: "World", chromium: Any, user: "User", width: int
) -> None:
    page = await _opened(
        world, chromium, user, viewport={"width": width, "height": 640}
    )

    assert 1 == await page.locator("table.preliminary").count()
    assert [] == await page.evaluate(TOO_WIDE)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing(
    world: "World", chromium: Any, axe: str, user: "User", scheme: str
) -> None:
    page = await _opened(
        world, chromium, user, color_scheme=scheme, reduced_motion="reduce"
    )
    await page.evaluate(axe)

    found = await page.evaluate("axe.run()")

    assert [] == [each["id"] for each in found["violations"]]
    assert found["passes"]


async def test_the_table_is_downloaded_by_the_keyboard_without_script(
    world: "World", chromium: Any, user: "User"
) -> None:
    page = await _opened(world, chromium, user, java_script_enabled=False)
    await page.locator("a[href$='revenue.csv']").focus()

    async with page.expect_download() as download:
        await page.keyboard.press("Enter")

    assert "flattr-revenue.csv" == (await download.value).suggested_filename
