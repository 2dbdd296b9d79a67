"""Sites that speak HTTP/2, which the proxy does where the browser does."""

from typing import Any

import pytest

PAGE = b"<p>Read [Flattr=7] on.</p>"
HTML = [("content-type", "text/html"), ("etag", '"a"')]


@pytest.mark.parametrize(
    "pieces", [[PAGE], [PAGE[:9], PAGE[9:]], [PAGE, b""]], ids=["whole", "cut", "end"]
)
async def test_a_page_becomes_live(http2: Any, curl: Any, pieces: list[bytes]) -> None:
    http2.pages["/"] = HTML, pieces

    out = await curl("--http2", "https://other.test/")

    assert out.startswith(b'<p>Read <a href="https://flattr.internal/give/7?')
    assert out.endswith(b"</a> on.</p>")


@pytest.mark.parametrize(
    ("pieces", "etag"),
    [([b"<p>No tag</p>"], b'"a"'), ([b"<p>No", b" tag</p>"], b'W/"a"')],
)
async def test_only_a_page_in_pieces_leaves_before_its_text_is_known(
    http2: Any, curl: Any, pieces: list[bytes], etag: bytes
) -> None:
    http2.pages["/"] = HTML, pieces

    out = await curl("--http2", "-i", "https://other.test/")

    assert b"\r\netag: %b\r\n" % etag in out
    assert out.endswith(b"\r\n\r\n<p>No tag</p>")


async def test_requests_at_once_share_the_connection_that_is_being_opened(
    http2: Any, curl: Any
) -> None:
    """A sixth connection to the same place would wait for the others to end."""
    http2.pages["/"] = HTML, [PAGE]

    out = await curl("--http2", "-Z", *["https://other.test/"] * 9)

    assert 9 == out.count(b"https://flattr.internal/give/7?")
    assert 1 == http2.opened
