"""A gateway with a paired browser, in front of a small server of the API."""

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from loopback import answering

from overallt.client.queue import Queue
from overallt.client.sending import Sending
from overallt.client.server import Server
from overallt.gateway.browsers import Browsers
from overallt.gateway.gateway import Gateway
from overallt.gateway.messages import Answer, Request
from overallt.gateway.paused_sites import PausedSites
from overallt.gateway.seals import Seals
from overallt.gateway.trusted_sites import TrustedSites

START = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
OWNER = {"type": "user", "resource": "r", "link": "l", "username": "ada"}
MINI = {
    "type": "thing",
    "resource": "r",
    "link": "l",
    "id": 7,
    "url": "https://site.test/",
    "title": "A <b>song</b>",
    "image": "",
    "flattrs": 0,
}
THING = MINI | {
    "description": "",
    "tags": [],
    "language": "en_GB",
    "category": "audio",
    "created_at": 0,
    "owner": OWNER,
    "hidden": False,
    "flattrs_user_count": 0,
    "flattred": False,
}
USER = OWNER | {
    "username": "grace",
    "url": "",
    "firstname": "",
    "lastname": "",
    "avatar": "",
    "about": "",
    "city": "",
    "country": "",
}
NOBODYS = {"error": "not_found", "error_description": "", "error_uri": ""}
INTENT = {
    "type": "intent",
    "url": "https://blog.test/a?b=1",
    "created_at": 1768478400,
    "expires_at": 1776254400,
}
MEANS = {
    "currency": "EUR",
    "means_minor": 1050,
    "budget_minor": 500,
    "budget_active": True,
    "period": "2026-01",
    "pot_minor": 500,
    "flattrs": [{"thing": 9, "title": "An essay", "worth_minor": 180}],
    "next_worth_minor": 225,
}


@dataclass
class Api:
    """The server: what it says, what it was asked, and whether it answers."""

    thing: dict[str, object] = field(default_factory=lambda: dict(THING))
    means: dict[str, object] = field(default_factory=lambda: dict(MEANS))
    refusal: str | None = None
    refuses: str = "POST"
    words: str = "Of <tomorrow>."
    down: bool = False
    token: str | None = "secret"
    subscriptions: list[dict[str, object]] = field(default_factory=list)
    intents: list[dict[str, object]] = field(default_factory=list)
    # Which addresses were kept, and which were taken back.
    intended: list[str] = field(default_factory=list)
    taken_back: list[str] = field(default_factory=list)
    is_registered: bool = True
    asked: list[str] = field(default_factory=list)
    click_ids: list[str] = field(default_factory=list)
    looked_up: list[str] = field(default_factory=list)
    url: str = ""

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(f"{request.method} {request.path}")
        if self.down:
            raise web.HTTPServiceUnavailable
        if self.refusal and request.method == self.refuses:
            body = {
                "error": self.refusal,
                "error_description": self.words,
                "error_uri": "",
            }
            return web.json_response(body, status=403)
        if request.method == "DELETE":
            self.taken_back += request.query.getall("url", [])
            return web.Response(status=204)
        if request.method == "POST":
            return await self._posted(request)
        if request.path.endswith("/lookup"):
            self.looked_up.append(request.query["url"])
            if not self.is_registered:
                return web.json_response(NOBODYS, status=404)
            found = {"message": "found", "location": f"{self.url}/rest/v2/things/7"}
            return web.json_response(found, status=302)
        answers: dict[str, object] = {
            "/rest/v2/user/subscriptions": self.subscriptions,
            "/rest/v2/user/intents": self.intents,
            "/rest/v2/user/means": self.means,
            "/rest/v2/user": USER,
        }
        return web.json_response(answers.get(request.path, self.thing))

    async def _posted(self, request: web.Request) -> web.Response:
        if request.path.endswith(("/flattr", "/intents")):
            self.click_ids.append(request.headers["Idempotency-Key"])
        answer: dict[str, object] = {"message": "ok", "description": "", "thing": MINI}
        if request.path.endswith("/intents"):
            self.intended.append(str((await request.post())["url"]))
            answer["intent"] = INTENT
        return web.json_response(answer)


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    api = Api()
    async with answering(api.answer) as api.url:
        yield api


NAVIGATION = {
    "host": "flattr.internal",
    "sec-fetch-mode": "navigate",
    "sec-fetch-dest": "document",
    "sec-fetch-user": "?1",
    "sec-fetch-site": "cross-site",
}
FORM = NAVIGATION | {
    "sec-fetch-site": "same-origin",
    "origin": "https://flattr.internal",
}


class Browser:
    """A browser at the gateway; ``now`` is its clock, ``cookie`` its pairing."""

    def __init__(self, gateway: Gateway, cookie: str | None) -> None:
        self.gateway = gateway
        self.cookie = cookie
        self.now = START

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)

    async def open(
        self, target: str, *, changed: dict[str, str | None] | None = None
    ) -> Answer:
        return await self._ask("GET", target, b"", NAVIGATION, changed or {})

    async def send(
        self,
        target: str,
        body: bytes,
        *,
        changed: dict[str, str | None] | None = None,
    ) -> Answer:
        return await self._ask("POST", target, body, FORM, changed or {})

    async def ask(self, request: Request) -> Answer:
        return await self.gateway.answer(request, now=self.now)

    async def _ask(
        self,
        method: str,
        target: str,
        body: bytes,
        headers: dict[str, str],
        changed: dict[str, str | None],
    ) -> Answer:
        cookie = {"cookie": f"a=b; __Host-overallt={self.cookie}"}
        sent: dict[str, str | None] = {**headers, **cookie, **changed}
        request = Request(
            method=method,
            target=target,
            headers={name: value for name, value in sent.items() if value is not None},
            body=body,
            tls=True,
            connect_host="flattr.internal",
            connect_port=443,
            sni="flattr.internal",
        )
        return await self.gateway.answer(request, now=self.now)

    @staticmethod
    def ticket_in(answer: Answer) -> str:
        found = re.search(rb'name="ticket" value="([^"]*)"', answer.body)
        assert found is not None, answer.body.decode()
        return found[1].decode()


@pytest.fixture
def browsers(tmp_path: Path) -> Browsers:
    return Browsers(tmp_path / "gateway.sqlite")


@pytest.fixture
def queue(tmp_path: Path) -> Queue:
    return Queue(tmp_path / "queue.sqlite")


@pytest.fixture
def sites(tmp_path: Path) -> TrustedSites:
    return TrustedSites(tmp_path / "sites.sqlite")


@pytest.fixture
def one_clicks_a_day() -> int:
    return 2


@pytest.fixture
def sign_in(api: Api) -> str:
    return str(Server(api.url, api.token).sign_in)


@pytest.fixture
def connect(api: Api) -> Callable[[], Server]:
    return lambda: Server(api.url, api.token)


@pytest.fixture
def sending(
    connect: Callable[[], Server], queue: Queue, sites: TrustedSites
) -> Sending:
    return Sending(queue, connect, clock=lambda: START, on_counted=sites.count)


@pytest.fixture
def gateway(
    connect: Callable[[], Server],
    sending: Sending,
    browsers: Browsers,
    sites: TrustedSites,
    one_clicks_a_day: int,
    tmp_path: Path,
) -> Gateway:
    return Gateway(
        connect=connect,
        sending=sending,
        server_url="https://server.test",
        browsers=browsers,
        paused_sites=PausedSites(tmp_path / "paused.json"),
        seals=Seals(bytes(32)),
        sites=sites,
        one_clicks_a_day=one_clicks_a_day,
    )


@pytest.fixture
def browser(gateway: Gateway, browsers: Browsers) -> Browser:
    return Browser(gateway, browsers.pair(browsers.new_pairing_code(START), START))


@pytest.fixture
def stranger(gateway: Gateway) -> Browser:
    return Browser(gateway, "guess")
