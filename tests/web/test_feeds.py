"""The feeds of a user, as a feed reader finds and reads them."""

from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

if TYPE_CHECKING:
    from tests.web.conftest import Browser, World

NAMES = {"atom": "http://www.w3.org/2005/Atom"}


async def _feed(browser: "Browser", path: str) -> Any:
    response = await browser.get(path)
    assert (200, "application/atom+xml") == (response.status, response.content_type)
    return etree.fromstring(await response.read())


def _texts(feed: Any, path: str) -> list[str]:
    return [str(each) for each in feed.xpath(path, namespaces=NAMES)]


async def test_a_reader_finds_the_feeds_on_the_pages(
    world: "World", stranger: "Browser"
) -> None:
    thing = await world.thing(await world.user("bo"), "song")
    found: dict[str, list[str]] = {}

    for path in ("/profile/bo", f"/thing/{thing.id}"):
        page: Any = etree.HTML(await stranger.text(path))
        links = page.xpath("//link[@type='application/atom+xml']/@href")
        found[path] = [str(link) for link in links]

    shown = await stranger.text("/profile/bo")
    assert '<a href="/feeds/bo/things.atom">' in shown
    feeds = [f"/feeds/bo/{name}.atom" for name in ("things", "flattrs")]
    assert {"/profile/bo": feeds, f"/thing/{thing.id}": feeds[:1]} == found


async def test_things_stand_in_the_feed_and_hidden_ones_do_not(
    world: "World", stranger: "Browser"
) -> None:
    bo = await world.user("bo")
    song = await world.thing(bo, "song")
    await world.thing(bo, "diary", hidden=True)

    feed = await _feed(stranger, "/feeds/bo/things.atom?count=1")

    links = _texts(feed, "//atom:entry/atom:link[@rel='alternate']/@href")
    assert [f"{world.settings.public_url}/thing/{song.id}"] == links
    here = f"{world.settings.public_url}/feeds/bo/things.atom?count=1&page=1"
    assert [here] == _texts(feed, "/atom:feed/atom:link[@rel='self']/@href")


async def test_whom_somebody_flattrs_stays_his_secret(
    world: "World", stranger: "Browser"
) -> None:
    thing = await world.thing(await world.user("bo"), "song")
    ada = await world.browser(await world.patron("ada"))
    await ada.post(f"/thing/{thing.id}/flattr")

    feed = await _feed(stranger, "/feeds/ada/flattrs.atom")

    assert [] == _texts(feed, "//atom:entry/atom:id/text()")
    title = _texts(feed, "/atom:feed/atom:title/text()")
    assert ["Flattrs of ada on Överallt"] == title


async def test_what_is_known_already_is_not_sent_again(
    world: "World", stranger: "Browser"
) -> None:
    await world.user("bo")
    first = await stranger.get("/feeds/bo/things.atom")

    again = await stranger.session.get(
        "/feeds/bo/things.atom", headers={"If-None-Match": first.headers["ETag"]}
    )

    assert 304 == again.status


@pytest.mark.parametrize("name", ["things", "flattrs"])
async def test_a_feed_of_nobody_is_not_there(stranger: "Browser", name: str) -> None:
    assert 404 == (await stranger.get(f"/feeds/nobody/{name}.atom")).status


async def test_a_thing_is_found_by_the_address_that_ends_in_its_title(
    world: "World", stranger: "Browser"
) -> None:
    thing = await world.thing(await world.user("bo"), "song")

    page: Any = etree.HTML(await stranger.text(f"/thing/{thing.id}/the-song-of-bo"))

    address = f"{world.settings.public_url}/thing/{thing.id}"
    assert [address] == page.xpath("//link[@rel='canonical']/@href")
    assert ["The song of bo"] == page.xpath("//h1/text()")
