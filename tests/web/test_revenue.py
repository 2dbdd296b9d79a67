"""Closed months in the API: what was given, what was earned, and Flattr's own table."""

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import pytest

from overallt.protocol import codec, messages
from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.use_cases.closing import Closing
from overallt_server.use_cases.giving_gifts import GivingGifts
from overallt_server.use_cases.previewing import Previewing
from overallt_server.use_cases.registering_things import RegisteringThings
from overallt_server.use_cases.settling import Settling

if TYPE_CHECKING:
    from collections.abc import Mapping

    from overallt_server.core.users import User
    from tests.web.conftest import World

API: Final = "/rest/v2/user"


async def _give(world: "World") -> tuple["User", "User"]:
    """Let ada flattr three things of bo in this month, eva one of them."""
    bo = await world.user("bo")
    ada, eva = await world.patron("ada"), await world.patron("eva")
    titles = {"song": 'A "song"; of <the> sea', "essay": "=SUM(A1)", "photo": "Photo"}
    things = [
        await RegisteringThings(world.database).register(
            owner=bo.id,
            url=f"https://bo.example/{name}",
            title=title,
            now=world.settings.now(),
        )
        for name, title in titles.items()
    ]
    for patron, given in ((ada, things), (eva, things[:1])):
        headers = await world.bearer(patron)
        for thing in given:
            path = f"/rest/v2/things/{thing.id}/flattr"
            await world.client.post(path, headers=headers)
    return ada, bo


def _period(world: "World") -> Period:
    return Period.of(world.settings.now())


async def _close(world: "World") -> None:
    period = _period(world)
    now = period.end + timedelta(hours=1)
    await Closing(world.database, world.settings.rules).close(period=period, now=now)
    await Previewing(world.database).preview(
        period=period, now=now, progress=lambda _done, _every: None
    )


async def _settle(world: "World") -> None:
    period = _period(world)
    await Settling(world.database, world.settings.rules).settle(
        period=period,
        now=period.end + timedelta(days=9),
        hold=True,
        progress=lambda _done, _every: None,
    )


async def _revenue(
    world: "World", headers: "Mapping[str, str]", query: str = ""
) -> messages.Revenue:
    response = await world.client.get(f"{API}/revenue{query}", headers=headers)
    assert 200 == response.status
    return codec.decode(messages.Revenue, await response.text())


async def _settlements(
    world: "World", headers: "Mapping[str, str]", query: str = ""
) -> list[messages.Settlement]:
    response = await world.client.get(f"{API}/settlements{query}", headers=headers)
    assert 200 == response.status
    return codec.decode(list[messages.Settlement], await response.text())


async def test_what_was_given_is_preliminary_and_then_the_same_settled(
    world: "World",
) -> None:
    ada, _ = await _give(world)
    headers = await world.bearer(ada, "flattr")
    await _close(world)
    (before,) = await _settlements(world, headers)
    await _settle(world)

    (after,) = await _settlements(world, headers)

    due = int((_period(world).end + timedelta(days=9)).timestamp())
    assert (True, False) == (before.preliminary, after.preliminary)
    assert [(due, 500, 50)] * 2 == [
        (each.settled_at, each.pot_minor, each.fee_minor) for each in (before, after)
    ]
    assert [150] * 3 == [each.share_minor for each in before.shares]
    assert before.shares == after.shares


async def test_what_is_held_is_told_with_its_time(world: "World") -> None:
    ada, bo = await _give(world)
    now = world.settings.now()
    await GivingGifts(world.database, world.settings.rules).give(
        patron=ada.id, owner="bo", amount=Money(200, "EUR"), id_="one", now=now
    )

    told = await _revenue(world, await world.bearer(bo, "extendedread"))

    until = int((now + timedelta(days=9)).timestamp())
    assert 180 == told.held_minor
    assert [messages.HeldRevenue(180, until)] == told.held


async def test_what_was_earned_is_preliminary_and_then_the_same_settled(
    world: "World",
) -> None:
    _, bo = await _give(world)
    headers = await world.bearer(bo, "extendedread")
    await _close(world)
    before = await _revenue(world, headers)
    await _settle(world)

    after = await _revenue(world, headers)

    assert (0, 900) == (before.settled_minor, after.settled_minor)
    assert [(True, 900)] == [
        (each.preliminary, each.revenue_minor) for each in before.periods
    ]
    assert [(False, 900)] == [
        (each.preliminary, each.revenue_minor) for each in after.periods
    ]
    assert [(2, 600), (1, 150), (1, 150)] == [
        (each.flattrs, each.revenue_minor) for each in before.periods[0].things
    ]
    assert before.periods[0].things == after.periods[0].things


async def test_the_table_has_flattrs_columns_and_form(world: "World") -> None:
    _, bo = await _give(world)
    await _close(world)
    await _settle(world)
    period, url = _period(world), world.settings.public_url
    listed = await world.client.get("/rest/v2/users/bo/things")
    things = codec.decode(list[messages.Thing], await listed.text())
    song, essay, photo = (
        next(each.id for each in things if name in each.url)
        for name in ("song", "essay", "photo")
    )

    response = await world.client.get(
        f"{API}/revenue.csv?period={period}",
        headers=await world.bearer(bo, "extendedread"),
    )

    assert (
        "period;id;flattr url;url;title;clicks;revenue;clicks total\n"
        f'{period};{song};"{url}/thing/{song}";"https://bo.example/song";'
        '"A ""song""; of <the> sea";2;6,00;2\n'
        f'{period};{essay};"{url}/thing/{essay}";"https://bo.example/essay";'
        '"\'=SUM(A1)";1;1,50;1\n'
        f'{period};{photo};"{url}/thing/{photo}";"https://bo.example/photo";'
        '"Photo";1;1,50;1\n'
    ) == await response.text()
    assert "text/csv; charset=utf-8" == response.headers["Content-Type"]
    assert (
        f'attachment; filename="flattr-revenue-{period.number}.csv"'
        == response.headers["Content-Disposition"]
    )


async def test_the_table_tells_only_what_is_settled(world: "World") -> None:
    _, bo = await _give(world)
    await _close(world)

    browser = await world.browser(bo)

    assert (
        "period;id;flattr url;url;title;clicks;revenue;clicks total\n"
        == await browser.text(f"{API}/revenue.csv")
    )


async def test_one_month_can_be_asked_for(world: "World") -> None:
    _, bo = await _give(world)
    headers = await world.bearer(bo, "extendedread")
    await _close(world)
    await _settle(world)

    this = await _revenue(world, headers, f"?period={_period(world)}")
    other = await _revenue(world, headers, "?period=2019-01")

    assert ([900], []) == (
        [each.revenue_minor for each in this.periods],
        other.periods,
    )


async def test_settlements_come_in_pages(world: "World") -> None:
    ada, _ = await _give(world)
    headers = await world.bearer(ada, "flattr")
    await _close(world)

    pages = [
        await _settlements(world, headers, f"?count=1&page={page}") for page in (1, 2)
    ]

    assert [1, 0] == [len(page) for page in pages]


@pytest.mark.parametrize(
    ("path", "scopes", "status"),
    [
        ("settlements", "flattr", 200),
        ("settlements.json", "flattr", 200),
        ("settlements", "thing extendedread", 403),
        ("revenue", "extendedread", 200),
        ("revenue.json", "extendedread", 200),
        ("revenue", "flattr thing email", 403),
        ("revenue.csv", "extendedread", 200),
        ("revenue.csv", "flattr thing email", 403),
        ("revenue?period=May", "extendedread", 400),
        ("revenue.csv?period=2026-13", "extendedread", 400),
        ("settlements?page=0", "flattr", 400),
    ],
)
async def test_each_needs_its_own_scope_and_a_good_question(
    world: "World", path: str, scopes: str, status: int
) -> None:
    headers = await world.bearer(await world.user("bo"), scopes)

    response = await world.client.get(f"{API}/{path}", headers=headers)

    assert status == response.status


@pytest.mark.parametrize("path", ["settlements", "revenue", "revenue.csv", "payouts"])
async def test_strangers_are_told_nothing(world: "World", path: str) -> None:
    response = await world.client.get(f"{API}/{path}")

    assert 401 == response.status


async def test_nobody_is_told_of_anothers_money(world: "World") -> None:
    await _give(world)
    await _close(world)
    await _settle(world)
    headers = await world.bearer(await world.user("cy"), "flattr extendedread")

    assert [] == await _settlements(world, headers)
    assert [] == (await _revenue(world, headers)).periods
