"""The proxy is no bridge into the patron's machine, and trusts no one too much."""

import asyncio
from typing import Any

import pytest

GATEWAY_TIMEOUT_OR_BAD = {502, 504}


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.1.",
        "localhost",
        "localhost.",
        "127.1",
        "0x7f.1",
        "0177.0.0.1",
        "2130706433",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "0.0",
        "intranet",
    ],
)
async def test_this_machine_cannot_be_reached_through_the_proxy(
    site: Any, reader: Any, host: str
) -> None:
    site.add("/", b"secret")

    page = await reader.get(f"http://{host}:{site.port}/")

    assert page.status in GATEWAY_TIMEOUT_OR_BAD
    assert site.heads == []


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_name_that_points_at_this_machine_is_refused(
    site: Any, reader: Any, scheme: str
) -> None:
    site.add("/", b"secret")
    port = {"http": site.port, "https": site.secure_port}[scheme]

    page = await reader.get(f"{scheme}://rebinding.test:{port}/")

    assert page.status in GATEWAY_TIMEOUT_OR_BAD
    assert site.heads == []


async def test_a_judgement_that_fails_is_a_no(reader: Any) -> None:
    page = await reader.get("http://nonsense.test/")

    assert page.status in GATEWAY_TIMEOUT_OR_BAD
    assert b"public addresses only" in page.body


async def test_a_site_without_a_trusted_certificate_cannot_be_read(
    site: Any, reader: Any
) -> None:
    site.add("/", b"secret")

    page = await reader.get("https://untrusted.test/")

    assert page.status in GATEWAY_TIMEOUT_OR_BAD
    assert site.heads == []


async def test_the_gateway_is_never_connected_to(reader: Any) -> None:
    page = await reader.get("http://flattr.internal:8080/")

    assert page.status == 421


async def test_a_large_upload_reaches_its_site(site: Any, reader: Any) -> None:
    site.add("/", b"thanks")

    page = await reader.get("https://site.test/", method="POST", data=bytes(300_000))

    assert page.body == b"thanks"


@pytest.mark.parametrize("http_version", ["--http1.1", "--http2"])
async def test_an_upload_of_unknown_size_is_not_gathered(
    site: Any, proxy: Any, http_version: str
) -> None:
    site.add("/", b"thanks")
    upload = await asyncio.create_subprocess_exec(
        *("curl", "-s", "-m", "5", "--cacert", str(proxy.ca), "-x", proxy.url),
        *(http_version, "-T", ".", "-X", "POST", "https://site.test/"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert upload.stdin is not None

    upload.stdin.write(b"begun")
    async with asyncio.timeout(4):
        while not site.heads:  # noqa: ASYNC110 - nothing tells it.
            await asyncio.sleep(0.01)
    await upload.communicate()

    assert "transfer-encoding: chunked\r\n" in site.heads[0].lower()
