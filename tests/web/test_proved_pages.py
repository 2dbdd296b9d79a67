"""A page says whose it is: of itself alone, and of no host."""

from typing import TYPE_CHECKING, Any, Final

import pytest

from overallt.protocol import codec, messages
from overallt_server.use_cases.looking_up import LookingUp

if TYPE_CHECKING:
    from outside_world import OutsideWorld

    from overallt_server.core.things import Thing
    from overallt_server.core.users import User
    from tests.web.conftest import World

HOST: Final = "bo.example"


@pytest.fixture
async def bo(world: "World") -> "User":
    return await world.user("bo")


@pytest.fixture
async def thing(world: "World", bo: "User") -> "Thing":
    return await world.thing(bo)


async def _intents(world: "World", headers: Any) -> list[messages.Intent]:
    response = await world.client.get("/rest/v2/user/intents", headers=headers)
    return codec.decode(list[messages.Intent], await response.text())


@pytest.mark.parametrize(
    ("html", "is_proved"),
    [
        ('<head><meta name="overallt-verification" content="{me}"></head>', True),
        ('<head><meta name="Overallt-Verification" content=" {me} "></head>', True),
        ('<body><p><a href="{me}" rel="nofollow me">bo</a>', True),
        ('<head><link rel="ME" href="{me}"></head>', True),
        ('<body><meta name="overallt-verification" content="{me}">', False),
        ('<head><meta name="overallt-verification" content="{me}x"></head>', False),
        ('<body><a href="{me}">bo</a>', False),
        ('<body><a rel="me" href="{me}/other">bo</a>', False),
        ('<body><a rel="me" href="http://[">bo</a>', False),
        ("<body>{me}", False),
        ("", False),
    ],
)
async def test_a_page_proves_itself_alone(
    world: "World",
    outside: "OutsideWorld",
    bo: "User",
    thing: "Thing",
    html: str,
    is_proved: bool,  # noqa: FBT001 - A column of the table above.
) -> None:
    profile = f"{world.settings.public_url}/profile/bo"
    await outside.pages(HOST, {"/essay": html.format(me=profile)})
    browser, here = await world.browser(bo), f"/thing/{thing.id}/hosts"

    response = await browser.post(f"{here}/page")

    assert (303 if is_proved else 403) == response.status
    assert is_proved == ("<strong>Confirmed.</strong>" in await browser.text(here))
    assert is_proved == ('rel="me noopener"' in await browser.text("/profile/bo"))
    shown = await LookingUp(world.database).shown_thing(str(thing.id), None)
    assert [] == shown.hosts


async def test_what_waits_for_a_page_is_claimed_as_it_is_proved_and_nothing_else(
    world: "World", outside: "OutsideWorld", bo: "User"
) -> None:
    headers = await world.bearer(await world.patron("ada"))
    for url in ("http://bo.example/essay", "http://bo.example/song"):
        await world.client.post(
            "/rest/v2/user/intents", headers=headers, data={"url": url}
        )
    thing, song = [await world.thing(bo, name) for name in ("essay", "song")]
    profile = f"{world.settings.public_url}/profile/bo"
    await outside.pages(HOST, {"/essay": f'<a rel=me href="{profile}">bo</a>'})

    await (await world.browser(bo)).post(f"/thing/{thing.id}/hosts/page")

    claimed = {
        each.url: each.thing and each.thing.id
        for each in await _intents(world, headers)
    }
    assert {
        "http://bo.example/essay": thing.id,
        "http://bo.example/song": None,
    } == claimed
    assert song.id not in claimed.values()


async def test_a_page_that_leads_to_another_host_proves_nothing(
    world: "World", outside: "OutsideWorld", bo: "User", thing: "Thing"
) -> None:
    profile = f"{world.settings.public_url}/profile/bo"
    page = {"/": f'<a rel=me href="{profile}">bo</a>'}
    await outside.pages("evil.example", page)
    await outside.pages(HOST, {"/essay": "to:https://evil.example/"})

    response = await (await world.browser(bo)).post(f"/thing/{thing.id}/hosts/page")

    assert 403 == response.status
    assert "It leads to another host." in await response.text()
