"""What pages say of themselves, in the four ways in which they do."""

import json
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from overallt_server.core.descriptions import NOTHING, Description
from overallt_server.outside.descriptions import Descriptions

if TYPE_CHECKING:
    from outside_world import OutsideWorld

OPEN_GRAPH = """
<meta property="og:title" content="A song of the sea">
<meta property="og:description" content="Sung &amp; played">
<meta property="og:locale" content="sv_SE">
<meta property="og:type" content="music.song">
<meta property="music:tag" content="sea"><meta property="article:tag" content="calm">
"""
PLAIN = """
<html lang="de-AT"><title> Ein Lied vom Meer </title>
<meta name="Description" content="Gesungen"><meta name=keywords content="Meer, Ruhe,">
"""
SAID_PLAINLY = Description(
    "Ein Lied vom Meer", "Gesungen", "de_DE", "", ("Meer", "Ruhe")
)


def ld(value: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


async def said(
    outside: "OutsideWorld", html: str | bytes, content_type: str = "text/html"
) -> Description:
    async def serve(request: web.Request) -> web.StreamResponse:
        if request.path == "/oembed":
            told = {"title": "A video of the sea", "type": "video", "html": "<script>"}
            return web.json_response(told)
        if request.path != "/":
            raise web.HTTPNotFound
        body = html.encode() if isinstance(html, str) else html
        return web.Response(body=body, headers={"Content-Type": content_type})

    await outside.site("bo.test", serve)
    return await Descriptions(outside.way_out()).of("https://bo.test/")


async def test_open_graph_is_read(outside: "OutsideWorld") -> None:
    assert Description(
        "A song of the sea", "Sung & played", "sv_SE", "audio", ("sea", "calm")
    ) == await said(outside, OPEN_GRAPH)


async def test_plain_html_is_read(outside: "OutsideWorld") -> None:
    assert SAID_PLAINLY == await said(outside, PLAIN)


async def test_what_open_graph_does_not_say_is_completed(
    outside: "OutsideWorld",
) -> None:
    html = PLAIN + '<meta property="og:title" content="A song of the sea">'

    assert Description(
        "A song of the sea", "Gesungen", "de_DE", "", ("Meer", "Ruhe")
    ) == await said(outside, html)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda work: work,
        lambda work: [{"@type": "WebSite", "name": "The whole site"}, work],
        lambda work: {"@graph": [{"@type": "Organization", "name": "A firm"}, work]},
    ],
)
async def test_json_ld_is_read(outside: "OutsideWorld", wrap: object) -> None:
    assert callable(wrap)
    work = {
        "@type": ["BlogPosting", "Thing"],
        "headline": "An essay on the sea",
        "name": "essay",
        "description": "It is wide.",
        "inLanguage": "en-GB",
        "keywords": "sea, wide",
    }

    assert Description(
        "An essay on the sea", "It is wide.", "en_GB", "text", ("sea", "wide")
    ) == await said(outside, ld(wrap(work)))


@pytest.mark.parametrize(
    "value",
    [
        "{",
        "[" * 100_000,
        "null",
        "17",
        '{"@type": 17, "name": "A number"}',
        '{"@type": "Article", "headline": {"a": 1}, "keywords": [[], 1, {}]}',
        '{"@graph": "none"}',
    ],
)
async def test_json_that_says_nothing_does_no_harm(
    outside: "OutsideWorld", value: str
) -> None:
    html = f'{PLAIN}<script type="application/ld+json">{value}</script>'

    found = await said(outside, html)

    assert ("Ein Lied vom Meer", "Gesungen") == (found.title, found.description)


async def test_oembed_is_asked_where_the_page_names_it(outside: "OutsideWorld") -> None:
    link = '<link rel="alternate" type="application/json+oembed" href="/oembed">'

    found = await said(outside, f"<title>bo.test</title>{link}")

    assert ("A video of the sea", "video") == (found.title, found.category)


@pytest.mark.parametrize(
    "href", ["http://127.0.0.1/", "http://[", "/nothing", "/", "https://nobody.test/"]
)
async def test_an_oembed_that_is_none_does_no_harm(
    outside: "OutsideWorld", href: str
) -> None:
    link = f'<link rel="alternate" type="application/json+oembed" href="{href}">'

    assert SAID_PLAINLY == await said(outside, PLAIN + link)


@pytest.mark.parametrize(
    ("charset", "content_type"),
    [
        ("utf-8", "text/html; charset=utf-8"),
        ("windows-1251", "text/html; charset=windows-1251"),
        ("utf-16", "text/html"),
        ("shift_jis", "text/html; charset=shift_jis"),
        ("koi8-r", 'text/html; charset="koi8-r"'),
    ],
)
async def test_a_page_is_read_in_its_charset(
    outside: "OutsideWorld", charset: str, content_type: str
) -> None:
    html = "<title>Песня реки</title>".encode(charset)

    assert "Песня реки" == (await said(outside, html, content_type)).title


async def test_a_page_may_name_its_charset_itself(outside: "OutsideWorld") -> None:
    html = "<meta charset=windows-1251><title>Песня реки</title>"

    found = await said(outside, html.encode("windows-1251"))

    assert "Песня реки" == found.title


async def test_a_charset_that_is_none_does_no_harm(outside: "OutsideWorld") -> None:
    found = await said(outside, "<title>A song</title>", "text/html; charset=none")

    assert "A song" == found.title


@pytest.mark.parametrize(
    ("html", "content_type"),
    [
        ("", "text/html"),
        ("<title>A song</title>", "text/plain"),
        (b"\0\xff", "text/html"),
    ],
)
async def test_what_is_no_page_says_nothing(
    outside: "OutsideWorld", html: str | bytes, content_type: str
) -> None:
    assert NOTHING == await said(outside, html, content_type)


async def test_a_page_that_cannot_be_had_says_nothing(outside: "OutsideWorld") -> None:
    found = await Descriptions(outside.way_out()).of("https://nobody.test/")

    assert NOTHING == found
