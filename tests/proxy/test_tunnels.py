"""TLS that the proxy does not open: the site's own certificate reaches the client."""

import asyncio
import ssl
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import aiohttp
import pytest

PAGE = b"<p>One [Flattr=7].</p>"
LINK = b'<a href="https://flattr.internal/give/7?p='


@pytest.fixture
def pinned(certified: Any) -> ssl.SSLContext:
    """Take the site's own certificate and no other."""
    context = ssl.create_default_context(cafile=certified.ca)
    # It has all that browsers ask for, but names no key identifiers.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    # Else this library and the browser's, which are one here, could not be told apart.
    context.set_ciphers("ECDHE+AESGCM")
    return context


@pytest.fixture
def page(site: Any) -> None:
    site.add("/", PAGE)


@pytest.mark.parametrize("line", ["site.test", "*.test"])
async def test_an_opted_out_host_shows_its_own_certificate(
    page: None, reader: Any, pinned: ssl.SSLContext, tmp_path: Path, line: str
) -> None:
    (tmp_path / "opt-out.txt").write_text(f"{line}\n")
    reader.tls = pinned

    assert PAGE == (await reader.get("https://site.test/")).body


async def test_a_host_that_is_only_named_in_the_greeting_is_left_alone_too(
    page: None, reader: Any, pinned: ssl.SSLContext, tmp_path: Path
) -> None:
    (tmp_path / "opt-out.txt").write_text("site.test\n")
    reader.tls = pinned

    async with reader.session.get(
        "https://untrusted.test/",
        proxy=reader._proxy.url,
        ssl=pinned,
        server_hostname="site.test",
    ) as response:
        body = await response.read()

    assert PAGE == body


async def test_an_opted_out_page_without_tls_is_left_alone(
    page: None, reader: Any, tmp_path: Path
) -> None:
    (tmp_path / "opt-out.txt").write_text("plain.test\n")

    assert PAGE == (await reader.get("http://plain.test/")).body


def fetch(proxy: str, tls: ssl.SSLContext) -> bytes:
    """Read the page as a program that says by an alert what it does not like."""
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({"https": proxy}),
        urllib.request.HTTPSHandler(context=tls),
    )
    with opener.open("https://site.test/", timeout=10) as response:
        body: bytes = response.read()
        return body


async def test_a_client_that_refuses_our_certificate_once_is_let_through(
    page: None, reader: Any, proxy: Any, pinned: ssl.SSLContext
) -> None:
    with pytest.raises(urllib.error.URLError):
        await asyncio.to_thread(fetch, proxy.url, pinned)
    seen = await asyncio.to_thread(fetch, proxy.url, pinned)
    beside = (await reader.get("https://site.test/")).body

    assert PAGE == seen
    assert LINK in beside


async def test_a_client_that_leaves_without_a_word_is_let_through_the_third_time(
    page: None, reader: Any, pinned: ssl.SSLContext
) -> None:
    ours, reader.tls = reader.tls, pinned
    for _ in range(2):
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await reader.get("https://site.test/")
    seen = (await reader.get("https://site.test/")).body
    reader.tls = ours
    beside = (await reader.get("https://site.test/")).body

    assert PAGE == seen
    assert LINK in beside


async def test_a_tunnel_leads_to_public_addresses_only(
    site: Any, reader: Any, pinned: ssl.SSLContext
) -> None:
    reader.tls = pinned

    with pytest.raises(aiohttp.ClientError):
        await reader.get(f"https://localhost:{site.secure_port}/")

    assert [] == site.heads


async def test_the_gateway_is_never_tunnelled_to(reader: Any, tmp_path: Path) -> None:
    (tmp_path / "opt-out.txt").write_text("flattr.internal\n")

    page = await reader.get("https://flattr.internal/")

    # It is answered, and refuses whoever does not navigate.
    assert 403 == page.status
