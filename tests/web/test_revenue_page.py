"""The page of one's revenue, as an owner sees it."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from overallt_server.core.periods import Period
from overallt_server.use_cases.closing import Closing
from overallt_server.use_cases.previewing import Previewing
from overallt_server.use_cases.settling import Settling
from overallt_server.web.revenue_page import THINGS_SHOWN

if TYPE_CHECKING:
    from overallt_server.core.users import User
    from tests.web.conftest import World


@pytest.fixture
async def bo(world: "World") -> "User":
    """Give bo, of whom ada flattred two things in the month that was closed."""
    bo, ada = await world.user("bo"), await world.patron("ada")
    browser = await world.browser(ada)
    for name in ("song", "essay"):
        thing = await world.thing(bo, name)
        await browser.post(f"/thing/{thing.id}/flattr")
    period = Period.of(world.settings.now())
    now = period.end + timedelta(hours=1)
    await Closing(world.database, world.settings.rules).close(period=period, now=now)
    await Previewing(world.database).preview(
        period=period, now=now, progress=lambda _done, _every: None
    )
    return bo


async def _settle(world: "World") -> None:
    period = Period.of(world.settings.now())
    await Settling(world.database, world.settings.rules).settle(
        period=period,
        now=period.end + timedelta(days=9),
        hold=False,
        progress=lambda _done, _every: None,
    )


async def _page(world: "World", user: "User", path: str = "/revenue") -> Any:
    return etree.HTML(await (await world.browser(user)).text(path))


def _text(page: Any, path: str) -> list[str]:
    return [" ".join("".join(each.itertext()).split()) for each in page.xpath(path)]


async def test_who_has_earned_nothing_yet_is_told_when_he_may(world: "World") -> None:
    page = await _page(world, await world.user("cy"))

    assert ["Nothing yet. A month is settled 9 days after it has ended."] == _text(
        page, "//p[@class='empty']"
    )


async def test_what_is_expected_is_drawn_as_open_and_then_settled(
    world: "World", bo: "User"
) -> None:
    before = await _page(world, bo)
    await _settle(world)
    after = await _page(world, bo)

    figures = ["//dd[@id='expected']", "//dd[@id='settled']"]
    assert ["4.50 EUR", "0.00 EUR"] == [_text(before, each)[0] for each in figures]
    assert ["0.00 EUR", "4.50 EUR"] == [_text(after, each)[0] for each in figures]
    drawn = "//figure//*[local-name()='rect']/@class"
    assert ["column open"] == before.xpath(drawn)
    assert ["column"] == after.xpath(drawn)


async def test_the_table_says_what_the_chart_draws(world: "World", bo: "User") -> None:
    period = Period.of(world.settings.now())

    page = await _page(world, bo)

    drawn = _text(page, "//figure//*[local-name()='rect']")
    month = _text(page, "//section[@aria-labelledby='months']//tbody/tr/*")
    assert [f"{period}: 4.50 EUR"] == drawn
    assert [f"{period.start:%B %Y} preliminary", "2", "2.25", "4.50"] == month


async def test_a_month_is_made_of_things_and_sites(world: "World", bo: "User") -> None:
    page = await _page(world, bo)

    things = page.xpath("//section[@aria-labelledby='things']//tbody/tr")
    sites = _text(page, "//section[@aria-labelledby='hosts']//tbody/tr/*")
    assert [
        ["The essay of bo", "1", "2.25"],
        ["The song of bo", "1", "2.25"],
    ] == sorted(_text(each, "*") for each in things)
    assert ["bo.example", "2", "2", "4.50"] == sites


async def test_a_month_that_brought_nothing_says_so(world: "World", bo: "User") -> None:
    page = await _page(world, bo, "/revenue?period=2020-01")

    assert ["None."] == _text(page, "//p[@class='empty']")


async def test_many_things_are_shown_a_page_at_a_time(world: "World") -> None:
    bo, ada = await world.user("bo"), await world.patron("ada")
    headers = await world.bearer(ada)
    for number in range(THINGS_SHOWN + 1):
        thing = await world.thing(bo, f"song{number}")
        await world.client.post(f"/rest/v2/things/{thing.id}/flattr", headers=headers)
    period = Period.of(world.settings.now())
    now = period.end + timedelta(hours=1)
    await Closing(world.database, world.settings.rules).close(period=period, now=now)
    await Previewing(world.database).preview(
        period=period, now=now, progress=lambda _done, _every: None
    )

    first = await _page(world, bo)
    (after,) = first.xpath("//a[@rel='next']/@href")
    second = await _page(world, bo, after)

    rows = "//section[@aria-labelledby='things']//tbody/tr"
    assert [THINGS_SHOWN, 1] == [len(each.xpath(rows)) for each in (first, second)]
    assert [] == second.xpath("//a[@rel='next']")
    assert 1 == len(second.xpath("//a[@rel='prev']"))


@pytest.mark.parametrize("query", ["period=2026-13", "page=0", "page=x"])
async def test_what_is_no_month_or_page_is_refused(world: "World", query: str) -> None:
    browser = await world.browser(await world.user("cy"))

    assert 400 == (await browser.get(f"/revenue?{query}")).status


async def test_the_dashboard_draws_the_months_too(world: "World", bo: "User") -> None:
    page = await _page(world, bo, "/dashboard")

    assert 1 == len(page.xpath("//figure//*[local-name()='rect']"))
    assert 1 == len(page.xpath("//a[@href='/revenue']"))


async def test_what_others_earn_is_not_shown(world: "World", bo: "User") -> None:
    browser = await world.browser(await world.user("cy"))

    page = await browser.text("/revenue")

    assert "4.50" not in page
    assert "bo.example" not in page
