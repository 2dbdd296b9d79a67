"""Visitors who mean ill: the proxy of a site leads to that site and nowhere else."""

import asyncio
import dataclasses
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from mitmproxy.connection import Server
from mitmproxy.proxy.server_hooks import ServerConnectionHookData
from mitmproxy.test.tflow import tclient_conn, tflow
from own_site import addon_for, own_site, settings_for
from raw_site import Site
from smuggling import HIDDEN, LAST, Upstream, around, upstream_site
from wire import Wire

PAGE = b"<p>Nothing to see"


@pytest.fixture
async def neighbour(certified: Any) -> AsyncIterator[Upstream]:
    """Another server on the same machine, which no visitor may reach."""
    async with upstream_site(certified.chain) as neighbour:
        yield neighbour


@pytest.fixture
async def wire(site: Site, certified: Any, tmp_path: Path) -> AsyncIterator[Wire]:
    site.add("/", PAGE)
    async with own_site(settings_for(site.port), tmp_path) as port:
        yield Wire(port, certified.ca)


@pytest.mark.parametrize(
    "said",
    [
        b"GET http://{there}/ HTTP/1.1\r\nHost: {there}\r\n",
        b"GET http://{there}/ HTTP/1.1\r\nHost: site.test\r\n",
        b"GET http://{there}/ HTTP/1.0\r\n",
        b"GET https://{there}/ HTTP/1.1\r\nHost: site.test\r\n",
        b"GET http://site.test@{there}/ HTTP/1.1\r\nHost: site.test\r\n",
        b"GET //{there}/ HTTP/1.1\r\nHost: {there}\r\n",
        b"GET @{there}/ HTTP/1.1\r\nHost: site.test\r\n",
        b"GET / HTTP/1.1\r\nHost: {there}\r\n",
        b"GET / HTTP/1.1\r\nHost: site.test\r\nHost: {there}\r\n",
        b"GET / HTTP/1.1\r\nHost: site.test\r\nX-Forwarded-Host: {there}\r\n",
        b"CONNECT {there} HTTP/1.1\r\nHost: {there}\r\n\r\nGET / HTTP/1.1\r\n",
        b"GET https://flattr.internal/ HTTP/1.1\r\nHost: flattr.internal\r\n",
        b"\x05\x01\x00\x05\x01\x00\x01\x7f\x00\x00\x01\x00\x50",
        b"GET http://{there}/ HTTP/2.0\r\nHost: site.test\r\n",
    ],
)
async def test_nothing_a_visitor_says_leads_elsewhere(
    certified: Any, neighbour: Upstream, tmp_path: Path, said: bytes
) -> None:
    there = f"127.0.0.1:{neighbour.port}".encode()
    last = b"Connection: close\r\n\r\n"

    async with (
        upstream_site(certified.chain) as upstream,
        own_site(settings_for(upstream.port), tmp_path) as port,
    ):
        wire = Wire(port, certified.ca)
        answer = await wire.plainly(said.replace(b"{there}", there) + last)

    assert b"HTTP/1." == answer[:7]
    assert [] == neighbour.asked


async def test_an_address_in_the_request_line_is_no_order_to_the_upstream(
    wire: Wire, site: Site
) -> None:
    """As it stands it would ask the owner's web server to be a proxy itself."""
    said = b"GET http://other.test/ HTTP/1.1\r\nHost: site.test\r\n\r\n"

    await wire.plainly(said)

    assert site.heads[0].startswith("GET / HTTP/1.1\r\n")
    assert ["Host: other.test"] == [
        line for line in site.heads[0].split("\r\n") if line.lower().startswith("host:")
    ]


def test_whatever_else_may_lead_there_no_other_server_is_connected_to(
    tmp_path: Path,
) -> None:
    addon = addon_for(settings_for(8000), tmp_path)
    data = {
        port: ServerConnectionHookData(
            Server(address=("127.0.0.1", port)), tclient_conn()
        )
        for port in (8000, 8001)
    }

    for each in data.values():
        addon.server_connect(each)

    assert data[8000].server.error is None
    assert data[8001].server.error is not None


def test_the_upstream_is_told_who_a_visitor_is(tmp_path: Path) -> None:
    addon = addon_for(settings_for(8000), tmp_path)
    flow = tflow()
    flow.client_conn.peername = ("203.0.113.7", 50000)
    flow.request.headers["X-Forwarded-For"] = "127.0.0.1"

    addon.requestheaders(flow)

    assert "203.0.113.7" == flow.request.headers["X-Forwarded-For"]


async def test_a_greeting_with_anothers_name_leads_to_the_site(
    site: Site, certified: Any, tmp_path: Path
) -> None:
    site.add("/", PAGE)
    settings = settings_for(site.secure_port, scheme="https")
    settings = dataclasses.replace(
        settings, upstream_ca=certified.ca, certificate=certified.chain
    )
    trusting = ssl.create_default_context()
    trusting.check_hostname = False
    trusting.verify_mode = ssl.CERT_NONE

    async with own_site(settings, tmp_path) as port:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", port, ssl=trusting, server_hostname="rebinding.test"
        )
        writer.write(b"GET / HTTP/1.1\r\nHost: rebinding.test\r\n\r\n")
        answer = await reader.read()
        writer.transport.abort()

    assert answer.endswith(PAGE)


async def test_a_head_without_an_end_is_refused(wire: Wire, site: Site) -> None:
    endless = b"GET / HTTP/1.1\r\nHost: site.test\r\nX: " + b"x" * 100_000

    answer = await wire.plainly(endless)

    assert answer.startswith(b"HTTP/1.1 431 ")
    assert [] == site.heads


async def test_who_goes_on_before_he_is_answered_is_cut_off(
    wire: Wire, site: Site
) -> None:
    site.pieces["/slow"] = [0.5, b"HTTP/1.1 200 OK\r\n\r\n"]
    request = b"GET /slow HTTP/1.1\r\nHost: site.test\r\n\r\n"

    patient = await wire.plainly(request)
    impatient = await wire.plainly(request + bytes(300_000))

    assert patient.startswith(b"HTTP/1.1 200 OK")
    assert b"" == impatient


async def test_a_long_head_that_ends_is_none(wire: Wire, site: Site) -> None:
    long = b"GET / HTTP/1.1\r\nHost: site.test\r\nX: " + b"x" * 50_000

    answer = await wire.plainly(long + b"\r\n\r\n")

    assert answer.endswith(PAGE)


async def test_the_upstream_sees_no_request_but_those_that_were_made(
    neighbour: Upstream, certified: Any, tmp_path: Path
) -> None:
    start = b"POST / HTTP/1.1\r\nHost: plain.test\r\n"
    last = LAST % b"plain.test"

    async with own_site(settings_for(neighbour.port), tmp_path) as port:
        wire = Wire(port, certified.ca)
        for kind, (head, rest) in around(HIDDEN).items():
            await wire.plainly(start + head + b"\r\n\r\n" + rest + last)
            assert {"/", "/last"} >= {path for path, _ in neighbour.asked}, kind
        await wire.plainly(HIDDEN + last)

    assert "/hidden" == neighbour.asked[-2][0]
