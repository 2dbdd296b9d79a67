"""Buttons, script and badges for other sites, by Flattr's own addresses."""

import struct
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from lxml import etree

from overallt_server.core.users import User
from overallt_server.web.embeds import short

if TYPE_CHECKING:
    from overallt_server.core.things import Thing
    from tests.web.conftest import Browser, World

LINK = "{http://www.w3.org/2000/svg}a"
NEW = "https://bo.example/new"


def button(**words: str) -> str:
    """Return the address of the frame of what *words* describe."""
    return f"/button/view/?{urlencode(words)}"


def link_of(svg: str) -> str:
    """Return where the button leads."""
    link = etree.fromstring(svg.encode()).find(LINK)
    assert link is not None
    return str(link.attrib["href"])


@pytest.fixture
async def bo(world: "World") -> User:
    return await world.user("bo")


@pytest.fixture
async def song(world: "World", bo: User) -> "Thing":
    thing = await world.thing(bo, "song")
    headers = await world.bearer(await world.patron("ada"))
    await world.client.post(f"/rest/v2/things/{thing.id}/flattr", headers=headers)
    return thing


async def test_a_button_shows_its_things_flattrs_and_leads_there(
    world: "World", stranger: "Browser", song: "Thing"
) -> None:
    shown = await stranger.text(button(url=song.url, uid="bo"))

    assert f"{world.settings.public_url}/thing/{song.id}" == link_of(shown)
    assert "The song of bo, 1 so far" in shown


@pytest.mark.parametrize(
    ("words", "width", "height"),
    [({}, 55, 62), ({"button": "compact"}, 110, 20), ({"button": "default"}, 55, 62)],
)
async def test_it_has_the_size_of_flattrs(
    stranger: "Browser", words: dict[str, str], width: int, height: int
) -> None:
    svg = etree.fromstring((await stranger.text(button(url=NEW, **words))).encode())

    assert (str(width), str(height)) == (svg.attrib["width"], svg.attrib["height"])


@pytest.mark.parametrize("owner", ["uid", "user_id", "owner"])
async def test_what_is_no_thing_yet_leads_to_the_page_that_describes_it(
    world: "World", stranger: "Browser", bo: User, owner: str
) -> None:
    words = {"url": NEW, "title": 'A "new" <one>', "tags": "a,b", "hidden": "1"}

    address = link_of(await stranger.text(button(**words, **{owner: bo.username})))
    page = await stranger.text(address.removeprefix(world.settings.public_url))

    said = {
        name: values[0] for name, values in parse_qs(urlsplit(address).query).items()
    }
    assert words | {"user_id": "bo"} == said
    assert "A &#34;new&#34; &lt;one&gt;" in page


@pytest.mark.parametrize("words", [{"uid": "ben"}, {"uid": "eve"}, {"url": "blog"}])
async def test_what_is_wrong_with_it_is_told_by_that_page(
    world: "World", stranger: "Browser", song: "Thing", words: dict[str, str]
) -> None:
    await world.user("eve")

    shown = await stranger.get(button(**{"url": song.url} | words))
    address = link_of(await shown.text())
    told = await stranger.get(address.removeprefix(world.settings.public_url))

    assert 200 == shown.status
    assert told.status in {400, 404}


async def test_it_is_the_only_page_that_others_may_frame(
    stranger: "Browser", song: "Thing"
) -> None:
    framed = (await stranger.get(button(url=song.url))).headers
    broken = (await stranger.get("/button/view/")).headers

    assert "default-src 'none'; frame-ancestors *" == framed["Content-Security-Policy"]
    assert "X-Frame-Options" not in framed
    assert "frame-ancestors 'none'" in broken["Content-Security-Policy"]
    assert "DENY" == broken["X-Frame-Options"]


@pytest.mark.parametrize(
    "path", [button(url=NEW), "/js/0.6/load.js", "/button/flattr-badge-large.png"]
)
async def test_it_is_kept_and_the_same_for_everybody(
    world: "World", stranger: "Browser", path: str
) -> None:
    known = await world.browser(await world.user("ada"))

    answers = [await each.get(path) for each in (stranger, known)]

    assert await answers[0].read() == await answers[1].read()
    for answer in answers:
        assert answer.headers["Cache-Control"].startswith("public, max-age=")
        assert "cross-origin" == answer.headers["Cross-Origin-Resource-Policy"]
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("path", "width", "height"),
    [
        ("/button/flattr-badge-large.png", 93, 20),
        ("/button/flattr-badge-small.png", 16, 16),
        ("/_img/icons/flattr_logo_16.png", 16, 16),
    ],
)
async def test_badges_are_images_of_flattrs_sizes(
    stranger: "Browser", path: str, width: int, height: int
) -> None:
    response = await stranger.get(path)
    image = await response.read()

    assert "image/png" == response.content_type
    assert (width, height) == struct.unpack(">II", image[16:24])


@pytest.mark.parametrize(
    ("flattrs", "said"),
    [(0, "0"), (9999, "9999"), (10_500, "10k"), (999_999, "999k"), (2_000_000, "2M")],
)
def test_a_number_has_four_signs_at_most(flattrs: int, said: str) -> None:
    assert said == short(flattrs)
