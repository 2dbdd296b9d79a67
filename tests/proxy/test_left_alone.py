"""What is no page passes as it came, byte for byte and as soon as it is there."""

import gzip
import time
from typing import Any

import pytest

from overallt.client import hosts
from overallt.proxy.opt_out import known_hosts

PAGE = b"<!DOCTYPE html><p>[Flattr=7]</p>"


@pytest.mark.usefixtures("each_arrival")
@pytest.mark.parametrize(
    "content_type",
    [
        *("text/event-stream", "multipart/x-mixed-replace; boundary=b"),
        *("application/rss+xml", "image/svg+xml", "application/octet-stream"),
    ],
)
@pytest.mark.parametrize("sniff", [(), ("X-Content-Type-Options: nosniff",)])
async def test_what_is_no_html_is_left_alone(
    site: Any, reader: Any, content_type: str, sniff: tuple[str, ...]
) -> None:
    headers = (*sniff, 'ETag: "abc"', "Accept-Ranges: bytes", "Digest: x")
    site.add("/", PAGE, *headers, content_type=content_type)

    page = await reader.get("https://site.test/")

    assert page.body == PAGE
    assert page.headers["etag"] == '"abc"'
    assert page.headers["digest"] == "x"
    assert page.headers["accept-ranges"] == "bytes"
    assert page.headers["content-length"] == str(len(PAGE))


@pytest.mark.parametrize("sniff", [b"", b"X-Content-Type-Options: nosniff\r\n"])
async def test_a_page_that_does_not_say_that_it_is_one_is_left_alone(
    site: Any, reader: Any, sniff: bytes
) -> None:
    site.pieces["/"] = [b"HTTP/1.1 200 OK\r\n", sniff, b"\r\n", PAGE]

    assert (await reader.get("https://site.test/")).body == PAGE


async def test_a_picture_that_says_it_is_a_page_keeps_every_byte(
    site: Any, reader: Any
) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9
    site.add("/", picture, content_type="text/html")

    assert (await reader.get("https://site.test/")).body == picture


async def test_a_page_whose_encoding_is_not_said_passes_as_it_came(
    site: Any, reader: Any
) -> None:
    body = gzip.compress(PAGE)
    site.add("/", body)

    assert (await reader.get("https://site.test/")).body == body


async def test_a_part_of_a_page_is_left_alone(site: Any, reader: Any) -> None:
    site.add("/", PAGE, "Content-Range: bytes 0-31/99", status="206 Partial Content")

    page = await reader.get("https://site.test/", Range="bytes=0-31")

    assert page.body == PAGE
    assert page.headers["content-range"] == "bytes 0-31/99"
    assert "Range: bytes=0-31\r\n" in site.heads[0]


@pytest.mark.parametrize(
    "framing", ["Content-Length: 10", "Transfer-Encoding: chunked"]
)
@pytest.mark.parametrize("kind", ["text/event-stream", "application/zip"])
async def test_what_is_no_page_is_never_held_back(
    site: Any, reader: Any, kind: str, framing: str
) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n{framing}\r\n\r\n".encode()
    pieces = [b"data:", b" 7\n\n\n"]
    if "chunked" in framing:
        pieces = [b"5\r\ndata:\r\n", b"5\r\n 7\n\n\n\r\n0\r\n\r\n"]
    site.pieces["/"] = [head + pieces[0], 0.5, pieces[1]]

    async with reader.open("https://site.test/") as response:
        first = await response.content.readany()
        first_at = time.monotonic()
        rest = await response.content.read()

    assert time.monotonic() - first_at > 0.3
    assert first + rest == b"data: 7\n\n\n"


async def test_scripts_may_come_by_dictionary(site: Any, reader: Any) -> None:
    site.add("/", b"1", content_type="text/javascript")

    await reader.get(
        "https://site.test/", Accept_Encoding="gzip, dcb", Sec_Fetch_Dest="script"
    )

    assert "Accept-Encoding: gzip, dcb\r\n" in site.heads[0]


@pytest.fixture
def nothing_read() -> None:
    """Let the lists of hosts be as in a program that has just started."""
    for read in (hosts._suffixes, known_hosts):
        read.cache_clear()


@pytest.mark.usefixtures("nothing_read", "proxy")
def test_a_proxy_that_is_ready_has_read_the_lists_of_hosts() -> None:
    """They take a tenth of a second, in which every page would wait."""
    assert 1 == hosts._suffixes.cache_info().currsize
    assert 1 == known_hosts.cache_info().currsize
