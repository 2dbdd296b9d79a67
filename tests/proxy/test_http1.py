"""Answers of HTTP/1.1 servers with more around them than a head and a body."""

import asyncio
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
    site: Any, proxy: Any, before: bytes, after: bytes, http_version: str
) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
    site.pieces["/"] = [
        before[:20],
        0.01,
        before[20:] + head + b"Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n",
        b"%x\r\n%s\r\n0\r\n%s\r\n" % (len(PAGE), PAGE, after),
    ]
    curl = await asyncio.create_subprocess_exec(
        *("curl", "-s", "-m", "5", http_version, "--cacert", str(proxy.ca)),
        *("-x", proxy.url, "https://site.test/"),
        stdout=asyncio.subprocess.PIPE,
    )

    out, _ = await curl.communicate()

    assert 0 == curl.returncode
    assert out.startswith(b'<p>Read <a href="https://flattr.internal/give/7?')
    assert out.endswith(b"</a> on.</p>")
