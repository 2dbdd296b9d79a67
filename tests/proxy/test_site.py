"""An owner's own site behind its proxy: buttons for every visitor, without a proxy."""

import asyncio
import dataclasses
import gzip
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from certified import certify
from loopback import answering, free_port
from own_site import SERVER, own_site, settings_for

PAGE = b"<!DOCTYPE html><p>One \xc3\xa5 [Flattr=7] and [Flattr=999] here.</p>"
BEFORE, AFTER = PAGE.split(b"[Flattr=7]")
LINK = f'<a href="{SERVER}/thing/7" target="_blank" rel="noopener"><svg '.encode()


def is_live(body: bytes) -> bool:
    return (
        body.startswith(BEFORE + LINK)
        and body.endswith(b"</svg></a>" + AFTER)
        and body.count(b"<a ") == 1
    )


async def curl(port: int, *arguments: str, scheme: str = "http") -> Any:
    """Visit the site by its name as curl does; return how it ended and what it got."""
    process = await asyncio.create_subprocess_exec(
        *("curl", "-s", "-m", "5", "--resolve", f"site.test:{port}:127.0.0.1"),
        *(*arguments, f"{scheme}://site.test:{port}/"),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    return process.returncode, out


@pytest.mark.usefixtures("each_arrival")
@pytest.mark.parametrize("http_version", ["--http1.0", "--http1.1"])
async def test_a_text_tag_becomes_a_link_to_its_things_page(
    site: Any, tmp_path: Path, http_version: str
) -> None:
    site.add("/", PAGE)

    async with own_site(settings_for(site.port), tmp_path) as port:
        code, out = await curl(port, http_version)

    assert 0 == code
    assert is_live(out)


async def test_a_username_leads_to_the_thing_of_that_user(
    site: Any, tmp_path: Path
) -> None:
    site.add("/", b"<p>[Flattr=Ada]")

    async with own_site(settings_for(site.port), tmp_path) as port:
        _, out = await curl(port)

    assert f'href="{SERVER}/thing/ada"'.encode() in out


@pytest.mark.usefixtures("each_arrival")
@pytest.mark.parametrize("http_version", ["--http1.1", "--http2"])
async def test_with_a_certificate_it_speaks_tls(
    site: Any, certified: Any, tmp_path: Path, http_version: str
) -> None:
    site.add("/", PAGE)
    settings = settings_for(site.port)
    settings = dataclasses.replace(settings, certificate=certified.chain)

    async with own_site(settings, tmp_path) as port:
        ca = ("--cacert", str(certified.ca))
        code, out = await curl(port, *ca, http_version, scheme="https")
        plain, nothing = await curl(port)

    assert 0 == code
    assert is_live(out)
    assert (0, b"") != (plain, nothing)
    assert 1 == len(site.heads)


async def test_without_a_certificate_it_speaks_no_tls(
    site: Any, tmp_path: Path
) -> None:
    site.add("/", PAGE)

    async with own_site(settings_for(site.port), tmp_path) as port:
        code, _ = await curl(port, "-k", scheme="https")

    assert 0 != code
    assert [] == site.heads


async def test_a_renewed_certificate_is_shown_from_then_on(
    certified: Any, site: Any, tmp_path: Path
) -> None:
    site.add("/", PAGE)
    file = tmp_path / "site.pem"
    renewed = certify(tmp_path)
    settings = dataclasses.replace(settings_for(site.port), certificate=file)
    seen = []

    file.write_bytes(certified.chain.read_bytes())
    async with own_site(settings, tmp_path) as port:
        # While it is being written the one before it is still good.
        for content, ca in (
            (certified.chain.read_bytes(), certified.ca),
            (b"half a certifica", certified.ca),
            (renewed.chain.read_bytes(), renewed.ca),
        ):
            file.write_bytes(content)
            code, _ = await curl(port, "--cacert", str(ca), scheme="https")
            seen.append(code)

    assert [0, 0, 0] == seen


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
@pytest.mark.usefixtures("each_arrival")
async def test_a_page_leaves_in_the_encoding_in_which_it_came(
    site: Any, tmp_path: Path, encoding: str
) -> None:
    """Between us and the reader may be a web server of this machine, and an ocean."""
    coded = {"gzip": gzip.compress(PAGE), "identity": PAGE}[encoding]
    site.add("/", coded, f"Content-Encoding: {encoding}", 'ETag: "1"')

    async with own_site(settings_for(site.port), tmp_path) as port:
        _, out = await curl(port, "-i")

    head, _, body = out.partition(b"\r\n\r\n")
    assert f"content-encoding: {encoding}".encode() in head.lower()
    assert b'etag: w/"1"' in head.lower()
    assert is_live(gzip.decompress(body) if encoding == "gzip" else body)


@pytest.mark.usefixtures("each_arrival")
@pytest.mark.parametrize(
    "page",
    [
        b"<p>[Flattr=999] [[Flattr=7]] <code>[Flattr=7]</code>",
        b'<meta name="overallt" content="off"><p>[Flattr=7]',
        b'<a class="FlattrButton" href="https://blog.test/bread">How to bake it</a>',
    ],
    ids=["unknown or written about", "off", "old markup"],
)
async def test_all_else_passes_byte_for_byte(
    site: Any, tmp_path: Path, page: bytes
) -> None:
    site.add("/", page)

    async with own_site(settings_for(site.port), tmp_path) as port:
        _, out = await curl(port)

    assert page == out


async def test_in_a_sandboxed_page_the_link_stays_in_its_window(
    site: Any, tmp_path: Path
) -> None:
    site.add("/", PAGE, "Content-Security-Policy: sandbox")

    async with own_site(settings_for(site.port), tmp_path) as port:
        _, out = await curl(port)

    assert BEFORE + LINK.replace(b' target="_blank"', b"") in out


async def test_there_are_no_more_buttons_than_allowed(
    site: Any, tmp_path: Path
) -> None:
    site.add("/", b"[Flattr=7] " * 3)
    settings = dataclasses.replace(settings_for(site.port), max_buttons=2)

    async with own_site(settings, tmp_path) as port:
        _, out = await curl(port)

    assert 2 == out.count(b"<a ")
    assert out.endswith(b" [Flattr=7] ")


@pytest.mark.parametrize("name", ["www.paypal.com", "intranet", "flattr.internal"])
async def test_it_is_the_owners_site_whatever_its_name(
    site: Any, tmp_path: Path, name: str
) -> None:
    """No list of a patron's, and no gateway, has a say in it."""
    site.add("/", PAGE)

    async with own_site(settings_for(site.port), tmp_path) as port:
        _, out = await curl(port, "-H", f"Host: {name}")

    assert is_live(out)
    assert f"\r\nHost: {name}\r\n" in site.heads[0]


async def test_a_websocket_passes(tmp_path: Path) -> None:
    async def answer(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            await socket.send_str(f"{message.data}, too")
        return socket

    async with answering(answer) as url:
        upstream = settings_for(int(url.rpartition(":")[2]))
        async with (
            own_site(upstream, tmp_path) as port,
            aiohttp.ClientSession() as session,
            session.ws_connect(f"http://127.0.0.1:{port}/") as socket,
        ):
            await socket.send_str("me")
            said = await socket.receive_str(timeout=5)

    assert "me, too" == said


async def test_an_https_upstream_must_be_the_one_that_is_meant(
    site: Any, certified: Any, tmp_path: Path
) -> None:
    site.add("/", PAGE)
    unverified = settings_for(site.secure_port, scheme="https")
    verified = dataclasses.replace(unverified, upstream_ca=certified.ca)

    async with own_site(unverified, tmp_path) as port:
        _, refused = await curl(port)
    nothing = list(site.heads)
    async with own_site(verified, tmp_path) as port:
        _, out = await curl(port)

    assert b"502 Bad Gateway" in refused
    assert [] == nothing
    assert is_live(out)


async def test_an_upstream_that_is_away_is_not_described(tmp_path: Path) -> None:
    away = free_port()

    async with own_site(settings_for(away), tmp_path) as port:
        _, out = await curl(port, "-i")

    assert out.startswith(b"HTTP/1.1 502 Bad Gateway\r\n")
    assert str(away).encode() not in out
    assert b"mitmproxy" not in out
