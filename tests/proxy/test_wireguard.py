"""A phone that sends all it says through a WireGuard tunnel to the proxy."""

import asyncio
import gzip
from collections.abc import Callable, Coroutine
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from mitmproxy.dns import DNSMessage, Question
from mitmproxy.net.dns import classes, response_codes, types
from mitmproxy_rs.wireguard import genkey, pubkey
from tunnelled import Address, Phone
from wireguard import tunnel_to

from overallt.proxy.names import NAME_SERVER
from overallt.proxy.settings import Mode, ProxySettings
from overallt.proxy.wireguard_keys import WireGuardKeys

PAGE = b"<p>Read [Flattr=7] on.</p>"
LIVE = b'<p>Read <a href="https://flattr.internal/give/7?'
NEW_SITE = ("2001:4860::9", 443)
GATEWAY = ("198.51.100.1", 443)
# Public, and never connected to: the site's name leads to this machine.
SITE = ("203.0.114.9", 443)


@pytest.fixture
def settings(
    settings: ProxySettings, wireguard_keys: WireGuardKeys, tmp_path: Path
) -> ProxySettings:
    file = tmp_path / "keys@phone.json"
    return replace(settings, mode=Mode.WIREGUARD, mode_detail=str(file))


type Ask = Callable[..., Coroutine[None, None, bytes]]


@pytest.fixture
def ask(phone: Phone, proxy: Any) -> Ask:
    """Run curl on the phone, connected to one address whatever it asks for."""

    async def run(address: Address, *arguments: str) -> bytes:
        async with phone.tcp(address) as port:
            process = await asyncio.create_subprocess_exec(
                *("curl", "-s", "-m", "5", "--cacert", str(proxy.ca)),
                *("--connect-to", f"::127.0.0.1:{port}", *arguments),
                stdout=asyncio.subprocess.PIPE,
            )
            out, _ = await process.communicate()
        return out

    return run


async def look_up(
    phone: Phone, name: str, kind: int, *, at: Address = (NAME_SERVER, 53)
) -> tuple[int, list[str]]:
    """Ask for *name*; return the answer's code and its addresses."""
    asked = DNSMessage(
        id=1,
        query=True,
        op_code=0,
        authoritative_answer=False,
        truncation=False,
        recursion_desired=True,
        recursion_available=False,
        reserved=0,
        response_code=0,
        questions=[Question(name, kind, classes.IN)],
        answers=[],
        authorities=[],
        additionals=[],
    )
    answer = DNSMessage.unpack(await phone.ask(at, asked.packed))
    found = [str(ip_address(each.data)) for each in answer.answers]
    return answer.response_code, found


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("flattr.internal", types.A, [GATEWAY[0]]),
        ("Flattr.Internal", types.A, [GATEWAY[0]]),
        ("flattr.internal", types.AAAA, []),
        ("site.test", types.A, ["198.51.100.2"]),
        ("old.test", types.A, ["203.0.114.9"]),
        ("old.test", types.AAAA, []),
        ("old.test", types.HTTPS, []),
        ("new.test", types.A, []),
        ("new.test", types.AAAA, ["2001:4860::9"]),
    ],
)
async def test_names_have_the_addresses_that_may_be_reached(
    phone: Phone, name: str, kind: int, expected: list[str]
) -> None:
    found = await look_up(phone, name, kind)

    assert (response_codes.NOERROR, expected) == found


@pytest.mark.parametrize(
    "name", ["rebinding.test", "localhost", "printer", "use-application-dns.net"]
)
async def test_names_of_what_may_not_be_reached_have_no_address(
    phone: Phone, name: str
) -> None:
    found = await look_up(phone, name, types.A)

    assert (response_codes.NXDOMAIN, []) == found


async def test_who_asks_another_name_server_is_answered_here(phone: Phone) -> None:
    found = await look_up(phone, "flattr.internal", types.A, at=("8.8.8.8", 53))

    assert (response_codes.NOERROR, [GATEWAY[0]]) == found


async def test_who_has_not_the_key_gets_no_tunnel(
    proxy: Any, wireguard_keys: WireGuardKeys
) -> None:
    server = pubkey(wireguard_keys.proxy)
    async with (
        tunnel_to(proxy.port, genkey(), server) as stranger,
        tunnel_to(proxy.port, wireguard_keys.phone, server) as phone,
    ):
        # His greeting came first.
        await phone.ready.wait()

        assert not stranger.ready.is_set()


@pytest.mark.parametrize("address", [SITE, NEW_SITE], ids=["IPv4", "IPv6"])
@pytest.mark.parametrize("http_version", ["--http1.1", "--http2"])
async def test_a_page_becomes_live_through_the_tunnel(
    site: Any, ask: Ask, address: Address, http_version: str
) -> None:
    site.add("/", PAGE)

    out = await ask(address, http_version, "https://site.test/")

    assert out.startswith(LIVE)
    assert out.endswith(b"</a> on.</p>")


async def test_a_page_without_tls_becomes_live_by_the_host_it_is_asked_of(
    site: Any, ask: Ask
) -> None:
    site.add("/", PAGE)

    out = await ask(SITE, "http://plain.test/")

    assert out.startswith(LIVE)


async def test_a_page_is_encoded_again_for_the_phone(site: Any, ask: Ask) -> None:
    site.add("/", gzip.compress(PAGE), "Content-Encoding: gzip")

    out = await ask(SITE, "-H", "Accept-Encoding: gzip", "https://site.test/")

    assert gzip.decompress(out).startswith(LIVE)


async def test_the_gateway_is_where_its_name_leads_to(ask: Ask) -> None:
    out = await ask(GATEWAY, "-i", "https://flattr.internal/")

    assert b"403" in out.splitlines()[0]
    assert b"content-security-policy" in out.lower()


@pytest.mark.parametrize(
    ("address", "url", "host"),
    [
        (SITE, "https://flattr.internal/", "flattr.internal"),
        (SITE, "https://site.test/", "flattr.internal"),
        (GATEWAY, "https://site.test/", "flattr.internal"),
        (GATEWAY, "https://flattr.internal/", "site.test"),
        (GATEWAY, "http://flattr.internal/", "flattr.internal"),
        (SITE, "http://flattr.internal/", "flattr.internal"),
    ],
)
async def test_the_gateway_is_only_where_address_and_names_agree(
    site: Any, ask: Ask, address: Address, url: str, host: str
) -> None:
    out = await ask(address, "-i", "-H", f"Host: {host}", url)

    assert b"421" in out.splitlines()[0]
    assert [] == site.heads


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "rebinding.test"])
@pytest.mark.parametrize("address", [SITE[0], "127.0.0.1"])
async def test_the_tunnel_is_no_bridge_into_this_machine(
    site: Any, ask: Ask, address: str, host: str
) -> None:
    site.add("/", b"secret")

    out = await ask((address, site.port), f"http://{host}:{site.port}/")

    assert b"secret" not in out
    assert [] == site.heads


async def test_an_opted_out_host_shows_the_phone_its_own_certificate(
    site: Any, ask: Ask, certified: Any, tmp_path: Path
) -> None:
    (tmp_path / "opt-out.txt").write_text("site.test\n")
    site.add("/", PAGE)

    out = await ask(SITE, "--cacert", str(certified.ca), "https://site.test/")

    assert PAGE == out


async def test_a_certificate_that_proves_another_name_is_refused(
    site: Any, ask: Ask
) -> None:
    """Whoever greets with a name gets that site's page or none."""
    out = await ask(SITE, "-i", "https://untrusted.test/")

    assert b"502" in out.splitlines()[0]
    assert [] == site.heads
