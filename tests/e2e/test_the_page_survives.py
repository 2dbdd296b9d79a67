"""Whatever fails, the reader gets his page, at once and byte for byte.

The server is killed while the proxy runs, or never ran; and each part that the addon
asks on its way raises. The proxy is a real one, the site speaks HTTPS.
"""

import asyncio
import gc
import ssl
import time
import urllib.request
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import override

import pytest
from loopback import free_port
from sites import https_site
from world import World, program

from overallt.client.index import Index
from overallt.client.index_file import IndexFile
from overallt.client.opt_out_file import OptOutFile
from overallt.client.queue import Queue
from overallt.client.sending import Sending
from overallt.client.server import Server
from overallt.demo.people import settle_in
from overallt.gateway.browsers import Browsers
from overallt.gateway.gateway import Gateway
from overallt.gateway.paused_sites import PausedSites
from overallt.gateway.seals import Printed, Seals
from overallt.gateway.trusted_sites import TrustedSites

with warnings.catch_warnings():
    # What mitmproxy's own dependencies warn of while they load is not ours.
    warnings.simplefilter("ignore", DeprecationWarning)
    from overallt.proxy.addon import Addon
    from overallt.proxy.egress import resolve
    from overallt.proxy.master import running_proxy
    from overallt.proxy.opt_out import OptOut
    from overallt.proxy.settings import Mode, ProxySettings

HOST = "pages.test"
AT_ONCE_SECONDS = 2.0
PATIENCE_SECONDS = 10.0
LINK = b'<a href="https://flattr.internal/give/'


@dataclass(frozen=True, slots=True)
class Site:
    """A site with one page and the CA that its certificate is of."""

    pages: dict[str, bytes]
    ca: Path
    port: int

    def proxy_arguments(self, listen: str, server: str) -> list[str]:
        """Return the command of a proxy that reaches this site."""
        return [
            *("overallt", "proxy", "--listen", listen, "--server", server),
            *("--local-site", f"{HOST}=127.0.0.1:{self.port}"),
            *("--upstream-ca", str(self.ca)),
        ]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    ca = tmp_path / "site-ca.pem"
    pages: dict[str, bytes] = {}
    with https_site(HOST, pages, ca=ca) as port:
        yield Site(pages, ca, port)


def fetch(proxy: str, ca: Path) -> bytes:
    """Read the page through the proxy at *proxy*, as a reader without patience."""
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({"https": f"http://{proxy}"}),
        urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=ca)),
    )
    with opener.open(f"https://{HOST}/", timeout=AT_ONCE_SECONDS) as response:
        body: bytes = response.read()
        return body


def fetch_until(proxy: str, ca: Path, good: Callable[[bytes], bool]) -> bytes:
    """Read the page again and again until it is *good*, or for long enough."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not good(page := fetch(proxy, ca)) and time.monotonic() < end:
        time.sleep(0.05)
    return page


def test_a_page_survives_a_killed_server_and_is_live(earth: World, site: Site) -> None:
    server = earth.start_server()
    tag = settle_in({**earth.operator, **earth._then}).plain
    site.pages["/"] = b"<p>Before [Flattr=%b] \xe5\xff after.</p>" % tag.encode()
    listen = f"127.0.0.1:{free_port()}"
    home = earth.folder / "home"
    environment = {**earth.operator, "OVERALLT_HOME": str(home)}
    ca = home / "authority" / "mitmproxy-ca-cert.pem"
    command = site.proxy_arguments(listen, earth.url)
    with program(command, environment):
        live = fetch_until(listen, ca, lambda page: LINK in page)
        server.kill()
        server.wait()
        killed = fetch(listen, ca)
    with program(command, environment):
        started_without = fetch(listen, ca)

    before, after = site.pages["/"].split(b"[Flattr=%b]" % tag.encode())
    for page in (live, killed, started_without):
        assert page.startswith(before + LINK)
        assert page.endswith(b"</a>" + after)


def test_a_page_survives_a_server_that_never_ran(earth: World, site: Site) -> None:
    site.pages["/"] = b"<p>[Flattr=1]</p>" * 10_000
    listen = f"127.0.0.1:{free_port()}"
    home = earth.folder / "home"
    environment = {**earth.operator, "OVERALLT_HOME": str(home)}
    with program(site.proxy_arguments(listen, earth.url), environment):
        page = fetch(listen, home / "authority" / "mitmproxy-ca-cert.pem")

    assert site.pages["/"] == page


@dataclass
class Failing:
    """Raises where it is told to, and counts."""

    place: str
    raised: int = 0

    def at(self, place: str) -> None:
        """Raise if *place* is the one."""
        if place == self.place:
            self.raised += 1
            raise RuntimeError


class FailingIndex(Index):
    """An index of everything that there may be."""

    failing: Failing

    @override
    def __len__(self) -> int:
        self.failing.at("before the page")
        return 1

    @override
    def knows(self, tag_id: str) -> bool:
        self.failing.at("in the rewriter")
        return True


class FailingGateway(Gateway):
    """A gateway that may fail to make a link."""

    failing: Failing

    @override
    def address(self, tag_id: str, printed: Printed, *, now: datetime) -> str:
        self.failing.at("in the button")
        return super().address(tag_id, printed, now=now)


def now() -> datetime:
    return datetime.now(tz=UTC)


async def read_through(folder: Path, site: Site, failing: Failing) -> bytes:
    """Read the page through a proxy with *failing* in its parts."""
    settings = ProxySettings(
        mode=Mode.HTTP,
        mode_detail="",
        listen_host="127.0.0.1",
        listen_port=0,
        authority_folder=folder / "authority",
        local_sites={HOST: ("127.0.0.1", site.port)},
        upstream_ca=site.ca,
        opt_out=OptOut(added=frozenset(), file=OptOutFile(folder / "opt-out.txt")),
        max_buttons=50,
        sign_in=None,
        one_clicks_a_day=0,
        legacy=True,
    )
    server = Server("http://127.0.0.1:1", None)
    sites = TrustedSites(folder / "sites.sqlite")
    queue = Queue(folder / "queue.sqlite")
    sending = Sending(queue, lambda: server, clock=now, on_counted=sites.count)
    gateway = FailingGateway(
        connect=lambda: server,
        sending=sending,
        server_url="http://127.0.0.1:1",
        browsers=Browsers(folder / "gateway.sqlite"),
        paused_sites=PausedSites(folder / "paused.json"),
        seals=Seals(bytes(32)),
        sites=sites,
        one_clicks_a_day=settings.one_clicks_a_day,
    )
    gateway.failing = failing
    file = IndexFile(folder / "index", "http://127.0.0.1:1")
    index = FailingIndex(server, file, clock=now, on_return=sending.wake)
    index.failing = failing
    addon = Addon(settings, gateway, index, sending, clock=now, resolve=resolve)
    async with running_proxy(settings, addon, now=now()) as ((host, port), *_):
        ca = settings.authority_folder / "mitmproxy-ca-cert.pem"
        page = await asyncio.to_thread(fetch, f"{host}:{port}", ca)
    await server.close()
    with warnings.catch_warnings():
        # mitmproxy leaves it to the garbage collector to close a connection to a site
        # that was about to end when its reader left.
        warnings.simplefilter("ignore", ResourceWarning)
        await asyncio.sleep(0)
        gc.collect()
    return page


@pytest.mark.parametrize(
    "place", ["before the page", "in the rewriter", "in the button"]
)
async def test_a_page_survives_an_addon_that_raises(
    tmp_path: Path, site: Site, place: str
) -> None:
    site.pages["/"] = b"<p>One [Flattr=1] \xe5\xff two [Flattr=2]</p>" * 5000
    failing = Failing(place)

    page = await read_through(tmp_path, site, failing)

    assert failing.raised
    assert site.pages["/"] == page


async def test_the_same_page_is_live_where_nothing_raises(
    tmp_path: Path, site: Site
) -> None:
    site.pages["/"] = b"<p>One [Flattr=1] \xe5\xff two [Flattr=2]</p>"

    page = await read_through(tmp_path, site, Failing("nowhere"))

    assert 2 == page.count(LINK)
