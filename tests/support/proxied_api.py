"""A small server of the API for a proxy: it knows thing 7 and user ada."""

import asyncio
import json
from dataclasses import dataclass, field

from aiohttp import web

from overallt.protocol.ids import index_key
from overallt.protocol.index_keys import version_of


@dataclass
class Api:
    """The server at the other end: things 7 and ada, and what was flattred.

    ``hosts`` are those that ada has proved to be hers; ``fetched`` is how often the
    index was sent, or, if it is ``divided``, its one bucket.
    """

    ids: list[str] = field(default_factory=lambda: ["7", "ada"])
    flattrs: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    fetched: int = 0
    divided: bool = False
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
        if self.divided:
            return self.part(request.path)
        if request.path == "/rest/v2/things/index":
            if request.headers.get("If-None-Match") == self.etag():
                await asyncio.sleep(0.2)
                return web.Response(status=304)
            return self.index()
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

    def part(self, path: str) -> web.Response:
        if path == "/rest/v2/things/range/":
            return self.index()
        if path == "/rest/v2/things/range":
            return web.json_response({"prefix_bits": 0, "things": len(self.ids)})
        error = {"error": "index_too_large", "error_description": "", "error_uri": ""}
        return web.json_response(error, status=413)

    def index(self) -> web.Response:
        self.fetched += 1
        return web.Response(body=self.keys(), headers={"ETag": self.etag()})

    def keys(self) -> bytes:
        return b"".join(sorted(map(index_key, self.ids)))

    def etag(self) -> str:
        return f'"{version_of(self.keys())}"'

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
