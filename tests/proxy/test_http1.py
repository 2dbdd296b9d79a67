"""Answers of HTTP/1.1 servers with more around them than a head and a body."""

from typing import Any

import pytest

PAGE = b"<p>Read [Flattr=7] on.</p>"


@pytest.mark.parametrize("http_version", ["--http1.0", "--http1.1", "--http2"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"", b"X-Sum: 1\r\n"),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n", b""),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n", b""),
    ],
    ids=["trailers", "early hints", "two interim heads"],
)
async def test_what_surrounds_an_answer_does_not_stop_it(
    site: Any, curl: Any, before: bytes, after: bytes, http_version: str
) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
    site.pieces["/"] = [
        before[:20],
        0.01,
        before[20:] + head + b"Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n",
        b"%x\r\n%s\r\n0\r\n%s\r\n" % (len(PAGE), PAGE, after),
    ]

    out = await curl(http_version, "https://site.test/")

    assert out.startswith(b'<p>Read <a href="https://flattr.internal/give/7?')
    assert out.endswith(b"</a> on.</p>")


@pytest.mark.parametrize("kind", [b"text/html", b"text/plain"])
async def test_a_browser_of_http_1_0_hears_of_no_chunks(
    site: Any, curl: Any, kind: bytes
) -> None:
    site.pieces["/"] = [
        b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\n" % kind,
        b"Transfer-Encoding: chunked\r\n\r\n3\r\n<p>\r\n3\r\nabc\r\n0\r\n\r\n",
    ]

    out = await curl("--http1.0", "--raw", "-i", "https://site.test/")
    head, body = out.rsplit(b"\r\n\r\n", 1)

    assert b"Transfer-Encoding" not in head
    assert body == b"<p>abc"


async def test_a_server_of_http_1_0_ends_its_page_with_the_connection(
    site: Any, curl: Any
) -> None:
    site.pieces["/"] = [b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n", PAGE]

    out = await curl("https://site.test/")

    assert out.startswith(b'<p>Read <a href="https://flattr.internal/give/7?')
    assert out.endswith(b"</a> on.</p>")
