"""The parts of a large index: got as they are needed, and so that they say little."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from loopback import answering

from overallt.client import buckets as client_buckets
from overallt.client.bucket_files import BucketFiles
from overallt.client.buckets import Buckets
from overallt.client.index_file import IndexFile
from overallt.client.server import Refused, Server, ServerUnreachable
from overallt.protocol.buckets import prefix_of, span_of
from overallt.protocol.ids import index_number
from overallt.protocol.index_keys import IndexKeys, version_of

START = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
URL = "https://server.test"
THINGS = 10_000
RANGE = "/rest/v2/things/range"
KEYS = IndexKeys(index_number(str(number)) for number in range(1, THINGS + 1))


class Divided:
    """A server with ten thousand things in four buckets, and a patron's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bits = 2
        self.keys = KEYS
        self.things = THINGS
        self.broken = False
        self.now = START
        self.asked: list[str] = []
        self.heads: list[dict[str, str]] = []
        self.server = Server("", None)

    def buckets(self) -> Buckets:
        files = BucketFiles(self.folder, URL)
        return Buckets(self.server, files, clock=lambda: self.now)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.heads.append(dict(request.headers))
        if self.broken:
            return web.Response(status=503)
        if request.path == RANGE:
            told = {"things": self.things, "prefix_bits": self.bits}
            return web.json_response(told)
        prefix = request.path.removeprefix(f"{RANGE}/")
        self.asked.append(prefix)
        if len(prefix) != self.bits:
            error = {"error": "not_found", "error_description": "", "error_uri": ""}
            return web.json_response(error, status=404)
        content = self.keys.between(*span_of(prefix)).content
        etag = f'"{version_of(content)}"'
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304)
        return web.Response(body=content, headers={"ETag": etag})


@pytest.fixture
async def divided(tmp_path: Path) -> AsyncIterator[Divided]:
    divided = Divided(tmp_path / "buckets")
    async with (
        answering(divided.answer) as url,
        Server(url, "secret") as divided.server,
    ):
        yield divided


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_buckets, "LONGEST_DELAY_SECONDS", 0.01)
    monkeypatch.setattr(client_buckets, "FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(client_buckets, "LOOK_EVERY_SECONDS", 0.01)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 - nothing tells it.
            await asyncio.sleep(0.01)


def in_bucket(prefix: str, *, there: bool = True) -> int:
    """Return the key of a thing in that bucket; if not *there*, of one nobody has."""
    numbers = map(index_number, map(str, count(1 if there else THINGS + 1)))
    return next(each for each in numbers if prefix_of(each, len(prefix)) == prefix)


async def kept(divided: Divided, *prefixes: str) -> Buckets:
    """Give buckets that have got these."""
    buckets = divided.buckets()
    await buckets.learn()
    for prefix in prefixes:
        buckets.knows(in_bucket(prefix))
        await buckets.ask_once()
    return buckets


async def test_until_the_server_divides_its_index_nothing_is_wanted(
    divided: Divided,
) -> None:
    buckets = divided.buckets()

    assert not buckets.knows(in_bucket("01"))
    await buckets.ask_once()
    assert [] == divided.asked


async def test_a_name_whose_bucket_is_not_here_is_known_once_it_is(
    divided: Divided,
) -> None:
    buckets = await kept(divided)
    following = asyncio.create_task(buckets.follow())

    known_at_once = buckets.knows(in_bucket("01"))
    await until(lambda: buckets.knows(in_bucket("01")))
    following.cancel()

    assert not known_at_once
    assert not buckets.knows(in_bucket("01", there=False))
    assert ["01"] == divided.asked


async def test_all_names_of_a_bucket_cost_one_question(divided: Divided) -> None:
    buckets = await kept(divided, "01")

    known = [buckets.knows(each) for each in KEYS if prefix_of(each, 2) == "01"]
    await buckets.ask_once()

    assert len(known) > 2000
    assert all(known)
    assert ["01"] == divided.asked


async def test_it_is_asked_for_by_nobody(divided: Divided) -> None:
    await kept(divided, "01", "10")

    assert 3 == len(divided.heads)
    assert not any("Authorization" in head for head in divided.heads)


async def test_the_order_of_questions_is_not_that_of_the_page(
    divided: Divided,
) -> None:
    orders = set()
    for _ in range(40):
        divided.asked = []
        buckets = await kept(divided)
        for prefix in ("00", "01", "10", "11"):
            buckets.knows(in_bucket(prefix))
        for _ in range(4):
            await buckets.ask_once()
        orders.add(tuple(divided.asked))
        buckets.clear()

    assert {("00", "01", "10", "11")} == {tuple(sorted(order)) for order in orders}
    assert len(orders) > 5


async def test_what_is_on_the_disk_is_known_without_a_server(divided: Divided) -> None:
    await kept(divided, "01")
    divided.broken = True
    divided.now += timedelta(days=6)

    buckets = divided.buckets()

    assert buckets.knows(in_bucket("01"))
    assert not buckets.knows(in_bucket("01", there=False))
    assert buckets.things > 2000


async def test_a_day_later_all_are_refreshed_wanted_or_not(divided: Divided) -> None:
    buckets = await kept(divided, "01", "10")
    new = in_bucket("01", there=False)
    divided.keys = KEYS.joined([new])
    file = IndexFile(divided.folder / "bucket01", URL)
    divided.now += timedelta(hours=23)
    await buckets.ask_once()
    asked_the_same_day = divided.asked[:]
    divided.now += timedelta(hours=1)
    following = asyncio.create_task(buckets.follow())

    await until(
        lambda: (
            len(divided.asked) == 4
            and (heard := file.read()) is not None
            and new in IndexKeys.parse(heard.content)
        )
    )
    following.cancel()

    assert ["01", "10"] == asked_the_same_day
    assert ["01", "10"] == sorted(divided.asked[2:])
    assert buckets.knows(new)


async def test_what_the_server_has_not_spoken_of_for_a_week_is_forgotten(
    divided: Divided,
) -> None:
    buckets = await kept(divided, "01", "10")
    divided.now += timedelta(days=1)
    await buckets.ask_once()
    spoken_of = divided.asked[-1]
    divided.now += timedelta(days=6, seconds=1)

    buckets.forget_old()

    assert {spoken_of} == {
        each for each in ("01", "10") if buckets.knows(in_bucket(each))
    }
    assert len(list(divided.folder.iterdir())) == 1


async def test_a_server_that_is_away_is_asked_again(divided: Divided) -> None:
    buckets = await kept(divided)
    divided.broken = True
    following = asyncio.create_task(buckets.follow())
    buckets.knows(in_bucket("11"))
    await until(lambda: len(divided.heads) > 2)

    divided.broken = False
    await until(lambda: buckets.knows(in_bucket("11")))
    following.cancel()

    assert ["11"] == divided.asked


async def test_where_it_is_divided_anew_it_begins_anew(divided: Divided) -> None:
    buckets = await kept(divided, "01", "10")
    divided.bits = 3
    buckets.knows(in_bucket("11"))
    with pytest.raises(Refused):
        await buckets.ask_once()
    known_before = buckets.knows(in_bucket("01"))

    await buckets.learn()
    buckets.knows(in_bucket("011"))
    await buckets.ask_once()

    assert known_before
    assert ["01", "10", "11", "011"] == divided.asked
    assert buckets.knows(in_bucket("011"))
    assert ["bucket011"] == [each.name for each in divided.folder.iterdir()]


async def test_an_answer_that_comes_after_a_new_division_is_left(
    divided: Divided, monkeypatch: pytest.MonkeyPatch
) -> None:
    buckets = await kept(divided)
    buckets.knows(in_bucket("01"))
    plain = divided.answer

    async def divide_first(request: web.Request) -> web.StreamResponse:
        response = await plain(request)
        if request.path != RANGE:
            divided.bits = 3
            await buckets.learn()
        return response

    async with (
        answering(divide_first) as url,
        Server(url, None) as server,
    ):
        buckets._server = server
        await buckets.ask_once()

    assert not buckets.knows(in_bucket("011"))
    assert not divided.folder.exists()


@pytest.mark.parametrize(("things", "bits"), [(THINGS, 4), (THINGS, -1), (1, 65)])
async def test_a_server_that_says_it_divides_too_finely_is_not_asked(
    divided: Divided, things: int, bits: int
) -> None:
    divided.things, divided.bits = things, bits
    buckets = divided.buckets()

    with pytest.raises(ServerUnreachable):
        await buckets.learn()

    assert not buckets.knows(in_bucket("01"))
    await buckets.ask_once()
    assert [] == divided.asked


async def test_a_server_whose_buckets_are_too_small_is_asked_no_more(
    divided: Divided, caplog: pytest.LogCaptureFixture
) -> None:
    divided.things, divided.bits = 10**9, 4
    buckets = await kept(divided)
    buckets.knows(in_bucket("0100"))
    with pytest.raises(ServerUnreachable):
        await buckets.ask_once()

    buckets.knows(in_bucket("1000"))
    await buckets.ask_once()

    assert ["0100"] == divided.asked
    assert ["buckets asked=no reason=too_small"] == caplog.messages


@pytest.mark.parametrize(
    "answer",
    [
        *(web.Response(body=each) for each in (b"1234567", KEYS.content, b"\xff" * 8)),
        web.Response(body=b"\x50" * 8 + b"\x40" * 8),
        web.Response(status=304),
    ],
)
async def test_what_is_not_the_bucket_is_not_taken(
    divided: Divided, answer: web.Response, api: Any
) -> None:
    buckets = await kept(divided)
    buckets.knows(in_bucket("01"))
    api.answers[f"GET {RANGE}/01"] = [answer]
    buckets._server = Server(api.url, None)

    async with buckets._server:
        with pytest.raises(ServerUnreachable):
            await buckets.ask_once()

    assert not buckets.knows(in_bucket("01"))


async def test_of_too_many_those_stay_that_were_needed_last(
    divided: Divided, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_buckets, "MOST_BUCKETS", 2)
    buckets = await kept(divided, "00", "01")
    buckets.knows(in_bucket("00"))

    buckets.knows(in_bucket("10"))
    await buckets.ask_once()

    assert ["bucket00", "bucket10"] == sorted(
        each.name for each in divided.folder.iterdir()
    )
    assert not buckets.knows(in_bucket("01"))


async def test_a_page_can_want_only_so_many(
    divided: Divided, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_buckets, "MOST_WANTED", 2)
    buckets = await kept(divided)
    for prefix in ("00", "01", "10", "11"):
        buckets.knows(in_bucket(prefix))

    for _ in range(4):
        await buckets.ask_once()

    assert ["00", "01"] == sorted(divided.asked)


async def test_files_of_two_divisions_or_of_no_keys_are_as_none(
    divided: Divided,
) -> None:
    await kept(divided, "01")
    divided.bits = 3
    (divided.folder / "bucket01").rename(divided.folder / "kept")
    await kept(divided, "110")
    (divided.folder / "kept").rename(divided.folder / "bucket01")

    buckets = divided.buckets()

    assert not buckets.knows(in_bucket("01"))
    assert [] == list(divided.folder.iterdir())


async def test_a_disk_that_is_full_costs_the_files_only(
    divided: Divided, caplog: pytest.LogCaptureFixture
) -> None:
    divided.folder.touch()

    buckets = await kept(divided, "01")

    assert buckets.knows(in_bucket("01"))
    assert ["buckets written=no reason=FileExistsError"] == caplog.messages


async def test_a_bucket_cut_off_on_the_disk_is_asked_for_again(
    divided: Divided,
) -> None:
    await kept(divided, "01")
    file = divided.folder / "bucket01"
    file.write_bytes(file.read_bytes()[:-1])

    buckets = await kept(divided, "01")

    assert buckets.knows(in_bucket("01"))
    assert ["01", "01"] == divided.asked
