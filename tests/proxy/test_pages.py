"""Pages through a real proxy: what becomes live and what stays."""

import asyncio
import gzip
import time
import zlib
from collections.abc import Callable, Iterable
from typing import Any, override

import brotli  # type: ignore[import-untyped]  # It brings no types of its own.
import pytest
import zstandard

from overallt.client.index import Index

PAGE = b"<!DOCTYPE html><p>One \xc3\xa5 [Flattr=7] and [Flattr=999] here.</p>"
BEFORE, AFTER = PAGE.split(b"[Flattr=7]")
LINK = b'<a href="https://flattr.internal/give/7?p='


def is_live(body: bytes) -> bool:
    return (
        body.startswith(BEFORE + LINK)
        and body.endswith(b"</a>" + AFTER)
        and body.count(b"<a ") == 1
    )


async def test_a_text_tag_becomes_a_button_over_https(site: Any, reader: Any) -> None:
    site.add("/", PAGE)

    assert is_live((await reader.get("https://site.test/")).body)


async def test_a_text_tag_becomes_a_button_over_http(site: Any, reader: Any) -> None:
    site.add("/", PAGE)

    assert is_live((await reader.get("http://plain.test/")).body)


async def test_a_text_tag_in_xhtml_becomes_a_button(site: Any, reader: Any) -> None:
    page = b'<html xmlns="http://www.w3.org/1999/xhtml"><![CDATA[[Flattr=7]]]></html>'
    site.add("/", page, content_type="application/xhtml+xml")
    body = (await reader.get("https://site.test/")).body
    before, after = page.split(b"[Flattr=7]")

    assert body.startswith(before + b"]]>" + LINK)
    assert body.endswith(b"</a><![CDATA[" + after)


async def test_a_feed_is_left_alone(site: Any, reader: Any) -> None:
    page = b'<feed xmlns="http://www.w3.org/2005/Atom"><title>[Flattr=7]</title></feed>'
    site.add("/", page, content_type="application/xhtml+xml")

    assert page == (await reader.get("https://site.test/")).body


def deflate_raw(data: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(data) + stream.flush()


@pytest.mark.parametrize(
    ("encoding", "encode"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", deflate_raw),
        ("br", brotli.compress),
        ("zstd", zstandard.compress),
        ("br, gzip", lambda data: gzip.compress(brotli.compress(data))),
    ],
)
async def test_an_encoded_page_becomes_live(
    site: Any, reader: Any, encoding: str, encode: Callable[[bytes], bytes]
) -> None:
    site.add("/", encode(PAGE), f"Content-Encoding: {encoding}")

    page = await reader.get("https://site.test/")

    assert is_live(page.body)
    assert "content-encoding" not in page.headers


async def test_a_page_without_a_text_tag_keeps_every_byte(
    site: Any, reader: Any
) -> None:
    body = bytes(range(256)) * 300
    site.add("/", body)

    assert body == (await reader.get("https://site.test/")).body


async def test_a_rewritten_page_has_a_weak_etag_and_no_digest(
    site: Any, reader: Any
) -> None:
    policy = "default-src 'none'; sandbox"
    site.add(
        "/",
        PAGE,
        'ETag: "abc"',
        "Repr-Digest: sha-256=:x:",
        "Accept-Ranges: bytes",
        f"Content-Security-Policy: {policy}",
        "X-Own: kept",
    )

    page = await reader.get("https://site.test/")

    assert page.headers["etag"] == 'W/"abc"'
    assert "repr-digest" not in page.headers
    assert "accept-ranges" not in page.headers
    assert "content-length" not in page.headers
    assert page.headers["content-security-policy"] == policy
    assert page.headers["x-own"] == "kept"
    assert b"target=" not in page.body


@pytest.mark.parametrize(
    ("headers", "status", "content_type"),
    [
        (["Content-Disposition: attachment; filename=a.html"], "200 OK", "text/html"),
        (["Cache-Control: public, no-transform"], "200 OK", "text/html"),
        ([], "206 Partial Content", "text/html"),
        ([], "404 Not Found", "text/html"),
        ([], "200 OK", "text/javascript"),
        ([], "200 OK", "application/json"),
        ([], "200 OK", "text/plain"),
        (["Content-Encoding: of-tomorrow"], "200 OK", "text/html"),
    ],
)
async def test_what_is_no_page_is_left_alone(
    site: Any, reader: Any, headers: list[str], status: str, content_type: str
) -> None:
    site.add(
        "/",
        PAGE,
        *headers,
        'ETag: "abc"',
        "Digest: x",
        status=status,
        content_type=content_type,
    )

    page = await reader.get("https://site.test/")

    assert page.body == PAGE
    assert page.headers["etag"] == '"abc"'
    assert page.headers["digest"] == "x"
    assert page.headers["content-length"] == str(len(PAGE))


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
async def test_an_answer_without_a_body_is_left_alone(
    site: Any, reader: Any, status: str
) -> None:
    site.pieces["/"] = [
        f'HTTP/1.1 {status}\r\nETag: "abc"\r\nContent-Type: text/html\r\n\r\n'.encode()
    ]

    page = await reader.get("https://site.test/")

    assert page.headers["etag"] == '"abc"'
    assert page.body == b""


async def test_a_head_is_left_alone(site: Any, reader: Any) -> None:
    site.add("/", b"", 'ETag: "abc"')
    site.pieces["/"][0] = site.pieces["/"][0].replace(b"h: 0", b"h: 77")

    page = await reader.get("https://site.test/", method="HEAD")

    assert page.headers["content-length"] == "77"
    assert page.headers["etag"] == '"abc"'


async def test_what_a_script_fetches_is_left_alone(site: Any, reader: Any) -> None:
    site.add("/", PAGE)

    page = await reader.get("https://site.test/", Sec_Fetch_Dest="empty")

    assert page.body == PAGE


async def test_a_host_on_the_opt_out_list_is_left_alone(site: Any, reader: Any) -> None:
    site.add("/", PAGE)

    assert (await reader.get("http://bank.test/")).body == PAGE


async def test_a_slow_page_arrives_as_it_is_sent(site: Any, reader: Any) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
    site.pieces["/"] = [
        head + b"Transfer-Encoding: chunked\r\n\r\n",
        b"5\r\n<p>a \r\n",
        0.5,
        b"a\r\n[Flattr=7]\r\n0\r\n\r\n",
    ]

    async with reader.open("https://site.test/") as response:
        first = await response.content.readany()
        first_at = time.monotonic()
        rest = await response.content.read()

    assert first == b"<p>a "
    assert time.monotonic() - first_at > 0.3
    assert rest.startswith(LINK)


async def test_a_text_tag_cut_by_the_network_becomes_live(
    site: Any, reader: Any
) -> None:
    site.add("/", PAGE)
    head, body = site.pieces["/"]
    pieces = [body[at : at + 1] for at in range(len(body))]
    site.pieces["/"] = [head, *(part for one in pieces for part in (one, 0.001))]

    assert is_live((await reader.get("https://site.test/")).body)


async def test_a_truncated_gzip_passes_as_far_as_it_goes(
    site: Any, reader: Any
) -> None:
    site.add("/", gzip.compress(PAGE * 500)[:-30], "Content-Encoding: gzip")

    page = await reader.get("https://site.test/")

    assert page.body.startswith(BEFORE + LINK)


async def test_a_page_whose_encoding_is_a_lie_passes_raw(
    site: Any, reader: Any
) -> None:
    site.add("/", PAGE, "Content-Encoding: gzip")

    assert (await reader.get("https://site.test/")).body == PAGE


class FailingIndex(Index):
    @override
    def knows(self, tag_id: str) -> bool:
        raise RuntimeError


@pytest.mark.parametrize("index_kind", [FailingIndex])
async def test_a_page_survives_a_button_that_cannot_be_made(
    site: Any, reader: Any
) -> None:
    site.add("/", gzip.compress(PAGE * 3), "Content-Encoding: gzip")

    assert (await reader.get("https://site.test/")).body == PAGE * 3


class FailingHosts(frozenset[str]):
    __slots__ = ()

    @override
    def isdisjoint(self, other: Iterable[object], /) -> bool:
        raise RuntimeError


@pytest.mark.parametrize("opt_out", [FailingHosts()])
async def test_a_page_survives_an_addon_that_fails(site: Any, reader: Any) -> None:
    site.add("/", PAGE, 'ETag: "abc"')

    page = await reader.get("https://site.test/")

    assert page.body == PAGE
    assert page.headers["etag"] == '"abc"'


@pytest.mark.parametrize("heard_yesterday", [[]])
async def test_with_nothing_ever_heard_of_the_server_a_page_is_unchanged(
    site: Any, reader: Any
) -> None:
    site.add("/", gzip.compress(PAGE), "Content-Encoding: gzip", 'ETag: "abc"')

    page = await reader.get("https://site.test/")

    assert gzip.decompress(page.body) == PAGE
    assert page.headers["etag"] == '"abc"'


@pytest.mark.parametrize("heard_yesterday", [["7"]])
async def test_with_the_server_away_yesterdays_index_serves(
    site: Any, reader: Any
) -> None:
    site.add("/", PAGE)

    assert is_live((await reader.get("https://site.test/")).body)


async def test_a_site_that_breaks_off_costs_no_more_than_what_is_held(
    site: Any, proxy: Any
) -> None:
    """mitmproxy has no hook that could still send what may have become a tag."""
    site.pieces["/"] = [
        b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n",
        b"Content-Type: text/html; charset=utf-8\r\n\r\n",
        PAGE + b"and then [Flat",
    ]
    curl = await asyncio.create_subprocess_exec(
        *("curl", "-s", "-m", "5", "--cacert", str(proxy.ca)),
        *("-x", proxy.url, "https://site.test/"),
        stdout=asyncio.subprocess.PIPE,
    )

    out, _ = await curl.communicate()

    assert 0 != curl.returncode
    assert is_live(out.removesuffix(b"and then "))


@pytest.mark.parametrize(
    ("tag_id", "label"), [(b"7", b"Flattr thing 7"), (b"ada", b"Flattr ada")]
)
async def test_the_button_says_what_it_flattrs(
    site: Any, reader: Any, tag_id: bytes, label: bytes
) -> None:
    site.add("/", b"<p>[Flattr=%b]</p>" % tag_id)

    assert b'aria-label="%b"' % label in (await reader.get("https://site.test/")).body


@pytest.mark.parametrize("max_buttons", [2])
async def test_a_page_has_so_many_buttons_and_no_more(site: Any, reader: Any) -> None:
    site.add("/", b"[Flattr=7] " * 5)

    page = await reader.get("https://site.test/")

    assert page.body.count(LINK) == 2
    assert page.body.endswith(b"[Flattr=7] [Flattr=7] [Flattr=7] ")


async def test_no_dictionary_and_no_trailer_is_offered_to_the_site(
    site: Any, reader: Any
) -> None:
    site.add("/", PAGE)

    await reader.get(
        "https://site.test/", TE="trailers", Accept_Encoding="gzip, dcb, dcz;q=0.5, br"
    )

    assert "Accept-Encoding: gzip, br\r\n" in site.heads[0]
    assert "TE: " not in site.heads[0]


async def test_a_connection_is_used_again(site: Any, reader: Any) -> None:
    first = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nab"
    site.pieces["/"] = [first, 0.5, first]

    bodies = [(await reader.get("http://plain.test/")).body for _ in range(2)]

    assert bodies == [b"ab", b"ab"]
    assert len(site.heads) == 1


async def test_http_2_carries_a_live_page(site: Any, proxy: Any) -> None:
    site.pieces["/"] = [
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n",
        b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"%x\r\n%s\r\n0\r\n\r\n" % (len(PAGE), PAGE),
    ]
    curl = await asyncio.create_subprocess_exec(
        *("curl", "-s", "--http2", "--cacert", str(proxy.ca), "-x", proxy.url),
        *("-w", "%{http_version}", "https://site.test/"),
        stdout=asyncio.subprocess.PIPE,
    )

    out, _ = await curl.communicate()

    assert out.endswith(b"2")
    assert is_live(out[:-1])
