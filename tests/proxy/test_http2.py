"""Sites that speak HTTP/2, which the proxy does where the browser does."""

from typing import Any

import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, StreamEnded
from mitmproxy.connection import Client
from mitmproxy.options import Options
from mitmproxy.proxy.context import Context

from overallt.proxy.http2 import ForeseeingHttp2Client

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


def test_what_was_read_at_once_goes_on_at_once() -> None:
    """Each piece of a body would pass through all of mitmproxy's layers by itself."""
    here = _end_here()
    site = H2Connection(H2Configuration(client_side=False))
    _ask_for_two_pages(here, site)
    for stream in (1, 3):
        site.send_headers(stream, [(":status", "200")])
    for stream, piece in ((1, b"one "), (3, b"three"), (1, b"piece"), (1, b"")):
        site.send_data(stream, piece, end_stream=piece == b"", pad_length=2)

    found = here.receive_data(site.data_to_send())

    bodies = [each for each in found if isinstance(each, DataReceived)]
    assert [(1, b"one piece"), (3, b"three")] == [
        (each.stream_id, each.data) for each in bodies
    ]
    # Both ends count the padding and the byte that tells of it, too.
    assert [len(b"one piece") + 9, len(b"three") + 3] == [
        each.flow_controlled_length for each in bodies
    ]
    assert isinstance(found[-1], StreamEnded)
    assert bodies[0].stream_ended is found[-1]


def _end_here() -> H2Connection:
    client = Client(peername=("", 0), sockname=("", 0), timestamp_start=0)
    options = Options()
    # An addon of mitmproxy's adds it, which runs only in a proxy.
    options.add_option("validate_inbound_headers", bool, True, "")  # noqa: FBT003
    connection: H2Connection = ForeseeingHttp2Client(Context(client, options)).h2_conn
    return connection


def _ask_for_two_pages(here: H2Connection, site: H2Connection) -> None:
    here.initiate_connection()
    site.initiate_connection()
    request = {":method": "GET", ":scheme": "https", ":authority": "a", ":path": "/"}
    for stream in (1, 3):
        here.send_headers(stream, [*request.items()], end_stream=True)
    site.receive_data(here.data_to_send())
    here.receive_data(site.data_to_send())
