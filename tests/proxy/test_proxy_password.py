"""A proxy with a password serves nobody without it."""

from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from overallt.proxy.settings import ProxySettings

PASSWORD = "a-password-of-many-signs"


@pytest.fixture
def settings(settings: ProxySettings) -> ProxySettings:
    return replace(settings, sign_in=f"overallt:{PASSWORD}")


async def status(reader: Any, proxy: Any, url: str, password: str) -> int:
    sent = aiohttp.encode_basic_auth("overallt", password)
    # A tunnel is asked for with the one, a page without TLS with the other.
    tunnelled = url.startswith("https:")
    where = "proxy_headers" if tunnelled else "headers"
    try:
        async with reader.session.get(
            url,
            proxy=proxy.url,
            ssl=reader.tls,
            **{where: {"Proxy-Authorization": sent}},
        ) as response:
            await response.read()
            number: int = response.status
            return number
    except aiohttp.ClientHttpProxyError as refused:
        return refused.status


@pytest.mark.parametrize("url", ["http://plain.test/", "https://site.test/"])
@pytest.mark.parametrize("password", ["", "another", PASSWORD.upper()])
async def test_nobody_reads_without_the_password(
    site: Any, reader: Any, proxy: Any, url: str, password: str
) -> None:
    site.add("/", b"page")

    assert 407 == await status(reader, proxy, url, password)
    assert [] == site.heads


@pytest.mark.parametrize(
    "url", ["http://flattr.internal/", "https://flattr.internal/pair/code"]
)
async def test_the_gateway_is_closed_without_the_password(
    reader: Any, proxy: Any, url: str
) -> None:
    assert 407 == await status(reader, proxy, url, "another")


@pytest.mark.parametrize("url", ["http://plain.test/", "https://site.test/"])
async def test_with_it_pages_come_and_sites_do_not_see_it(
    site: Any, reader: Any, proxy: Any, url: str
) -> None:
    site.add("/", b"page")

    assert 200 == await status(reader, proxy, url, PASSWORD)
    assert "authorization" not in site.heads[0].lower()


def test_settings_that_are_printed_keep_the_password(settings: ProxySettings) -> None:
    assert PASSWORD not in repr(settings)
