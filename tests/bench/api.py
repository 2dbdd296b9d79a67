"""What it costs to take a flattr in over HTTP and to have it for good.

Ours is the server whole: token, checks, refusals, a durable commit. Theirs is the
same framework that answers the same POST with the same message and stores nothing;
so the figure is the part of the framework's own speed that is left.
"""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Final

import aiohttp
import sqlalchemy as sa
from aiohttp import web
from figures import Figure, ratio
from loopback import free_port

from overallt.protocol import codec, messages
from overallt_server.core.money import Money
from overallt_server.core.users import User
from overallt_server.settings import Settings
from overallt_server.storage import schema
from overallt_server.storage.database import Database
from overallt_server.storage.migrating import migrate
from overallt_server.use_cases.adding_means import AddingMeans
from overallt_server.use_cases.giving import Giving
from overallt_server.use_cases.passwords import Passwords
from overallt_server.use_cases.secret_tokens import hash_of, new_token
from overallt_server.use_cases.signing_up import SigningUp
from overallt_server.web.app import make_app

CONNECTIONS: Final = 16
FLATTRS: Final = 200
ROUNDS: Final = 5
NOW: Final = datetime.now(UTC)

# Enough things that no round flattrs one a second time.
THINGS: Final = FLATTRS * (ROUNDS + 1)

type Post = Callable[[int], Awaitable[None]]


def figures() -> list[Figure]:
    """Flattr 200 things over 16 connections, in turn here and there."""
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner:
        run = runner.run
        server, token, first = run(_our_server(Path(folder)))
        constant = run(_their_server())
        ours, theirs = _url(server), _url(constant)
        numbers: Iterator[int] = count()

        def flattr_ours() -> None:
            batch = [first + next(numbers) for _ in range(FLATTRS)]
            run(_flattr(ours, token, batch))

        def flattr_theirs() -> None:
            run(_flattr(theirs, token, range(first, first + FLATTRS)))

        relative = ratio(flattr_ours, flattr_theirs, rounds=ROUNDS)
        for each in (server, constant):
            run(each.cleanup())
    return [
        Figure(
            "api: durable flattrs/s on SQLite, over an aiohttp that stores nothing",
            relative,
            must=None,
        )
    ]


async def _flattr(url: str, token: str, things: range | list[int]) -> None:
    connector = aiohttp.TCPConnector(limit=CONNECTIONS)
    headers = {"Authorization": f"Bearer {token}"}
    waiting = iter(things)
    async with aiohttp.ClientSession(
        url, connector=connector, headers=headers
    ) as session:

        async def one_after_the_other() -> None:
            for thing in waiting:
                async with session.post(f"/rest/v2/things/{thing}/flattr") as answer:
                    if answer.status != 200:
                        raise AssertionError(await answer.text())

        await asyncio.gather(*(one_after_the_other() for _ in range(CONNECTIONS)))


async def _our_server(folder: Path) -> tuple[web.AppRunner, str, int]:
    settings = Settings(
        database=f"sqlite:///{folder / 'bench.sqlite'}", listen_port=free_port()
    )
    database = Database(settings.database_url)
    await migrate(database)
    ada, bo = [await _user(database, name) for name in ("ada", "bo")]
    rules = settings.rules
    await AddingMeans(database, rules).add(
        patron=ada.id,
        amount=Money(1000, "EUR"),
        provider="by_hand",
        reference="bench",
        reason="bench",
        now=NOW,
    )
    await Giving(database, rules).set_budget(
        patron=ada.id, amount=Money(500, "EUR"), active=True
    )
    token = new_token()
    first = 1000
    await _fill(database, ada, bo, token, first)

    async def close(_app: web.Application) -> None:
        await database.close()

    app = make_app(settings, database, Passwords())
    app.on_cleanup.append(close)
    return await _started(app, settings.listen_port), token, first


async def _user(database: Database, name: str) -> User:
    return await SigningUp(database, Passwords()).sign_up(
        username=name,
        email=f"{name}@example.org",
        password="a quiet morning",
        profile_url=lambda username: f"https://overallt.example/{username}",
        now=NOW,
    )


async def _fill(
    database: Database, patron: User, owner: User, token: str, first: int
) -> None:
    rows = [
        {
            "id": first + number,
            "owner_id": owner.id,
            "url": f"https://bo.example/{number}",
            "title": f"Thing {number}",
            "description": "",
            "language": "en_GB",
            "category": "rest",
            "tags": [],
            "hidden": False,
            "charity": False,
            "created_at": NOW,
        }
        for number in range(THINGS)
    ]
    async with database.transaction() as tx:
        await tx.execute(sa.insert(schema.things), rows)
        await tx.execute(
            sa.insert(schema.access_tokens).values(
                token_hash=hash_of(token),
                user_id=patron.id,
                client_id="overallt-proxy",
                scopes="flattr",
                created_at=NOW,
            )
        )


async def _their_server() -> web.AppRunner:
    thing = messages.MiniThing(
        resource="http://localhost/rest/v2/things/1000",
        link="http://localhost/thing/1000",
        id=1000,
        url="https://bo.example/0",
        title="Thing 0",
        image="",
        flattrs=1,
    )
    answer = messages.FlattrAnswer("ok", "Thing was successfully flattred", thing)

    async def constant(_request: web.Request) -> web.Response:
        return web.Response(text=codec.encode(answer), content_type="application/json")

    app = web.Application()
    app.add_routes([web.post("/rest/v2/things/{id}/flattr", constant)])
    return await _started(app, 0)


async def _started(app: web.Application, port: int) -> web.AppRunner:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return runner


def _url(runner: web.AppRunner) -> str:
    host, port = runner.addresses[0][:2]
    return f"http://{host}:{port}"
