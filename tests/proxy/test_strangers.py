"""Other programs, users and devices on the proxy, which can say whatever they like.

They have seen a confirmation of the paired browser, ticket, cookie and all, or a part
of it. Each test ends with the same confirmation on its own way, which is a flattr.
"""

import asyncio
import re
from typing import Any

import pytest
from wire import Wire

GATEWAY = "flattr.internal"
TITLE = re.compile(rb"<h1>(.*?)</h1>")
CLOSING = b"GET / HTTP/1.1\r\nHost: flattr.internal\r\nConnection: close\r\n\r\n"


def to(host: bytes, confirmation: bytes) -> bytes:
    """Name another host in the request itself."""
    return confirmation.replace(b"Host: flattr.internal", b"Host: " + host)


async def test_the_gateway_has_one_way_in(
    wire: Wire, api: Any, new_confirmation: Any
) -> None:
    good = await new_confirmation()
    path = b" /give/7 "
    ways = {
        "another name in the greeting": wire.through(
            GATEWAY, good + CLOSING, sni="site.test"
        ),
        "another tunnel": wire.through("site.test", good + CLOSING, sni=GATEWAY),
        "only the request": wire.through("site.test", good + CLOSING),
        "all but the request": wire.through(GATEWAY, to(b"site.test", good) + CLOSING),
        "a port": wire.through(GATEWAY, to(b"flattr.internal:8443", good) + CLOSING),
        "two hosts": wire.through(
            GATEWAY, to(b"flattr.internal\r\nHost: site.test", good) + CLOSING
        ),
        "no host": wire.through(
            GATEWAY, good.replace(b"Host: flattr.internal\r\n", b"") + CLOSING
        ),
        "a dot": wire.through(f"{GATEWAY}.", good + CLOSING),
        "no TLS": wire.through(GATEWAY, good + CLOSING, tls=False),
        "no tunnel": wire.plainly(good + CLOSING),
        "an https address": wire.plainly(
            good.replace(path, b" https://flattr.internal/give/7 ") + CLOSING
        ),
        "an http address": wire.plainly(
            good.replace(path, b" http://flattr.internal/give/7 ") + CLOSING
        ),
    }

    for way, answer in ways.items():
        assert b"<h1>Flattred" not in await answer, way
        assert [] == api.flattrs, way

    assert b"<h1>Flattred</h1>" in await wire.through(GATEWAY, good + CLOSING)
    assert 1 == len(api.flattrs)


@pytest.mark.parametrize(
    ("tunnel", "authority"), [(GATEWAY, "site.test"), ("site.test", GATEWAY)]
)
async def test_http_2_has_the_same_one(
    wire: Wire, api: Any, new_confirmation: Any, tunnel: str, authority: str
) -> None:
    good = await new_confirmation()
    head, _, body = good.decode().partition("\r\n\r\n")
    lines = (line.split(": ", 1) for line in head.split("\r\n")[2:])
    pseudo = {":method": "POST", ":scheme": "https", ":path": "/give/7"}
    said = [*pseudo.items(), (":authority", authority)]
    said += [(name.lower(), value) for name, value in lines]

    status = await wire.by_http2(tunnel, said, body.encode())
    nothing = list(api.flattrs)
    own = [*said[:3], (":authority", GATEWAY), *said[4:]]
    flattred = await wire.by_http2(GATEWAY, own, body.encode())

    assert "421" == status
    assert [] == nothing
    assert "200" == flattred
    assert 1 == len(api.flattrs)


async def test_what_is_no_http_gets_no_answer(wire: Wire) -> None:
    assert b"" == await wire.through(GATEWAY, b"SSH-2.0-x\r\n", tls=False)


async def test_a_stolen_ticket_is_good_in_the_browser_that_was_shown_it_only(
    wire: Wire, api: Any, new_confirmation: Any
) -> None:
    robbed, robber = await new_confirmation(), await new_confirmation()
    ticket = re.compile(rb"ticket=[\w-]+")
    stolen = ticket.sub(ticket.findall(robbed)[0], robber)
    unpaired = re.sub(rb"Cookie: [^\r]*\r\n", b"", robber)

    refused = [
        TITLE.findall(await wire.through(GATEWAY, each + CLOSING))[0]
        for each in (stolen, robbed, unpaired)
    ]
    nothing = list(api.flattrs)
    await wire.through(GATEWAY, robber + CLOSING)

    # Whoever presents it spends it, so that it is good for nobody any more.
    used_up = b"This page is used up"
    assert [used_up, used_up, b"This browser is not paired"] == refused
    assert [] == nothing
    assert 1 == len(api.flattrs)


async def test_a_storm_of_confirmations_is_one_flattr(
    wire: Wire, api: Any, new_confirmation: Any
) -> None:
    good = await new_confirmation()

    await asyncio.gather(*(wire.through(GATEWAY, good * 3 + CLOSING) for _ in range(9)))

    assert 1 == len(api.flattrs)


SPLITTING = [
    "GET /give/7%0d%0aSplit:%201",
    "GET /give/7%0aSplit:%201",
    "GET /give/7?p=%0d%0aSplit:%201",
    "GET /give?url=https://site.test/%0d%0aSplit:%201",
    "GET /given/7%0d%0aSplit:%201",
    "GET /pair/x%0d%0aSplit:%201",
    "POST /give/7%0d%0aSplit:%201",
    "POST /undo/7%0d%0aSplit:%201",
    "POST /subscribe/7%0d%0aSplit:%201",
    "POST /drop/x%0d%0aSplit:%201",
    "POST /ask/site.test%0d%0aSplit:%201",
    "POST /resume/site.test%0d%0aSplit:%201",
]


async def test_no_address_splits_an_answer(
    wire: Wire, api: Any, new_confirmation: Any
) -> None:
    good = await new_confirmation()

    for line in SPLITTING:
        asked = good.replace(b"POST /give/7 ", f"{line} ".encode())
        answer = await wire.through(GATEWAY, asked + CLOSING)
        answers = answer.split(b"HTTP/1.1 ")[1:]
        heads = [each.partition(b"\r\n\r\n")[0] for each in answers]
        assert 2 == len(heads), line
        assert not any(b"\nSplit" in head for head in heads), line

    assert [] == api.flattrs


async def test_a_link_tells_where_its_page_came_from_whatever_the_request_says(
    site: Any, reader: Any, wire: Wire, new_confirmation: Any
) -> None:
    site.add("/song", b"<p>[Flattr=7]</p>")
    page = await reader.get("https://site.test/song", Host="other.test")
    (link,) = re.findall(rb'href="https://flattr.internal(/[^"]*)"', page.body)
    good = await new_confirmation()

    asked = good.replace(b"POST /give/7 ", b"GET %b " % link)
    consent = await wire.through(GATEWAY, asked + CLOSING)

    assert b"<b>site.test</b>/song" in consent
    assert b"other.test" not in consent
