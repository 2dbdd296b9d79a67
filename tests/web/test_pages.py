"""The pages of giving and owning, as a person without script uses them."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from overallt_server.core.periods import Period
from overallt_server.use_cases.closing import Closing
from overallt_server.use_cases.settling import Settling

if TYPE_CHECKING:
    from tests.web.conftest import Browser, World


async def test_the_front_page_shows_what_a_text_tag_becomes(
    stranger: "Browser",
) -> None:
    page = await stranger.text("/")

    assert "[Flattr=1214915]" in page
    assert 'href="/signup"' in page


async def test_the_front_page_tells_this_servers_own_figures(
    world: "World", stranger: "Browser"
) -> None:
    world.settings.fee_bps = 250
    world.settings.min_budget_minor = 300

    page = await stranger.text("/")

    assert "From 3.00 EUR a month" in page
    assert "a fee of 2.5 %" in page
    assert 3 == page.count("2.44 EUR")
    assert 1 == page.count("2.43 EUR")
    assert "0.25 EUR is the fee" in page


@pytest.mark.parametrize("path", ["/dashboard", "/budget", "/things/new", "/apps"])
async def test_what_is_ones_own_needs_signing_in(
    stranger: "Browser", path: str
) -> None:
    response = await stranger.get(path)

    assert 303 == response.status
    assert response.headers["Location"].startswith("/signin?next=")


async def test_a_budget_is_set_changed_and_paused(world: "World") -> None:
    browser = await world.browser(await world.user("ada"))

    await browser.post("/budget", amount="5.00")
    first = await browser.text("/dashboard")
    await browser.post("/budget", amount="7,50", paused="1")
    second = await browser.text("/dashboard")

    assert '<dd id="budget">5.00 EUR</dd>' in first
    assert "paused" not in first
    assert '<dd id="budget">7.50 EUR</dd>' in second
    assert "<strong>paused</strong>" in second
    assert 'value="7.50"' in await browser.text("/budget")


@pytest.mark.parametrize("amount", ["1.99", "100.01", "five", "", "5.001", "-5"])
async def test_a_budget_that_cannot_be_is_said_beside_the_form(
    world: "World", amount: str
) -> None:
    browser = await world.browser(await world.user("ada"))

    response = await browser.post("/budget", amount=amount)

    assert 400 == response.status
    assert 'role="alert"' in await response.text()


async def test_money_needs_the_person_and_the_form_is_not_lost(
    world: "World",
) -> None:
    ada = await world.user("ada")
    fresh = await world.browser(ada, signed_in=timedelta(minutes=9))
    stale = await world.browser(ada, signed_in=timedelta(minutes=11))

    set_at_once = await fresh.post("/budget", amount="5.00")
    asked = await stale.post("/budget", amount="8.00", paused="1")
    form = await stale.text(asked.headers["Location"])
    wanted = form.partition('name="next" value="')[2].partition('"')[0]
    unchanged = await stale.text("/dashboard")
    came_back = await stale.text(wanted.replace("&amp;", "&"))

    assert "/dashboard" == set_at_once.headers["Location"]
    assert asked.headers["Location"].startswith("/signin?next=/budget")
    assert '<dd id="budget">5.00 EUR</dd>' in unchanged
    assert 'value="8.00"' in came_back
    assert " checked" in came_back


async def test_a_thing_is_registered_and_shown_with_its_tag(world: "World") -> None:
    browser = await world.browser(await world.user("bo"))

    response = await browser.post(
        "/things/new",
        url="https://bo.example/song",
        title="A song <about> the sea",
        tags="sea, calm",
    )
    path = response.headers["Location"]
    page = await browser.text(path)

    assert f"[Flattr={path.removeprefix('/thing/')}]" in page
    assert "A song &lt;about&gt; the sea" in page
    assert "This is yours." in page
    assert page == (await browser.text(path.replace("/thing/", "/t/")))


async def test_only_its_owner_is_shown_how_to_print_the_code_of_a_thing(
    world: "World", stranger: "Browser"
) -> None:
    bo = await world.user("bo")
    thing = await world.thing(bo, "song")
    browser = await world.browser(bo)

    page = await browser.text(f"/thing/{thing.id}")
    printed = f'href="/thing/qr/{thing.id}.pdf"'

    assert printed in page
    assert printed not in await stranger.text(f"/thing/{thing.id}")


async def test_a_thing_that_cannot_be_keeps_what_was_typed(world: "World") -> None:
    browser = await world.browser(await world.user("bo"))

    response = await browser.post(
        "/things/new", url="gopher://bo.example", title="My gopher hole"
    )
    page = await response.text()

    assert 400 == response.status
    assert "must begin with https://" in page
    assert 'value="My gopher hole"' in page


async def test_a_stranger_is_led_to_sign_in_and_back_to_the_thing(
    world: "World", stranger: "Browser"
) -> None:
    thing = await world.thing(await world.user("bo"))

    page = await stranger.text(f"/thing/{thing.id}")
    response = await stranger.post(f"/thing/{thing.id}/flattr")

    assert f'href="/signin?next=/thing/{thing.id}"' in page
    assert f"/signin?next=/thing/{thing.id}" == response.headers["Location"]


async def test_a_flattr_on_the_page_is_in_the_dashboard_and_can_be_undone(
    world: "World",
) -> None:
    thing = await world.thing(await world.user("bo"), "song")
    browser = await world.browser(await world.patron("ada"))

    given = await browser.post(f"/thing/{thing.id}/flattr")
    page = await browser.text(f"/thing/{thing.id}")
    dashboard = await browser.text("/dashboard")
    undone = await browser.post(f"/thing/{thing.id}/undo", back="/dashboard")
    after = await browser.text("/dashboard")

    assert f"/thing/{thing.id}" == given.headers["Location"]
    assert 'id="flattred"' in page
    assert '<strong id="flattrs">1</strong>' in page
    assert "The song of bo" in dashboard
    assert '<span class="worth">4.50 EUR</span>' in dashboard
    assert "/dashboard" == undone.headers["Location"]
    assert "The song of bo" not in after


async def test_undo_leads_to_no_other_site(world: "World") -> None:
    thing = await world.thing(await world.user("bo"))
    browser = await world.browser(await world.patron("ada"))
    await browser.post(f"/thing/{thing.id}/flattr")

    response = await browser.post(f"/thing/{thing.id}/undo", back="//evil.example")

    assert f"/thing/{thing.id}" == response.headers["Location"]


async def test_a_refused_flattr_is_explained_on_the_page(world: "World") -> None:
    bo = await world.user("bo")
    thing = await world.thing(bo)
    poor = await world.browser(await world.user("ada"))
    owner = await world.browser(bo)

    without_means = await poor.post(f"/thing/{thing.id}/flattr")
    own = await owner.post(f"/thing/{thing.id}/flattr")

    assert 401 == without_means.status
    assert "You need a budget" in await without_means.text()
    assert 403 == own.status
    assert "You cannot flattr your own thing." in await own.text()


async def test_a_profile_lists_things_and_hides_the_hidden(world: "World") -> None:
    bo = await world.user("bo")
    await world.thing(bo, "song")
    await world.thing(bo, "secret", hidden=True)

    seen_by_all = await (await world.browser()).text("/profile/bo")
    seen_by_bo = await (await world.browser(bo)).text("/profile/bo")

    assert "The song of bo" in seen_by_all
    assert "The secret of bo" not in seen_by_all
    assert "The secret of bo" in seen_by_bo


async def test_the_profile_of_nobody_is_a_page_that_says_so(
    stranger: "Browser",
) -> None:
    response = await stranger.get("/profile/nobody")

    assert 404 == response.status
    assert "There is no user with this name." in await response.text()


async def test_settled_revenue_is_in_the_dashboard(world: "World") -> None:
    bo = await world.user("bo")
    thing = await world.thing(bo, "song")
    ada = await world.browser(await world.patron("ada"))
    await ada.post(f"/thing/{thing.id}/flattr")
    period = Period.of(world.settings.now())
    rules = world.settings.rules
    later = period.end + timedelta(hours=2)
    await Closing(world.database, rules).close(period=period, now=later)
    await Settling(world.database, rules).settle(
        period=period, now=later, hold=False, progress=lambda _done, _all: None
    )

    page = await (await world.browser(bo)).text("/dashboard")

    assert 'id="revenue-settled">4.50 EUR<' in page
    assert f"{period.start:%B %Y}" in page


async def test_every_code_is_explained(stranger: "Browser") -> None:
    page = await stranger.text("/errors")

    for code in ("flattr_once", "no_means", "period_closed", "validation"):
        assert f'<tr id="{code}">' in page


async def test_no_page_has_a_style_or_script_that_our_policy_forbids(
    world: "World",
) -> None:
    bo = await world.user("bo")
    thing = await world.thing(bo)
    browser = await world.browser(bo)
    paths = ["/", "/dashboard", "/budget", "/apps", "/apps/new", "/device", "/errors"]
    for path in [*paths, f"/thing/{thing.id}", "/profile/bo", "/signin", "/signup"]:
        page = await browser.text(path)

        assert " style=" not in page, path
        assert "<style" not in page, path
        assert 1 == page.count("<script"), path
        assert " onclick" not in page, path
