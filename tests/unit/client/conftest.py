"""A server of the API whose answers each test writes."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from loopback import answering

from overallt.client.server import Server

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Api:
    """Answers what ``answers`` has, the last again and again; notes what came."""

    answers: dict[str, list[web.Response | Handler]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str], str]] = field(default_factory=list)
    since: list[str | None] = field(default_factory=list)
    url: str = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        what = f"{request.method} {request.path}"
        self.since.append(request.query.get("since"))
        self.asked.append((what, dict(request.headers), await request.text()))
        answers = self.answers[what]
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(found, web.Response):
            return web.Response(
                status=found.status, body=found.body, headers=dict(found.headers)
            )
        return await found(request)


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    api = Api()
    async with answering(api.answer) as api.url:
        yield api


@pytest.fixture
async def server(api: Api) -> AsyncIterator[Server]:
    async with Server(api.url + "/", "secret") as server:
        yield server
