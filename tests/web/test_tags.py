"""The page that gives a text tag, and the badge, as anybody gets them."""

from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from overallt.tagging.findings import findings

if TYPE_CHECKING:
    from tests.web.conftest import Browser, World

SVG = "{http://www.w3.org/2000/svg}"


async def test_every_system_has_a_line_to_copy(
    world: "World", stranger: "Browser"
) -> None:
    thing = await world.thing(await world.user("bo"), "song")

    page: Any = etree.HTML(await stranger.text(f"/thing/{thing.id}/tag"))
    shown = {
        item.get("id"): "".join(item.find(".//code").itertext())
        for item in page.xpath("//ul[@id='snippets']/li")
    }
    copied = {
        item.getparent().get("id"): item.get("data-copy")
        for item in page.xpath("//ul[@id='snippets']//button")
    }

    assert shown == copied
    assert f"[Flattr={thing.id}]" == shown["wordpress"]
    assert f"<p>[Flattr={thing.id}]</p>" == shown["html"]


async def test_the_page_about_a_tag_is_no_page_to_flattr_on(
    world: "World", stranger: "Browser"
) -> None:
    """What stands in code stays text; the line that readers without see does not."""
    thing = await world.thing(await world.user("bo"), "song")

    page = await stranger.text(f"/thing/{thing.id}/tag")
    found = findings(page.encode(), content_type="text/html; charset=utf-8", most=99)

    assert 1 == len([each for each in found if each.is_button])


async def test_its_owner_is_led_to_the_page(world: "World") -> None:
    bo = await world.user("bo")
    thing = await world.thing(bo, "song")
    browser = await world.browser(bo)

    page = await browser.text(f"/thing/{thing.id}")

    assert f'href="/thing/{thing.id}/tag"' in page


@pytest.mark.parametrize("flattrs", [0, 1])
async def test_a_badge_tells_how_often_a_thing_was_flattred(
    world: "World", stranger: "Browser", flattrs: int
) -> None:
    thing = await world.thing(await world.user("bo"), "song")
    browser = await world.browser(await world.patron("ada"))
    for _ in range(flattrs):
        await browser.post(f"/thing/{thing.id}/flattr")

    response = await stranger.get(f"/thing/{thing.id}/badge.svg")
    badge = etree.fromstring(await response.read())

    assert "image/svg+xml" == response.content_type
    assert "cross-origin" == response.headers["Cross-Origin-Resource-Policy"]
    assert ["Flattr", str(flattrs)] == [each.text for each in badge.iter(f"{SVG}text")]
    assert f"Flattr this: {flattrs} so far" == badge.get("aria-label")


@pytest.mark.parametrize("path", ["tag", "badge.svg"])
async def test_what_there_is_none_of_has_no_tag(stranger: "Browser", path: str) -> None:
    assert 404 == (await stranger.get(f"/thing/987654321/{path}")).status
