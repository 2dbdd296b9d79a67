"""Flattr's old markup through a real proxy: as the old plugins printed it."""

import html
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from legacy_markup import CASES, name_of

SEEN = {"button", "frame", "badge"}
LIVE = re.compile(
    rb'<a href="(https://flattr\.internal/give\?[^"]*)"[^>]*><svg.*?</svg></a>'
)
KIND = re.compile(r"\((?:button|frame|badge)\)")
OLD = (
    '<a class="FlattrButton" title="Bread" href="https://blog.test/bread?a=1&amp;b=2">'
    "How to bake it.</a>"
)
FRAME = (
    "https://api.flattr.com/button/view/?url=https%3A%2F%2Fblog.test%2Fa&title=Bread"
)
LOADER = "api.flattr.com/js/0.6/load.js?mode=auto&uid=ada"


def named(case: dict[str, Any]) -> list[bool]:
    """Tell of each piece that readers see whether it names an address."""
    return ["url" in event for event in case["events"] if event["kind"] in SEEN]


WITHOUT_TEXT_TAGS = [case for case in CASES if "[Flattr=" not in case["html"]]


def addresses(body: bytes) -> list[str]:
    """Return what the live buttons of a page stand for."""
    links = [urlsplit(html.unescape(each.decode())) for each in LIVE.findall(body)]
    return [parse_qs(link.query)["url"][0] for link in links]


@pytest.mark.parametrize(
    "case", [each for each in WITHOUT_TEXT_TAGS if all(named(each))], ids=name_of
)
async def test_a_piece_that_names_an_address_becomes_a_button(
    site: Any, reader: Any, case: dict[str, Any]
) -> None:
    site.add("/", case["html"].encode())

    body = (await reader.get("https://site.test/")).body

    assert KIND.sub("(live)", case["out"]) == LIVE.sub(b"(live)", body).decode()


@pytest.mark.parametrize(
    "case",
    [each for each in CASES if named(each) and not any(named(each))],
    ids=name_of,
)
async def test_a_piece_that_names_none_stays_as_it_is(
    site: Any, reader: Any, case: dict[str, Any]
) -> None:
    site.add("/", case["html"].encode())

    assert case["html"].encode() == (await reader.get("https://site.test/")).body


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("https://blog.test/b?a=1&amp;c=%26#d", "https://blog.test/b?a=1&c=%26#d"),
        ("/node/7", "https://site.test/node/7"),
        ("//blog.test/", "https://blog.test/"),
        ("http://blog.test/bröd", "http://blog.test/bröd"),
    ],
)
async def test_the_link_says_which_address(
    site: Any, reader: Any, href: str, expected: str
) -> None:
    site.add("/", f'<a class="FlattrButton" href="{href}">x</a>'.encode())

    assert [expected] == addresses((await reader.get("https://site.test/")).body)


@pytest.mark.parametrize("href", ["https://blog.test/" + "a" * 2000, "http://[x/"])
async def test_what_no_thing_can_have_for_an_address_stays(
    site: Any, reader: Any, href: str
) -> None:
    page = f'<a class="FlattrButton" href="{href}">x</a>'.encode()
    site.add("/", page)

    assert page == (await reader.get("https://site.test/")).body


async def test_the_button_is_named_for_who_cannot_see_it(
    site: Any, reader: Any
) -> None:
    site.add("/", OLD.encode())

    assert b'aria-label="Flattr Bread"' in (await reader.get("https://site.test/")).body


@pytest.mark.parametrize("max_buttons", [2])
async def test_old_buttons_and_text_tags_count_together(site: Any, reader: Any) -> None:
    site.add("/", f"[Flattr=7]{OLD}{OLD}[Flattr=7]".encode())

    body = (await reader.get("https://site.test/")).body

    assert 2 == body.count(b"https://flattr.internal/give")
    assert body.endswith(f"{OLD}[Flattr=7]".encode())


@pytest.mark.parametrize("legacy", [False])
async def test_without_it_old_markup_stays(site: Any, reader: Any) -> None:
    page = f"<p>{OLD} [Flattr=7]</p>".encode()
    site.add("/", page)

    body = (await reader.get("https://site.test/")).body

    assert body.startswith(f"<p>{OLD} <a href=".encode())


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_the_old_script_is_answered_with_one_that_does_nothing(
    reader: Any, scheme: str
) -> None:
    page = await reader.get(f"{scheme}://{LOADER}")

    assert 200 == page.status
    assert b"FlattrLoader" in page.body
    assert "text/javascript; charset=utf-8" == page.headers["content-type"]
    assert str(len(page.body)) == page.headers["content-length"]
    assert "*" == page.headers["access-control-allow-origin"]
    assert "cross-origin" == page.headers["cross-origin-resource-policy"]
    assert "nosniff" == page.headers["x-content-type-options"]
    assert "set-cookie" not in page.headers


async def test_the_old_script_is_the_same_for_everybody(reader: Any) -> None:
    one = await reader.get(f"https://{LOADER}", Cookie="a=b", Referer="https://a.test/")
    other = await reader.get("https://api.flattr.com/js/0.5.0/load.js")

    assert one == other


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_frame_that_a_script_made_shows_a_button(
    reader: Any, scheme: str
) -> None:
    url = FRAME.replace("https", scheme, 1)
    page = await reader.get(url, Referer="https://blog.test/")

    assert 200 == page.status
    assert ["https://blog.test/a"] == addresses(page.body)
    assert b'aria-label="Flattr Bread"' in page.body
    assert "no-store" == page.headers["cache-control"]
    assert "x-frame-options" not in page.headers
    assert "set-cookie" not in page.headers


async def test_a_frame_that_names_nothing_is_empty(reader: Any) -> None:
    page = await reader.get("https://button.flattr.com/view/?button=compact")

    assert 200 == page.status
    assert page.body.endswith(b"<body></body></html>")


async def test_a_frame_cannot_be_made_to_show_markup_of_others(reader: Any) -> None:
    page = await reader.get(f"{FRAME}%22%3E%3Cscript%3E[Flattr=7]")

    assert b"<script" not in page.body
    assert 1 == page.body.count(b"<a ")


@pytest.mark.parametrize(
    "url",
    [
        "http://api.flattr.com/rest/v2/things/7",
        "http://api.flattr.com/js/0.6/other.js",
        "http://button.flattr.com/js/0.6/load.js/x",
        "http://api.flattr.com.plain.test/js/0.6/load.js",
    ],
)
async def test_what_else_is_asked_of_flattr_is_not_answered(
    reader: Any, url: str
) -> None:
    page = await reader.get(url)

    # Its own servers cannot be reached from the tests.
    assert page.status in {502, 504}


@pytest.mark.parametrize("legacy", [False])
async def test_without_it_the_old_script_is_not_answered(reader: Any) -> None:
    assert (await reader.get(f"http://{LOADER}")).status in {502, 504}


@pytest.mark.parametrize(
    "url", [f"https://{LOADER}", FRAME, "https://flattr.internal/gateway.css"]
)
async def test_no_body_follows_a_head_that_was_asked_for(curl: Any, url: str) -> None:
    # curl shows what follows, which it ignores, if told to send the method only.
    out = await curl("-X", "HEAD", "-i", "--ignore-content-length", url)

    assert out.endswith(b"\r\n\r\n")


async def test_a_host_that_is_left_alone_is_not_answered_for(
    reader: Any, tmp_path: Path
) -> None:
    (tmp_path / "opt-out.txt").write_text("flattr.com\n")

    assert (await reader.get(f"http://{LOADER}")).status in {502, 504}


@pytest.mark.parametrize("url", [f"http://{LOADER}", FRAME])
async def test_on_a_page_that_is_left_alone_nothing_is_answered(
    reader: Any, url: str
) -> None:
    page = await reader.get(url, Referer="https://www.bank.test/")

    assert page.status in {502, 504}
