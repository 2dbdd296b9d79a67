"""A site, a server and a real proxy between them and a client."""

import asyncio
import re
import ssl
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from certified import Certified, certify
from http2_site import Http2Site, http2_site
from mitmproxy_rs.wireguard import pubkey
from proxied_api import Api
from raw_site import Site
from tunnelled import Phone
from wire import Wire
from wireguard import tunnel_to

from overallt.client.index import Index
from overallt.client.index_file import HeardIndex, IndexFile
from overallt.client.opt_out_file import OptOutFile
from overallt.client.queue import Queue
from overallt.client.sending import Sending
from overallt.client.server import Server
from overallt.gateway.browsers import Browsers
from overallt.gateway.gateway import Gateway
from overallt.gateway.paused_sites import PausedSites
from overallt.gateway.seals import Seals
from overallt.gateway.trusted_sites import TrustedSites
from overallt.protocol.ids import index_key

with warnings.catch_warnings():
    # What mitmproxy's own dependencies warn of while they load is not ours.
    warnings.simplefilter("ignore", DeprecationWarning)
    from overallt.proxy.addon import Addon
    from overallt.proxy.authority import CERTIFICATE_FILE
    from overallt.proxy.egress import resolve
    from overallt.proxy.master import running_proxy
    from overallt.proxy.names import PHONE
    from overallt.proxy.opt_out import OptOut
    from overallt.proxy.settings import Mode, ProxySettings
    from overallt.proxy.wireguard_keys import WireGuardKeys


def now() -> datetime:
    return datetime.now(tz=UTC)


@pytest.fixture(scope="session")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Certified:
    return certify(tmp_path_factory.mktemp("certified"))


@pytest.fixture(scope="session")
def authority_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("authority")


@pytest.fixture
async def site(certified: Certified) -> AsyncIterator[Site]:
    site = Site()
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certified.chain)
    plain = await asyncio.start_server(site.answer, "127.0.0.1", 0)
    secure = await asyncio.start_server(site.answer, "127.0.0.1", 0, ssl=tls)
    site.port = plain.sockets[0].getsockname()[1]
    site.secure_port = secure.sockets[0].getsockname()[1]
    yield site
    for each in (plain, secure):
        each.close()
        await each.wait_closed()


@pytest.fixture(params=[None, 0.02], ids=["whole", "in pieces"])
def each_arrival(request: pytest.FixtureRequest, site: Site) -> None:
    """Let what the site is told to say come whole, then in pieces."""
    site.pause = request.param


@pytest.fixture
async def http2(certified: Certified) -> AsyncIterator[Http2Site]:
    async with http2_site(certified.chain) as site:
        yield site


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    api = Api()
    await api.start()
    yield api
    await api.stop()


@dataclass
class Running:
    """A running proxy and its parts."""

    url: str
    port: int
    index: Index
    browsers: Browsers
    sites: TrustedSites
    paused_sites: PausedSites
    queue: Queue
    ca: Path
    addon: Addon


async def resolve_with_a_trap(host: str, port: int) -> Sequence[str]:
    """Answer as DNS does, but for names whose owner points them at us, or nowhere."""
    traps = {
        "rebinding.test": ["127.0.0.1"],
        "nonsense.test": ["no address"],
        "api.flattr.com": ["no address"],
        "button.flattr.com": ["no address"],
        "old.test": ["203.0.114.9", "192.168.0.9", "2001:4860::9"],
        "new.test": ["fd00::9", "2001:4860::9"],
    }
    return traps.get(host) or await resolve(host, port)


@pytest.fixture
def max_buttons() -> int:
    return 50


@pytest.fixture
def legacy() -> bool:
    return True


@pytest.fixture
def opt_out(tmp_path: Path) -> OptOut:
    hosts = frozenset({"bank.test"})
    return OptOut(added=hosts, file=OptOutFile(tmp_path / "opt-out.txt"))


@pytest.fixture
def heard_yesterday() -> list[str] | None:
    """What a proxy knows whose server is away from the start; ``None``: it is there."""
    return None


@pytest.fixture
def index_kind() -> type[Index]:
    return Index


@pytest.fixture
def settings(
    site: Site,
    http2: Http2Site,
    certified: Certified,
    authority_folder: Path,
    max_buttons: int,
    opt_out: OptOut,
    legacy: bool,  # noqa: FBT001 - a fixture.
) -> ProxySettings:
    return ProxySettings(
        mode=Mode.HTTP,
        mode_detail="",
        listen_host="127.0.0.1",
        listen_port=0,
        authority_folder=authority_folder,
        local_sites={
            "site.test": ("127.0.0.1", site.secure_port),
            "other.test": ("127.0.0.1", http2.port),
            "untrusted.test": ("127.0.0.1", site.secure_port),
            "plain.test": ("127.0.0.1", site.port),
            "bank.test": ("127.0.0.1", site.port),
        },
        upstream_ca=certified.ca,
        opt_out=opt_out,
        sign_in=None,
        max_buttons=max_buttons,
        one_clicks_a_day=20,
        legacy=legacy,
    )


@pytest.fixture
def wireguard_keys(tmp_path: Path) -> WireGuardKeys:
    # What follows an "@" is no port.
    return WireGuardKeys.ensure(tmp_path / "keys@phone.json")


@pytest.fixture
async def phone(proxy: Running, wireguard_keys: WireGuardKeys) -> AsyncIterator[Phone]:
    """Give a phone with a tunnel to a proxy that expects one."""
    server = pubkey(wireguard_keys.proxy)
    async with tunnel_to(proxy.port, wireguard_keys.phone, server) as tunnel:
        await tunnel.ready.wait()
        yield Phone(tunnel, PHONE)


@pytest.fixture
async def proxy(
    settings: ProxySettings,
    api: Api,
    tmp_path: Path,
    index_kind: type[Index],
    heard_yesterday: list[str] | None,
) -> AsyncIterator[Running]:
    server_url = f"http://127.0.0.1:{api.port}"
    server = Server(server_url, None)
    browsers = Browsers(tmp_path / "gateway.sqlite")
    sites = TrustedSites(tmp_path / "sites.sqlite")
    paused_sites = PausedSites(tmp_path / "paused.json")
    queue = Queue(tmp_path / "queue.sqlite")

    def connect() -> Server:
        return Server(server_url, "secret")

    sending = Sending(queue, connect, clock=now, on_counted=sites.count)
    file = IndexFile(tmp_path / "index", server_url)
    if heard_yesterday is not None:
        await api.stop()
        keys = b"".join(sorted(map(index_key, heard_yesterday)))
        file.write(HeardIndex(keys, now() - timedelta(days=1)))
    index = index_kind(server, file, clock=now, on_return=sending.wake)
    gateway = Gateway(
        connect=connect,
        sending=sending,
        server_url=server_url,
        browsers=browsers,
        paused_sites=paused_sites,
        seals=Seals(bytes(32)),
        sites=sites,
        one_clicks_a_day=settings.one_clicks_a_day,
    )
    addon = Addon(
        settings, gateway, index, sending, clock=now, resolve=resolve_with_a_trap
    )
    async with running_proxy(settings, addon, now=now()) as ((host, port), *_):
        async with asyncio.timeout(5):
            while not index.reachable and heard_yesterday is None:  # noqa: ASYNC110 - nothing tells it.
                await asyncio.sleep(0.01)
        ca = settings.authority_folder / CERTIFICATE_FILE
        yield Running(
            url=f"http://{host}:{port}",
            port=port,
            index=index,
            browsers=browsers,
            sites=sites,
            paused_sites=paused_sites,
            queue=queue,
            ca=ca,
            addon=addon,
        )
    await server.close()


@dataclass
class Page:
    """What came through the proxy."""

    status: int
    headers: dict[str, str]
    body: bytes


type Curl = Callable[..., Awaitable[bytes]]


@pytest.fixture
def curl(proxy: Running) -> Curl:
    """Run curl behind the proxy; it speaks every HTTP there is."""

    async def run(*arguments: str) -> bytes:
        process = await asyncio.create_subprocess_exec(
            *("curl", "-s", "-m", "5", "--cacert", str(proxy.ca), "-x", proxy.url),
            *arguments,
            stdout=asyncio.subprocess.PIPE,
        )
        out, _ = await process.communicate()
        assert process.returncode == 0
        return out

    return run


class Reader:
    """A client behind the proxy that takes bodies as they come."""

    def __init__(self, proxy: Running) -> None:
        self._proxy = proxy
        self.session = aiohttp.ClientSession(auto_decompress=False)
        self.tls = ssl.create_default_context(cafile=proxy.ca)

    async def get(
        self,
        url: str,
        *,
        method: str = "GET",
        data: bytes | None = None,
        **headers: str,
    ) -> Page:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.request(
            method,
            url,
            headers=named,
            data=data,
            proxy=self._proxy.url,
            ssl=self.tls,
            allow_redirects=False,
        ) as response:
            body = await response.read()
            return Page(
                response.status,
                {name.lower(): value for name, value in response.headers.items()},
                body,
            )

    def open(self, url: str) -> "aiohttp.client._RequestContextManager":
        return self.session.get(url, proxy=self._proxy.url, ssl=self.tls)


@pytest.fixture
async def reader(proxy: Running) -> AsyncIterator[Reader]:
    reader = Reader(proxy)
    yield reader
    await reader.session.close()


@pytest.fixture
def wire(proxy: Running) -> Wire:
    return Wire(proxy.port, proxy.ca)


OWN_FORM = {
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-User": "?1",
    "Sec-Fetch-Site": "same-origin",
    "Origin": "https://flattr.internal",
}
# What the page's script waits before it lets a person confirm.
QUIET_SECONDS = 0.65


@pytest.fixture
def new_confirmation(proxy: Running, reader: Reader) -> Callable[[], Awaitable[bytes]]:
    """Make a confirmation as a newly paired browser would send it, once."""

    async def make() -> bytes:
        cookie = proxy.browsers.pair(proxy.browsers.new_pairing_code(now()), now())
        headers = OWN_FORM | {"Cookie": f"__Host-overallt={cookie}"}
        named = {name.replace("-", "_"): value for name, value in headers.items()}
        url = "https://flattr.internal/give/7"
        consent = await reader.get(url, method="GET", data=None, **named)
        found = re.findall(rb'name="ticket" value="([^"]*)"', consent.body)
        await asyncio.sleep(QUIET_SECONDS)
        body = b"step=give&ticket=" + bytes(found[0])
        lines = [f"{name}: {value}" for name, value in headers.items()]
        length = f"Content-Length: {len(body)}"
        head = ["POST /give/7 HTTP/1.1", "Host: flattr.internal", *lines, length]
        return "\r\n".join([*head, "", ""]).encode() + body

    return make


@pytest.fixture(autouse=True)
def quiet_proxy_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of the machine's own would come between the parts."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
