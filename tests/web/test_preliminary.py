"""Preliminary figures on the dashboard: seen by who gave, and by who earns them."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from overallt_server.core.periods import Period
from overallt_server.use_cases.closing import Closing
from overallt_server.use_cases.previewing import Previewing
from overallt_server.use_cases.settling import Settling

if TYPE_CHECKING:
    from overallt_server.core.users import User
    from tests.web.conftest import World


@pytest.fixture
async def people(world: "World") -> tuple["User", "User"]:
    """Give ada, who flattred a song and an essay of bo, and bo; the month is closed."""
    bo = await world.user("bo")
    ada = await world.patron("ada")
    headers = await world.bearer(ada)
    for name in ("song", "essay"):
        thing = await world.thing(bo, name)
        await world.client.post(f"/rest/v2/things/{thing.id}/flattr", headers=headers)
    rules, period = world.settings.rules, Period.of(world.settings.now())
    now = period.end + timedelta(hours=1)
    await Closing(world.database, rules).close(period=period, now=now)
    await Previewing(world.database).preview(
        period=period, now=now, progress=lambda _done, _every: None
    )
    return ada, bo


async def _settle(world: "World") -> None:
    period = Period.of(world.settings.now())
    await Settling(world.database, world.settings.rules).settle(
        period=period,
        now=period.end + timedelta(days=9),
        hold=True,
        progress=lambda _done, _every: None,
    )


def _section(page: str, begins: str, ends: str) -> str:
    return page.partition(begins)[2].partition(ends)[0]


async def test_a_patron_sees_what_each_flattr_will_be_worth(
    world: "World", people: tuple["User", "User"]
) -> None:
    ada, _ = people
    period = Period.of(world.settings.now())

    page = await (await world.browser(ada)).text("/dashboard")

    told = _section(page, f'<section aria-labelledby="given-{period}">', "</section>")
    assert f"{period.start:%B %Y}: preliminary" in told
    assert f">10 {period.end:%B %Y}</time>" in told
    assert 2 == told.count('<span class="worth">2.25 EUR</span>')
    assert "Of the pot of 5.00 EUR, 0.50 EUR is the fee." in told


async def test_an_owner_sees_what_each_thing_will_earn(
    world: "World", people: tuple["User", "User"]
) -> None:
    _, bo = people
    period = Period.of(world.settings.now())

    page = await (await world.browser(bo)).text("/dashboard")

    told = _section(page, '<table class="preliminary">', "</table>")
    assert "preliminary: <strong>4.50 EUR</strong>" in told
    assert f">10 {period.end:%B %Y}</time>" in told
    assert 2 == told.count('<td class="number">2.25 EUR</td>')
    assert 'id="revenue-settled">0.00 EUR<' in page


async def test_an_owner_does_not_see_who_gave(
    world: "World", people: tuple["User", "User"]
) -> None:
    _, bo = people

    page = await (await world.browser(bo)).text("/dashboard")

    assert "ada" not in page


async def test_what_is_settled_is_preliminary_no_more(
    world: "World", people: tuple["User", "User"]
) -> None:
    await _settle(world)

    pages = [await (await world.browser(each)).text("/dashboard") for each in people]

    assert [False, False] == ["preliminary" in page for page in pages]
    assert 'id="revenue-settled">4.50 EUR<' in pages[1]
