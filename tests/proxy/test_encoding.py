"""Pages for browsers across a network leave in the encodings in which they came."""

from collections.abc import Callable
from typing import Any

import pytest
from mitmproxy.http import Headers, HTTPFlow
from mitmproxy.test.tflow import tflow
from mitmproxy.test.tutils import treq, tresp

from overallt.proxy.decoding import decoder_for
from overallt.proxy.encoding import encoder_for

PAGE = b"<!DOCTYPE html><p>One [Flattr=7] here.</p>"
LINK = b'<a href="https://flattr.internal/give/7?p='
ENCODINGS = ["gzip", "deflate", "br", "zstd", "br, gzip", "x-gzip"]
ELSEWHERE = "192.0.2.7"


def decoded(encoding: str, data: bytes) -> bytes:
    decoder = decoder_for(encoding)
    assert decoder is not None
    return decoder.feed(data)


def flow_to(browser: str, encoding: str) -> HTTPFlow:
    """Return what mitmproxy would tell of a page for *browser*, an address."""
    encoder = encoder_for(encoding)
    body = encoder.feed(PAGE) + encoder.close()
    headers = Headers(
        Content_Type="text/html", Content_Encoding=encoding, ETag='"a"', Digest="x"
    )
    response = tresp(headers=headers, content=body)
    flow = tflow(req=treq(method="GET", host="site.test"), resp=response)
    flow.client_conn.peername = (browser, 12345)
    return flow


def whole(addon: Any, flow: HTTPFlow) -> bytes:
    addon.responseheaders(flow)
    addon.response(flow)
    assert flow.response is not None
    return flow.response.raw_content or b""


def in_pieces(addon: Any, flow: HTTPFlow) -> bytes:
    response = flow.response
    assert response is not None
    body = response.raw_content or b""
    response.timestamp_end = None
    addon.responseheaders(flow)
    stream: Any = response.stream
    pieces = [body[at : at + 7] for at in range(0, len(body), 7)]
    return b"".join(part for piece in [*pieces, b""] for part in stream(piece))


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("way", [whole, in_pieces])
async def test_a_page_for_another_machine_is_encoded_again(
    proxy: Any, way: Callable[[Any, HTTPFlow], bytes], encoding: str
) -> None:
    flow = flow_to(ELSEWHERE, encoding)
    body = way(proxy.addon, flow)

    assert flow.response is not None
    assert LINK in decoded(encoding, body)
    assert flow.response.headers["content-encoding"] == encoding
    assert flow.response.headers["etag"] == 'W/"a"'
    assert "digest" not in flow.response.headers


@pytest.mark.parametrize("here", ["127.0.0.1", "127.1.2.3", "::1"])
@pytest.mark.parametrize("way", [whole, in_pieces])
async def test_a_page_for_this_machine_is_not(
    proxy: Any, way: Callable[[Any, HTTPFlow], bytes], here: str
) -> None:
    flow = flow_to(here, "gzip")
    body = way(proxy.addon, flow)

    assert flow.response is not None
    assert LINK in body
    assert "content-encoding" not in flow.response.headers
