"""Requests hidden in others: what one parser takes for a body, and the next does not.

What is hidden here is worth hiding: a confirmation with a good ticket and the cookie of
the paired browser. If it were ever read as a request of its own, it would be a flattr;
sent plainly, after each attack, it is one.
"""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from smuggling import HIDDEN, LAST, Upstream, around, upstream_site
from wire import PATIENCE_SECONDS, Wire

GATEWAY = "flattr.internal"


@pytest.mark.parametrize("method", [b"POST", b"GET"])
async def test_a_confirmation_inside_another_request_is_none(
    wire: Wire, api: Any, new_confirmation: Any, method: bytes
) -> None:
    start = b"%b / HTTP/1.1\r\nHost: flattr.internal\r\n" % method
    last = LAST % GATEWAY.encode()
    confirmation = await new_confirmation()

    for kind, (head, rest) in around(confirmation).items():
        await wire.through(GATEWAY, start + head + b"\r\n\r\n" + rest + last)
        assert [] == api.flattrs, kind

    # Its ticket is as good as new: so it was not even looked at.
    plain = await wire.through(GATEWAY, confirmation + last)
    assert b"<h1>Flattred</h1>" in plain
    assert 1 == len(api.flattrs)


@pytest.fixture
async def upstream(certified: Any) -> AsyncIterator[Upstream]:
    async with upstream_site(certified.chain) as upstream:
        yield upstream


@pytest.fixture
def settings(settings: Any, upstream: Upstream) -> Any:
    there = {
        "plain.test": ("127.0.0.1", upstream.port),
        "site.test": ("127.0.0.1", upstream.secure_port),
    }
    return dataclasses.replace(settings, local_sites=settings.local_sites | there)


async def test_a_site_sees_no_request_but_those_that_were_made(
    wire: Wire, upstream: Upstream
) -> None:
    start = b"POST http://plain.test/ HTTP/1.1\r\nHost: plain.test\r\n"
    last = (LAST % b"plain.test").replace(b"/last", b"http://plain.test/last")

    for kind, (head, rest) in around(HIDDEN).items():
        await wire.plainly(start + head + b"\r\n\r\n" + rest + last)
        assert {"/", "/last"} >= {path for path, _ in upstream.asked}, kind

    await wire.plainly(HIDDEN.replace(b"/hidden", b"http://plain.test/hidden") + last)
    assert "/hidden" == upstream.asked[-2][0]


START = [
    (":method", "POST"),
    (":scheme", "https"),
    (":authority", "site.test"),
    (":path", "/"),
]


def changed(name: str, value: str) -> list[tuple[str, str]]:
    """Return the head of a request with another pseudo-header."""
    return [(each, value if each == name else old) for each, old in START]


@pytest.mark.parametrize("size", [100, 60_000])
async def test_a_body_that_does_not_say_how_long_it_is_stays_one(
    wire: Wire, upstream: Upstream, size: int
) -> None:
    """HTTP/2 ends a body with its stream; HTTP/1.1 has to be told where it ends."""
    body = HIDDEN.ljust(size)

    status = await wire.by_http2("site.test", START, body)

    assert "200" == status
    assert [("/", body)] == upstream.asked


@pytest.mark.parametrize(
    "headers",
    [
        [*START, ("content-length", "0")],
        [*START, ("transfer-encoding", "chunked")],
        [*START, ("x", "y\r\n\r\nGET /hidden HTTP/1.1")],
        [*START, ("x", "y\nhidden: 1")],
        [*START, ("x", "y\rhidden: 1")],
        [*START, ("x", "y\x00")],
        [*START, ("x: y\r\nhidden", "1")],
        [*START, ("host", "plain.test")],
        [*START, (":authority", "plain.test")],
        changed(":path", "/ HTTP/1.1\r\nhidden: 1\r\nx: "),
        changed(":path", "/hidden HTTP/1.1\r\n\r\n"),
        changed(":method", "GET /hidden HTTP/1.1\r\n\r\nGET"),
        changed(":authority", "site.test\r\n\r\nGET /hidden HTTP/1.1"),
        changed(":scheme", "https://site.test/hidden?"),
    ],
)
async def test_what_http_2_can_say_and_http_1_cannot_goes_nowhere(
    wire: Wire, upstream: Upstream, headers: list[tuple[str, str]]
) -> None:
    status = await wire.by_http2("site.test", headers, HIDDEN)
    nothing = list(upstream.asked)
    plain = await wire.by_http2("site.test", START, b"x")

    assert "200" != status
    assert [] == nothing
    assert "200" == plain
    assert [("/", b"x")] == upstream.asked


async def test_an_upload_of_unknown_length_is_passed_on_as_it_comes(
    reader: Any, upstream: Upstream
) -> None:
    """A page could send one without an end, and fill this computer's memory."""

    async def in_pieces() -> AsyncIterator[bytes]:
        yield b"first, "
        await upstream.begun.wait()
        yield b"last"

    async with asyncio.timeout(5):
        await reader.get("http://plain.test/", method="POST", data=in_pieces())

    assert [("/", b"first, last")] == upstream.asked


async def test_nothing_large_is_gathered_for_the_gateway(reader: Any) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield bytes(10_000)

    with pytest.raises(aiohttp.ClientError):
        await reader.get(f"https://{GATEWAY}/", method="POST", data=endless())


async def test_an_upload_that_is_refused_ends_its_connection(
    wire: Wire, upstream: Upstream
) -> None:
    """Else what follows could be read as more, and the connection would stay open."""
    head = b"POST / HTTP/1.1\r\nHost: nonsense.test\r\nContent-Length: 66000\r\n\r\n"

    # The client does not close: who answers and waits would be found by the time.
    async with asyncio.timeout(PATIENCE_SECONDS - 1):
        for body in (HIDDEN, HIDDEN.ljust(66_000, b" "), bytes(66_000) + HIDDEN):
            answered = await wire.through("nonsense.test", head + body)

            assert answered.startswith(b"HTTP/1.1 502 ")
            assert 1 == answered.count(b"HTTP/1.1 ")
    assert [] == upstream.asked
