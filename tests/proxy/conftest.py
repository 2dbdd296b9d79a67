"""A site, a server and a real proxy between them and a client."""

import asyncio
import json
import ssl
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from certified import Certified, certify
from http2_site import Http2Site, http2_site
from raw_site import Site

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
    from overallt.proxy.opt_out import OptOut
    from overallt.proxy.settings import ProxySettings


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


@dataclass
class Api:
    """The server at the other end: things 7 and ada, and what was flattred.

    ``hosts`` are those that ada has proved to be hers.
    """

    ids: list[str] = field(default_factory=lambda: ["7", "ada"])
    flattrs: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)
    flattred: asyncio.Event = field(default_factory=asyncio.Event)
    runner: web.AppRunner | None = None
    port: int = 0

    def thing(self) -> dict[str, object]:
        owner = {"resource": "r", "link": "l", "username": "ada", "type": "user"}
        return {
            "type": "thing",
            "resource": "r",
            "link": "l",
            "id": 7,
            "url": "https://site.test/",
            "title": "A song",
            "description": "",
            "tags": [],
            "language": "en_GB",
            "category": "audio",
            "created_at": 0,
            "owner": owner,
            "hidden": False,
            "image": "",
            "flattrs": 0,
            "flattrs_user_count": 0,
            "flattred": bool(self.flattrs),
            "hosts": self.hosts,
        }

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(f"{request.method} {request.path}")
        if request.path == "/rest/v2/things/index":
            if request.headers.get("If-None-Match") == '"1"':
                await asyncio.sleep(0.2)
                return web.Response(status=304)
            keys = b"".join(sorted(map(index_key, self.ids)))
            return web.Response(body=keys, headers={"ETag": '"1"'})
        if request.path.endswith("/flattr") and request.method == "POST":
            self.flattrs.append(request.headers["Idempotency-Key"])
            self.flattred.set()
            thing = {
                name: self.thing()[name]
                for name in ("resource", "link", "id", "url", "title", "image")
            }
            answer = {
                "message": "ok",
                "description": "",
                "thing": thing | {"flattrs": 1},
            }
            return web.json_response(answer)
        if request.path.endswith("/means"):
            means = {
                "currency": "EUR",
                "means_minor": 1050,
                "budget_minor": 500,
                "budget_active": True,
                "period": "2026-01",
                "pot_minor": 500,
                "flattrs": [],
                "next_worth_minor": 450,
            }
            return web.json_response(means)
        return web.Response(
            text=json.dumps(self.thing()), content_type="application/json"
        )

    async def start(self) -> None:
        """Answer, at the same address as ever."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self.answer)
        self.runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", self.port).start()
        self.port = self.runner.addresses[0][1]

    async def stop(self) -> None:
        if self.runner is not None:
            await self.runner.cleanup()
            self.runner = None


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
    traps = {"rebinding.test": "127.0.0.1", "nonsense.test": "no address"}
    return [traps[host]] if host in traps else await resolve(host, port)


@pytest.fixture
def max_buttons() -> int:
    return 50


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
) -> ProxySettings:
    return ProxySettings(
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
        max_buttons=max_buttons,
        one_clicks_a_day=20,
    )


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

    sending = Sending(queue, connect, clock=now)
    file = IndexFile(tmp_path / "index", server_url)
    if heard_yesterday is not None:
        await api.stop()
        keys = b"".join(sorted(map(index_key, heard_yesterday)))
        file.write(HeardIndex(keys, '"1"', now() - timedelta(days=1)))
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
    async with running_proxy(settings, addon, now=now()) as (host, port):
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


@pytest.fixture(autouse=True)
def quiet_proxy_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of the machine's own would come between the parts."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
