"""What it costs to take a flattr in over HTTP and to have it for good.

Ours is the server whole, a process of its own as an operator starts it: token, checks,
refusals, idempotency keys, a durable commit. It is compared with the same framework
that answers the same POST with the same message and stores nothing, so that the figure
is the part of the framework's own speed that is left; and with itself where each flattr
has a transaction of its own. 64 patrons flattr at the same time, each over a connection
of his own, from this process; they speak just as much HTTP as it takes.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from typing import Final, override

import sqlalchemy as sa
from aiohttp import web
from figures import Figure
from loopback import HOST, free_port
from postgres import PostgresMissing, postgres, run_sql

from overallt.protocol import codec, messages
from overallt.protocol.ids import ThingId, UserId
from overallt_server.core import chart
from overallt_server.core.journal import EntryKind, JournalEntry
from overallt_server.core.money import Money
from overallt_server.storage import access_schema, journal, schema
from overallt_server.storage.database import Database
from overallt_server.storage.migrating import migrate
from overallt_server.storage.row_hashes import hashed
from overallt_server.use_cases.secret_tokens import hash_of, new_token

CONNECTIONS: Final = 64
FLATTRS: Final = 20
ROUNDS: Final = 3
NOW: Final = datetime.now(UTC)
FIRST_PATRON: Final = 100
# Each patron flattrs every thing once at most.
THINGS: Final = FLATTRS * (ROUNDS + 1)
START_SECONDS: Final = 30


@dataclass(frozen=True, slots=True)
class Measured:
    """How many flattrs a second were answered, and how long the slowest waited."""

    a_second: float
    p99_seconds: float


@dataclass(frozen=True, slots=True)
class Asker:
    """A server to ask, and the tokens of its patrons."""

    port: int
    tokens: tuple[str, ...]


def figures() -> list[Figure]:
    """Let 64 patrons flattr here, one each, and there, in turn."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        file = f"sqlite:///{Path(folder)}"
        rows += _figures("SQLite", f"{file}/one.db", f"{file}/all.db", 0.5, 3)
    try:
        with postgres(durable=True) as url:
            run_sql(url, "CREATE DATABASE one")
            run_sql(url, "CREATE DATABASE together")
            rows += _figures("PostgreSQL", f"{url}/one", f"{url}/together", 0.45, 2)
    except PostgresMissing as missing:
        print(missing, file=sys.stderr)
    return rows


def _figures(
    name: str, one_url: str, all_url: str, over_nothing: float, over_one: float
) -> list[Figure]:
    with ExitStack() as stack:
        nothing = Asker(stack.enter_context(_nothing_stored()), ("0" * 40,))
        one = stack.enter_context(_server(one_url, at_once=1))
        together = stack.enter_context(_server(all_url, at_once=200))
        rounds = [
            [asyncio.run(_measure(each, turn)) for each in (nothing, one, together)]
            for turn in range(ROUNDS + 1)
        ][1:]
    speed = [[each.a_second for each in turn] for turn in rounds]
    p99 = [[each.p99_seconds for each in turn] for turn in rounds]
    what = f"api: durable flattrs/s on {name}"
    return [
        Figure(
            f"{what}, over an aiohttp that stores nothing",
            statistics.median(ours / theirs for theirs, _, ours in speed),
            must=over_nothing,
        ),
        Figure(
            f"{what}, over one transaction each",
            statistics.median(ours / one for _, one, ours in speed),
            must=over_one,
        ),
        Figure(
            f"api: p99 of a flattr on {name}, over one transaction each",
            statistics.median(ours / one for _, one, ours in p99),
            must=1,
            at_least=False,
        ),
    ]


class _Patron(asyncio.Protocol):
    """One patron who flattrs thing after thing over his connection."""

    def __init__(self, requests: Iterator[bytes]) -> None:
        self._requests = requests
        self._answer = b""
        self._asked_at = 0.0
        self.waited: list[float] = []
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._ask()

    @override
    def data_received(self, data: bytes) -> None:
        self._answer += data
        head, blank, body = self._answer.partition(b"\r\n\r\n")
        _, _, length = head.partition(b"Content-Length: ")
        if not blank or len(body) < int(length.partition(b"\r\n")[0]):
            return
        if not head.startswith(b"HTTP/1.1 200 "):
            self.ended.set_exception(AssertionError(self._answer))
            return
        self.waited.append(time.perf_counter() - self._asked_at)
        self._ask()

    def _ask(self) -> None:
        self._answer = b""
        self._asked_at = time.perf_counter()
        request = next(self._requests, None)
        if request is None:
            self._transport.close()
            self.ended.set_result(None)
        else:
            self._transport.write(request)


async def _measure(asker: Asker, turn: int) -> Measured:
    first = FLATTRS * turn + 1
    loop = asyncio.get_running_loop()
    patrons = [
        _Patron(
            _request(asker, number, thing) for thing in range(first, first + FLATTRS)
        )
        for number in range(CONNECTIONS)
    ]
    begin = time.perf_counter()
    for patron in patrons:
        await loop.create_connection(lambda patron=patron: patron, HOST, asker.port)  # type: ignore[misc]
    await asyncio.gather(*(patron.ended for patron in patrons))
    seconds = time.perf_counter() - begin
    waited = sorted(each for patron in patrons for each in patron.waited)
    return Measured(len(waited) / seconds, waited[len(waited) * 99 // 100])


def _request(asker: Asker, number: int, thing: int) -> bytes:
    return (
        f"POST /rest/v2/things/{thing}/flattr HTTP/1.1\r\n"
        f"Host: localhost:{asker.port}\r\n"
        f"Authorization: Bearer {asker.tokens[number % len(asker.tokens)]}\r\n"
        f"Idempotency-Key: {number}-{thing}\r\n"
        "Content-Length: 0\r\n\r\n"
    ).encode()


@contextmanager
def _server(url: str, *, at_once: int) -> Iterator[Asker]:
    tokens = tuple(new_token() for _ in range(CONNECTIONS))
    asyncio.run(_fill(url, tokens))
    port = free_port()
    environment = {
        "OVERALLT_DATABASE": url,
        "OVERALLT_LISTEN_PORT": str(port),
        "OVERALLT_FLATTRS_AT_ONCE": str(at_once),
    }
    with subprocess.Popen(
        [sys.executable, "-m", "overallt_server", "serve"],
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
    ) as process:
        try:
            _wait_for(port)
            yield Asker(port, tokens)
        finally:
            process.terminate()


@contextmanager
def _nothing_stored() -> Iterator[int]:
    port = free_port()
    process = get_context("spawn").Process(target=_answer_at_once, args=(port,))
    process.start()
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.join()


def _answer_at_once(port: int) -> None:
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
    web.run_app(app, host=HOST, port=port, access_log=None, print=None)


def _wait_for(port: int) -> None:
    give_up = time.monotonic() + START_SECONDS
    while True:
        try:
            asyncio.run(_connect(port))
        except OSError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.05)
        else:
            return


async def _connect(port: int) -> None:
    _reader, writer = await asyncio.open_connection(HOST, port)
    writer.close()
    await writer.wait_closed()


async def _fill(url: str, tokens: tuple[str, ...]) -> None:
    database = Database(url)
    await migrate(database)
    patrons = [
        UserId(number) for number in range(FIRST_PATRON, FIRST_PATRON + len(tokens))
    ]
    numbers = count(1)
    entries = {
        patron: JournalEntry.transfer(
            kind=EntryKind.MEANS_ADDED,
            natural_key="means_added:by_hand:bench",
            memo="a bench",
            made_at=NOW,
            debit=chart.cash("by_hand"),
            credit=chart.means(patron),
            amount=Money(1000, "EUR"),
        )
        for patron in patrons
    }
    async with database.transaction() as tx:
        await tx.execute(sa.insert(schema.users), [_user(each) for each in patrons])
        await tx.execute(
            sa.insert(schema.things),
            [
                hashed(schema.things, _thing(ThingId(next(numbers))))
                for _ in range(THINGS)
            ],
        )
        await tx.execute(
            sa.insert(schema.budgets),
            [
                {
                    "patron_id": each,
                    "amount_minor": 500,
                    "currency": "EUR",
                    "active": True,
                }
                for each in patrons
            ],
        )
        await tx.execute(
            sa.insert(access_schema.access_tokens),
            [
                {
                    "token_hash": hash_of(token),
                    "user_id": patron,
                    "client_id": "overallt-proxy",
                    "scopes": "flattr",
                    "created_at": NOW,
                }
                for patron, token in zip(patrons, tokens, strict=True)
            ],
        )
        await journal.append_each(tx, entries)
    await database.close()


def _user(patron: UserId) -> dict[str, object]:
    return {
        "id": patron,
        "username": f"patron{patron}",
        "email": f"patron{patron}@example.org",
        "password_hash": "!",
        "profile_thing_id": 1_000_000 + patron,
        "registered_at": NOW,
    }


def _thing(thing: ThingId) -> dict[str, object]:
    return {
        "id": thing,
        "owner_id": 1,
        "url": f"https://bo.example/{thing}",
        "title": f"Thing {thing}",
        "description": "",
        "language": "en_GB",
        "category": "rest",
        "tags": [],
        "hidden": False,
        "charity": False,
        "created_at": NOW,
    }
