"""Pages that a phone asks for by HTTP/3, through its tunnel."""

import gzip
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from http3 import Answer, Http3Site, ask, http3_site
from tunnelled import Address, Phone

from overallt.proxy.settings import Mode, ProxySettings
from overallt.proxy.wireguard_keys import WireGuardKeys

PAGE = b"<p>Read [Flattr=7] on.</p>"
LIVE = b'<p>Read <a href="https://flattr.internal/give/7?'
GATEWAY = ("198.51.100.1", 443)
# Public, and never connected to: the site's name leads to this machine.
SITE = ("203.0.114.9", 443)
HTML = (b"content-type", b"text/html; charset=utf-8")

type Ask = Callable[..., Coroutine[None, None, Answer]]


@pytest.fixture
async def http3(certified: Any) -> AsyncIterator[Http3Site]:
    async with http3_site(certified.chain) as site:
        yield site


@pytest.fixture
def settings(
    settings: ProxySettings,
    wireguard_keys: WireGuardKeys,
    http3: Http3Site,
    tmp_path: Path,
) -> ProxySettings:
    return replace(
        settings,
        mode=Mode.WIREGUARD,
        mode_detail=str(tmp_path / "keys@phone.json"),
        local_sites={"site.test": ("127.0.0.1", http3.port)},
    )


@pytest.fixture
def ask_by(phone: Phone, proxy: Any) -> Ask:
    async def run(
        host: str, *, at: Address = SITE, ca: Path = proxy.ca, sni: str | None = None
    ) -> Answer:
        async with phone.udp(at) as port:
            return await ask(port, ca, host, sni)

    return run


async def test_a_page_becomes_live_over_http3(http3: Http3Site, ask_by: Ask) -> None:
    http3.headers = [
        HTML,
        (b"content-length", b"%d" % len(PAGE)),
        (b"etag", b'"1"'),
        (b"accept-ranges", b"bytes"),
    ]
    http3.body = PAGE

    answer = await ask_by("site.test")

    assert answer.body.startswith(LIVE)
    assert answer.body.endswith(b"</a> on.</p>")
    assert b"200" == answer.headers[b":status"]
    assert b'W/"1"' == answer.headers[b"etag"]
    assert answer.headers.get(b"content-length") in {None, b"%d" % len(answer.body)}
    assert b"accept-ranges" not in answer.headers
    assert b"transfer-encoding" not in answer.headers


async def test_a_page_is_encoded_again_over_http3(
    http3: Http3Site, ask_by: Ask
) -> None:
    http3.headers = [HTML, (b"content-encoding", b"gzip")]
    http3.body = gzip.compress(PAGE)

    answer = await ask_by("site.test")

    assert b"gzip" == answer.headers[b"content-encoding"]
    assert gzip.decompress(answer.body).startswith(LIVE)


async def test_what_is_no_page_keeps_every_byte_over_http3(
    http3: Http3Site, ask_by: Ask
) -> None:
    picture = bytes(range(256)) * 200
    http3.headers = [(b"content-type", b"image/png")]
    http3.body = picture

    answer = await ask_by("site.test")

    assert picture == answer.body


async def test_the_gateway_answers_over_http3(ask_by: Ask) -> None:
    answer = await ask_by("flattr.internal", at=GATEWAY)

    assert b"403" == answer.headers[b":status"]
    assert b"content-security-policy" in answer.headers


@pytest.mark.parametrize(
    ("at", "sni"),
    [(SITE, "flattr.internal"), (SITE, "site.test"), (GATEWAY, "site.test")],
)
async def test_over_http3_too_the_gateway_is_only_where_all_names_agree(
    http3: Http3Site, ask_by: Ask, at: Address, sni: str
) -> None:
    answer = await ask_by("flattr.internal", at=at, sni=sni)

    assert b"421" == answer.headers[b":status"]
    assert [] == http3.asked


@pytest.mark.parametrize(
    ("host", "address"), [("site.test", SITE[0]), ("localhost", "127.0.0.1")]
)
async def test_what_is_left_alone_is_declined_so_that_tcp_is_taken(
    http3: Http3Site, ask_by: Ask, tmp_path: Path, host: str, address: str
) -> None:
    (tmp_path / "opt-out.txt").write_text("site.test\n")

    with pytest.raises(ConnectionError):
        await ask_by(host, at=(address, http3.port))

    assert [] == http3.asked


async def test_over_http3_too_a_name_leads_to_public_addresses_only(
    http3: Http3Site, ask_by: Ask
) -> None:
    answer = await ask_by("rebinding.test", at=(SITE[0], http3.port))

    assert b"502" == answer.headers[b":status"]
    assert [] == http3.asked


async def test_who_refuses_our_certificate_over_http3_is_not_let_through(
    http3: Http3Site, ask_by: Ask, certified: Any
) -> None:
    """Browsers do, and would get their pages unopened from then on."""
    http3.headers = [HTML]
    http3.body = PAGE

    for _ in range(2):
        with pytest.raises(ConnectionError):
            await ask_by("site.test", ca=certified.ca)
    answer = await ask_by("site.test")

    assert answer.body.startswith(LIVE)
    assert 1 == len(http3.asked)
