"""Pages through a real proxy: what becomes live and what stays."""

import gzip
import time
import zlib
from collections.abc import Callable
from typing import Any

import brotli  # type: ignore[import-untyped]  # It brings no types of its own.
import pytest
import zstandard

PAGE = b"<!DOCTYPE html><p>One \xc3\xa5 [Flattr=7] and [Flattr=999] here.</p>"
BEFORE, AFTER = PAGE.split(b"[Flattr=7]")
LINK = b'<a href="https://flattr.internal/give/7?p='


def is_live(body: bytes) -> bool:
    return (
        body.startswith(BEFORE + LINK)
        and body.endswith(b"</a>" + AFTER)
        and body.count(b"<a ") == 1
    )


@pytest.mark.usefixtures("each_arrival")
async def test_a_text_tag_becomes_a_button_over_https(site: Any, reader: Any) -> None:
    site.add("/", PAGE)

    assert is_live((await reader.get("https://site.test/")).body)


@pytest.mark.usefixtures("each_arrival")
async def test_a_text_tag_becomes_a_button_over_http(site: Any, reader: Any) -> None:
    site.add("/", PAGE)

    assert is_live((await reader.get("http://plain.test/")).body)


@pytest.mark.usefixtures("each_arrival")
async def test_a_text_tag_in_xhtml_becomes_a_button(site: Any, reader: Any) -> None:
    page = b'<html xmlns="http://www.w3.org/1999/xhtml"><![CDATA[[Flattr=7]]]></html>'
    site.add("/", page, content_type="application/xhtml+xml")
    body = (await reader.get("https://site.test/")).body
    before, after = page.split(b"[Flattr=7]")

    assert body.startswith(before + b"]]>" + LINK)
    assert body.endswith(b"</a><![CDATA[" + after)


@pytest.mark.usefixtures("each_arrival")
async def test_a_feed_is_left_alone(site: Any, reader: Any) -> None:
    page = b'<feed xmlns="http://www.w3.org/2005/Atom"><title>[Flattr=7]</title></feed>'
    site.add("/", page, content_type="application/xhtml+xml")

    assert page == (await reader.get("https://site.test/")).body


def deflate_raw(data: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(data) + stream.flush()


@pytest.mark.usefixtures("each_arrival")
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


@pytest.mark.usefixtures("each_arrival")
async def test_a_page_without_a_text_tag_keeps_every_byte(
    site: Any, reader: Any
) -> None:
    body = bytes(range(256)) * 300
    site.add("/", body)

    assert body == (await reader.get("https://site.test/")).body


@pytest.mark.usefixtures("each_arrival")
async def test_a_rewritten_page_has_a_weak_etag_and_no_digest(
    site: Any, reader: Any
) -> None:
    policy = "default-src 'none'; sandbox"
    site.add(
        "/",
        PAGE,
        'ETag: "abc"',
        "Repr-Digest: sha-256=:x:",
        "Content-Digest: sha-256=:x:",
        "Digest: sha-256=x",
        "Accept-Ranges: bytes",
        "Vary: Accept-Encoding",
        f"Content-Security-Policy: {policy}",
        "X-Own: kept",
    )

    page = await reader.get("https://site.test/")

    assert page.headers.pop("content-length", str(len(page.body))) == str(
        len(page.body)
    )
    assert page.headers.pop("transfer-encoding", "chunked") == "chunked"
    assert page.headers == {
        "content-type": "text/html; charset=utf-8",
        "etag": 'W/"abc"',
        "vary": "Accept-Encoding, Sec-Fetch-Dest",
        "content-security-policy": policy,
        "x-own": "kept",
        "connection": "close",
    }
    assert b"target=" not in page.body


async def test_a_whole_page_without_a_text_tag_leaves_as_it_came(
    site: Any, reader: Any
) -> None:
    body = gzip.compress(b"<p>Nothing to see [here].</p>" * 99, 9)
    site.add("/", body, "Content-Encoding: gzip", 'ETag: "abc"', "Digest: x")

    page = await reader.get("https://site.test/")

    assert page.body == body
    assert page.headers == {
        "content-type": "text/html; charset=utf-8",
        "content-encoding": "gzip",
        "content-length": str(len(body)),
        "etag": '"abc"',
        "digest": "x",
        "connection": "close",
    }


@pytest.mark.usefixtures("each_arrival")
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


@pytest.mark.usefixtures("each_arrival")
async def test_what_a_script_fetches_is_left_alone(site: Any, reader: Any) -> None:
    site.add("/", PAGE)

    page = await reader.get("https://site.test/", Sec_Fetch_Dest="empty")

    assert page.body == PAGE


@pytest.mark.usefixtures("each_arrival")
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


@pytest.mark.usefixtures("each_arrival")
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


async def test_http_2_carries_a_live_page(site: Any, curl: Any) -> None:
    site.pieces["/"] = [
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n",
        b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"%x\r\n%s\r\n0\r\n\r\n" % (len(PAGE), PAGE),
    ]

    out = await curl("--http2", "-w", "%{http_version}", "https://site.test/")

    assert out.endswith(b"2")
    assert is_live(out[:-1])
