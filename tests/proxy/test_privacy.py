"""P6: a hundred pages are read, and the server learns nothing of them.

The server is the real one. Between it and the proxy stands a relay that keeps every
byte; an audit hook of Python's hears every connection and every name looked up.
"""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pytest
import sqlalchemy as sa
from aiohttp import web
from argon2 import PasswordHasher
from loopback import HOST, free_port
from recording import Recording, connecting, recording

from overallt.client import buckets as client_buckets
from overallt.client.server import Refused, Server
from overallt.protocol.buckets import LEAST_THINGS, prefix_of
from overallt.protocol.ids import ThingId, UserId, index_number
from overallt.proxy.settings import ProxySettings
from overallt_server.core.periods import Period
from overallt_server.core.users import User
from overallt_server.settings import Settings
from overallt_server.storage import schema, users
from overallt_server.storage.database import Database
from overallt_server.storage.row_hashes import hashed
from overallt_server.use_cases.passwords import Passwords
from overallt_server.web.app import make_app

PAGES: Final = 100
THINGS: Final = 10_000
BITS: Final = 3
# Everywhere in what is read: hosts, paths, queries, texts.
SECRET: Final = "quince"
HOSTS: Final = tuple(f"{SECRET}{number}.test" for number in range(PAGES))
MADE_AT: Final = Period(2026, 1).start


@dataclass
class Watched:
    """The server, and what was sent to it."""

    port: int
    sent: Recording
    runner: web.AppRunner

    async def stop(self) -> None:
        await self.runner.cleanup()


async def _fill(database: Database) -> None:
    words = {"description": "", "language": "en_GB", "category": "text", "tags": []}
    shared = {"owner_id": 1, "hidden": False, "charity": False, "created_at": MADE_AT}
    rows = [
        hashed(
            schema.things,
            {"id": number, "url": f"https://a.test/{number}", "title": "x"}
            | words
            | shared,
        )
        for number in range(1, THINGS + 1)
    ]
    owner = User(UserId(1), "owner", "owner@users.test", MADE_AT, ThingId(1))
    async with database.transaction() as tx:
        await users.add(tx, owner, password_hash="!")
        await tx.execute(sa.insert(schema.things), rows)


@pytest.fixture
def index_max_things() -> int:
    return THINGS


@pytest.fixture
async def api(
    index_max_things: int,
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Watched]:
    monkeypatch.setenv("OVERALLT_DATA", str(tmp_path))
    # It is asked at the relay, so that is its name.
    port = free_port()
    settings = Settings(listen_port=port, index_max_things=index_max_things)
    await _fill(database)
    cheap = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    runner = web.AppRunner(make_app(settings, database, cheap), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, HOST, 0).start()
    server_port = runner.addresses[0][1]
    async with recording(port=port, server_port=server_port) as sent:
        yield Watched(port, sent, runner)
        await runner.cleanup()


@pytest.fixture
def settings(settings: ProxySettings, site: Any) -> ProxySettings:
    secret_sites = dict.fromkeys(HOSTS, (HOST, site.port))
    return replace(settings, local_sites={**settings.local_sites, **secret_sites})


def tag_ids(number: int) -> tuple[str, ...]:
    """Return what the page *number* names: a thing, nothing, a user, nobody."""
    return (str(number + 1), str(THINGS + 1 + number), f"{SECRET}{number}", "nobody")


def page(number: int) -> bytes:
    texts = " ".join(f"[Flattr={each}]" for each in tag_ids(number))
    return (
        f"<!doctype html><title>{SECRET}</title>"
        f"<link rel=dns-prefetch href=//{SECRET}-prefetch.test>"
        f"<p>{texts}</p><img src=http://{SECRET}-image.test/{number}.png>"
    ).encode()


async def read_all(site: Any, reader: Any) -> list[bytes]:
    """Read a hundred pages, half of them over HTTPS; return what came."""
    bodies = []
    for number, host in enumerate(HOSTS):
        path = f"/{SECRET}/{number}?q={SECRET}{number}"
        site.add(path, page(number))
        origin = f"http://{host}" if number % 2 else "https://site.test"
        got = await reader.get(
            f"{origin}{path}", Referer=f"{origin}/{SECRET}", Cookie=f"is={SECRET}"
        )
        bodies.append(got.body)
    return bodies


def lines_of(heads: list[str]) -> set[str]:
    return {line for head in heads for line in head.split("\r\n")}


def told_by(heads: list[str]) -> set[str]:
    """Return each line of *heads* that tells something of what was read."""
    marks = {SECRET, "site.test", "nobody"}
    for name in {name for number in range(PAGES) for name in tag_ids(number)}:
        key = index_number(name)
        digest = hashlib.sha256(name.encode()).hexdigest()
        finer = {f"/range/{prefix_of(key, bits)}" for bits in range(BITS + 1, 65)}
        marks |= {f"/things/{name}", digest[:8], str(key), *finer}
    return {
        line for line in lines_of(heads) if any(mark in line.lower() for mark in marks)
    }


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 - nothing tells it.
            await asyncio.sleep(0.01)


async def test_not_one_byte_leaves_while_a_hundred_pages_are_read(
    site: Any, reader: Any, proxy: Any, api: Watched
) -> None:
    """The list has been fetched and the next question is open, whatever is read.

    Should reading take longer than that stays open, the same is asked once more.
    """
    await until(lambda: len(api.sent.heads) == 2)
    before = api.sent.heads

    bodies = await read_all(site, reader)

    assert [1] * PAGES == [body.count(b"flattr.internal/give/") for body in bodies]
    assert set(before) == set(api.sent.heads)
    assert set() == told_by(api.sent.heads)


async def test_the_proxy_connects_to_the_sites_and_the_server_only(
    site: Any, reader: Any, proxy: Any, api: Watched
) -> None:
    with connecting() as heard:
        await read_all(site, reader)

    ports = {site.port, site.secure_port, proxy.port}
    allowed = {("socket.connect", (HOST, port)) for port in ports}
    looked_up = {("socket.getaddrinfo", HOST)}
    assert allowed <= set(heard) <= allowed | looked_up


@pytest.mark.parametrize("index_max_things", [THINGS - 1])
async def test_of_a_large_index_only_buckets_are_asked_for_and_by_nobody(
    site: Any,
    reader: Any,
    proxy: Any,
    api: Watched,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client_buckets, "LONGEST_DELAY_SECONDS", 0.01)
    before = lines_of(api.sent.heads)
    bodies = await read_all(site, reader)
    asked = {f"GET /rest/v2/things/range/{each:03b} HTTP/1.1" for each in range(8)}
    await until(lambda: asked <= lines_of(api.sent.heads))
    await until(lambda: all(proxy.index.knows(str(each)) for each in range(1, 100)))

    again = await read_all(site, reader)

    prefixes = [prefix_of(index_number(str(each + 1)), BITS) for each in range(THINGS)]
    assert min(prefixes.count(f"{each:03b}") for each in range(8)) >= LEAST_THINGS
    assert b"flattr.internal/give/" not in bodies[0]
    assert [1] * PAGES == [body.count(b"flattr.internal/give/") for body in again]
    # Each bucket is asked for once, and nothing beside its name is new.
    new = asked | {"Accept: application/octet-stream"}
    assert before | new == lines_of(api.sent.heads)
    assert 8 == sum("/range/" in head for head in api.sent.heads)
    assert set() == told_by(api.sent.heads)


@pytest.mark.parametrize("index_max_things", [THINGS - 1])
async def test_buckets_serve_when_the_server_is_away(
    site: Any,
    reader: Any,
    proxy: Any,
    api: Watched,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client_buckets, "LONGEST_DELAY_SECONDS", 0.01)
    site.add("/", b"<p>[Flattr=7] and [Flattr=70000]")
    await until(lambda: bool(proxy.index.knows("7")))
    await api.stop()

    body = (await reader.get("https://site.test/")).body

    assert 1 == body.count(b"flattr.internal/give/")


@pytest.mark.parametrize("tag_id", ["7", f"{SECRET}7"])
async def test_the_record_would_show_a_question_about_one_thing(
    api: Watched, tag_id: str
) -> None:
    async with Server(f"http://{HOST}:{api.port}", None) as server:
        await server.index(None, since=None, wait=False)
        blameless = told_by(api.sent.heads)
        with contextlib.suppress(Refused):
            await server.thing(tag_id)

    assert set() == blameless
    assert {f"GET /rest/v2/things/{tag_id} HTTP/1.1"} == told_by(api.sent.heads)


async def test_the_record_would_show_a_bucket_that_is_too_small(api: Watched) -> None:
    prefix = prefix_of(index_number("7"), BITS + 1)
    async with Server(f"http://{HOST}:{api.port}", None) as server:
        with pytest.raises(Refused, match="no such bucket"):
            await server.bucket(prefix, None)

    assert {f"GET /rest/v2/things/range/{prefix} HTTP/1.1"} == told_by(api.sent.heads)
