"""Other ways than an HTTP proxy's for a browser to reach the proxy."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from overallt.proxy.settings import Mode, ProxySettings

PAGE = b"<p>Read [Flattr=7] on.</p>"


@pytest.fixture
def sign_in() -> str | None:
    return None


@pytest.fixture
def settings(settings: ProxySettings, sign_in: str | None) -> ProxySettings:
    return replace(settings, mode=Mode.SOCKS, sign_in=sign_in)


async def curl(proxy: Any, *arguments: str, sent: str = "") -> tuple[int | None, bytes]:
    process = await asyncio.create_subprocess_exec(
        *("curl", "-s", "-m", "5", "--cacert", str(proxy.ca)),
        *("-x", f"socks5h://{sent}127.0.0.1:{proxy.port}", *arguments),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    return process.returncode, out


@pytest.mark.parametrize("http_version", ["--http1.1", "--http2"])
async def test_a_page_becomes_live_over_socks(
    site: Any, proxy: Any, http_version: str
) -> None:
    site.add("/", PAGE)

    code, out = await curl(proxy, http_version, "https://site.test/")

    assert code == 0
    assert out.startswith(b'<p>Read <a href="https://flattr.internal/give/7?')
    assert out.endswith(b"</a> on.</p>")


async def test_the_gateway_answers_over_socks(proxy: Any) -> None:
    code, out = await curl(proxy, "-i", "https://flattr.internal/")

    assert code == 0
    assert b"content-security-policy" in out.lower()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "rebinding.test"])
async def test_over_socks_the_proxy_is_no_bridge_either(
    site: Any, proxy: Any, host: str
) -> None:
    site.add("/", b"secret")

    _, out = await curl(proxy, f"http://{host}:{site.port}/")

    assert b"secret" not in out
    assert site.heads == []


@pytest.mark.parametrize("sign_in", ["overallt:right"])
@pytest.mark.parametrize(
    ("sent", "served"),
    [("overallt:right@", [1]), ("overallt:wrong@", []), ("", [])],
)
async def test_over_socks_nobody_is_served_without_the_password(
    site: Any, proxy: Any, sent: str, served: list[int]
) -> None:
    site.add("/", PAGE)

    _, out = await curl(proxy, "https://site.test/", sent=sent)

    assert [1] * (b"flattr.internal/give/7?" in out) == served
    assert [1] * len(site.heads) == served
