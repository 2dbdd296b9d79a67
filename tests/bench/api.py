"""What it costs to take a flattr in over HTTP and to have it for good, and to read.

A flattr is token, checks, refusals, idempotency keys, a durable commit. It is compared
with the same framework that answers the same POST with the same message and stores
nothing, so that the figure is the part of the framework's own speed that is left; and
with ourselves where each flattr has a transaction of its own. Each of 64 patrons
flattrs every thing once, and in the end all of it must be there.
"""

import asyncio
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import reads
import sqlalchemy as sa
from figures import Figure
from load import CONNECTIONS, Constant, Measured, constant, measure, ours
from patrons_and_things import fill
from postgres import PostgresMissing, postgres, run_sql

from overallt.protocol import codec, messages
from overallt_server.storage import schema
from overallt_server.storage.database import Database
from overallt_server.use_cases.secret_tokens import new_token

FLATTRS: Final = 20
ROUNDS: Final = 3
# Each patron flattrs every thing once at most.
THINGS: Final = FLATTRS * (ROUNDS + 1)


@dataclass(frozen=True, slots=True)
class Asker:
    """A server to ask, and the tokens of its patrons."""

    port: int
    tokens: tuple[str, ...]


def figures() -> list[Figure]:
    """Let 64 patrons flattr here, one each, and there, in turn; then let them read."""
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
    return rows + reads.figures()


def _figures(
    name: str, one_url: str, all_url: str, over_nothing: float, over_one: float
) -> list[Figure]:
    with ExitStack() as stack:
        nothing = Asker(
            stack.enter_context(constant({"/rest/v2/things/{id}/flattr": _answer()})),
            ("0" * 40,),
        )
        one = _server(stack, one_url, at_once=1)
        together = _server(stack, all_url, at_once=200)
        rounds = [
            [asyncio.run(_measure(each, turn)) for each in (nothing, one, together)]
            for turn in range(ROUNDS + 1)
        ][1:]
    for url in (one_url, all_url):
        assert CONNECTIONS * THINGS == asyncio.run(_stored(url))
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


async def _measure(asker: Asker, turn: int) -> Measured:
    def flattring(number: int, port: int) -> Iterator[bytes]:
        token = asker.tokens[number % len(asker.tokens)]
        for thing in range(FLATTRS * turn + 1, FLATTRS * (turn + 1) + 1):
            yield (
                f"POST /rest/v2/things/{thing}/flattr HTTP/1.1\r\n"
                f"Host: localhost:{port}\r\n"
                f"Authorization: Bearer {token}\r\n"
                f"Idempotency-Key: {number}-{thing}\r\n"
                "Content-Length: 0\r\n\r\n"
            ).encode()

    return await measure(asker.port, flattring)


def _server(stack: ExitStack, url: str, *, at_once: int) -> Asker:
    tokens = tuple(new_token() for _ in range(CONNECTIONS))
    asyncio.run(fill(url, tokens, THINGS))
    port = stack.enter_context(ours(url, flattrs_at_once=str(at_once)))
    return Asker(port, tokens)


def _answer() -> Constant:
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
    return Constant(200, codec.encode(answer).encode(), "application/json")


async def _stored(url: str) -> int:
    database = Database(url)
    async with database.snapshot() as tx:
        flattrs = sa.select(sa.func.count()).select_from(schema.flattrs)
        stored = await tx.scalar(flattrs)
    await database.close()
    return stored or 0
