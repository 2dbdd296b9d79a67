"""What is in the queue gets to the server, each click once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from overallt.client import sending as client_sending
from overallt.client.queue import KeptClick, Queue, State
from overallt.client.sending import NoAnswer, Sending, ServerAway
from overallt.client.server import Refused, Server
from overallt.protocol.messages import Thing

START = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
TEN_SECONDS = timedelta(seconds=10)
MINI = {
    "type": "thing",
    "resource": "r",
    "link": "l",
    "id": 7,
    "url": "u",
    "title": "A song",
    "image": "",
    "flattrs": 1,
}
THING = MINI | {
    "description": "",
    "tags": [],
    "language": "en_GB",
    "category": "audio",
    "created_at": 0,
    "owner": {"type": "user", "resource": "r", "link": "l", "username": "ada"},
    "hidden": False,
    "flattrs_user_count": 0,
}
GET = "GET /rest/v2/things/7"
POST = "POST /rest/v2/things/7/flattr"
COUNTED = web.json_response({"message": "ok", "description": "", "thing": MINI})
DOWN = web.Response(status=503, text="stopping")


def refusal(code: str) -> web.Response:
    body = {"error": code, "error_description": "Because.", "error_uri": ""}
    return web.json_response(body, status=403)


class Patron:
    """A queue and who sends it: his sign-in, his clock."""

    def __init__(self, path: Path, url: str) -> None:
        self.queue = Queue(path)
        self.url = url
        self.token: str | None = "secret"
        self.now = START
        self.counted: list[tuple[str, int]] = []
        self.sending = Sending(
            self.queue,
            lambda: Server(self.url, self.token),
            clock=lambda: self.now,
            on_counted=self.note,
        )

    def note(self, click: KeptClick, thing: Thing) -> None:
        self.counted.append((click.click_id, thing.id))

    async def confirm(self, click_id: str, tag_id: str = "7") -> None:
        await self.sending.give(click_id=click_id, tag_id=tag_id, site=None)

    def states(self) -> dict[str, tuple[State, str | None]]:
        return {
            each.click_id: (each.state, each.reason) for each in self.queue.clicks()
        }

    @asynccontextmanager
    async def following(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.sending.follow())
        yield
        assert not task.done()
        task.cancel()

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not holds():  # noqa: ASYNC110 - nothing tells it.
                await asyncio.sleep(0.01)


@pytest.fixture
def patron(api: Any, tmp_path: Path) -> Patron:
    api.answers = {GET: [web.json_response(THING)], POST: [COUNTED]}
    return Patron(tmp_path / "queue.sqlite", api.url)


def posted(api: Any) -> list[str]:
    return [sent["Idempotency-Key"] for what, sent, _ in api.asked if what == POST]


async def test_what_is_answered_at_once_is_gone_at_once(
    patron: Patron, api: Any
) -> None:
    thing = await patron.sending.give(click_id="a", tag_id="7", site=None)

    assert thing.title == "A song"
    assert posted(api) == ["a"]
    assert patron.states() == {}


async def test_with_the_server_away_nothing_is_underway(
    patron: Patron, api: Any
) -> None:
    api.answers[GET] = [DOWN]

    with pytest.raises(NoAnswer):
        await patron.confirm("a")

    assert patron.states() == {"a": (State.WAITING, None)}
    assert await patron.sending.drop("a")


async def test_a_click_without_an_answer_is_underway_and_sent_again_as_itself(
    patron: Patron, api: Any
) -> None:
    api.answers[POST] = [DOWN, COUNTED]
    with pytest.raises(NoAnswer):
        await patron.confirm("a")
    underway = patron.states()

    async with patron.following():
        await patron.until(lambda: patron.states() == {})

    assert underway == {"a": (State.UNDERWAY, None)}
    assert posted(api) == ["a", "a"]


async def test_a_held_click_is_sent_after_its_time_and_not_before(
    patron: Patron, api: Any
) -> None:
    async with patron.following():
        await patron.sending.hold(click_id="a", tag_id="7", wait=TEN_SECONDS)
        patron.now = START + TEN_SECONDS
        await patron.sending.give(click_id="b", tag_id="7", site=None)
        early = set(posted(api))
        patron.now = START + TEN_SECONDS + timedelta(seconds=1)
        patron.sending.wake()
        await patron.until(lambda: patron.states() == {})

    assert early == {"b"}
    assert set(posted(api)) == {"b", "a"}


async def test_a_held_click_needs_nobody_to_be_sent(patron: Patron, api: Any) -> None:
    patron.sending = Sending(
        patron.queue,
        lambda: Server(api.url, "secret"),
        clock=lambda: datetime.now(UTC),
        on_counted=patron.note,
    )
    await patron.sending.hold(click_id="a", tag_id="7", wait=timedelta(0))
    held = patron.states()

    async with patron.following():
        await patron.until(lambda: patron.states() == {})

    assert held == {"a": (State.WAITING, None)}
    assert posted(api) == ["a"]


async def test_a_held_click_that_is_taken_back_is_never_sent(
    patron: Patron, api: Any
) -> None:
    await patron.sending.hold(click_id="a", tag_id="7", wait=TEN_SECONDS)
    taken_back = await patron.sending.drop("a")
    patron.now = START + timedelta(minutes=1)

    async with patron.following():
        await patron.sending.give(click_id="b", tag_id="7", site=None)

    assert taken_back
    assert set(posted(api)) == {"b"}


async def test_nothing_is_held_for_who_is_not_signed_in(patron: Patron) -> None:
    patron.token = None

    with pytest.raises(Refused):
        await patron.sending.hold(click_id="a", tag_id="7", wait=TEN_SECONDS)

    assert patron.states() == {}


async def test_what_was_kept_is_sent_when_the_server_is_heard_of(
    patron: Patron, api: Any
) -> None:
    api.answers[GET] = [DOWN]
    for click_id in "ab":
        with pytest.raises(NoAnswer):
            await patron.confirm(click_id)
    async with patron.following():
        await asyncio.sleep(0.1)
        api.answers[GET] = [web.json_response(THING)]

        patron.sending.wake()
        await patron.until(lambda: patron.states() == {})

    assert sorted(posted(api)) == ["a", "b"]


async def test_it_is_tried_again_even_if_nothing_is_heard(
    patron: Patron, api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_sending, "FIRST_PAUSE_SECONDS", 0.01)
    api.answers[GET] = [DOWN, DOWN, DOWN, web.json_response(THING)]
    with pytest.raises(NoAnswer):
        await patron.confirm("a")

    async with patron.following():
        await patron.until(lambda: patron.states() == {})

    assert posted(api) == ["a"]


async def test_with_the_server_away_it_is_asked_once_a_round(
    patron: Patron, api: Any
) -> None:
    # A hotel's network answers in the server's place.
    api.answers[GET] = [web.Response(status=302, headers={"Location": "/hotel"})]
    for click_id in "abc":
        with pytest.raises(ServerAway):
            await patron.confirm(click_id)
    api.asked.clear()

    async with patron.following():
        await asyncio.sleep(0.2)

    assert [GET] == [what for what, *_ in api.asked]


async def test_one_that_never_gets_an_answer_holds_up_nobody(
    patron: Patron, api: Any
) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        bad = request.headers["Idempotency-Key"] == "bad"
        return web.Response(status=500) if bad else web.Response(body=COUNTED.body)

    api.answers[POST] = [answer]
    with pytest.raises(NoAnswer):
        await patron.confirm("bad")
    patron.queue.keep(
        click_id="good",
        sign_in=str(Server(api.url, "secret").sign_in),
        tag_id="7",
        site=None,
        confirmed_at=START,
    )

    async with patron.following():
        await patron.until(lambda: "good" not in patron.states())

    assert patron.states() == {"bad": (State.UNDERWAY, None)}


@pytest.mark.parametrize("where", [GET, POST])
async def test_a_refusal_is_final_and_kept_with_its_reason(
    patron: Patron, api: Any, where: str
) -> None:
    api.answers[GET] = [DOWN]
    with pytest.raises(NoAnswer):
        await patron.confirm("a")
    api.answers[GET] = [web.json_response(THING)]
    api.answers[where] = [refusal("not_found")]
    refused = {"a": (State.REFUSED, "not_found")}

    async with patron.following():
        await patron.until(lambda: patron.states() == refused)
        api.asked.clear()
        patron.sending.wake()
        await asyncio.sleep(0.1)

    assert api.asked == []


async def test_a_refusal_at_once_is_told_and_not_kept(patron: Patron, api: Any) -> None:
    api.answers[POST] = [refusal("no_means")]

    with pytest.raises(Refused):
        await patron.confirm("a")

    assert patron.states() == {}


async def test_too_often_means_later(patron: Patron, api: Any) -> None:
    api.answers[GET] = [refusal("rate_limit_exceeded")]

    with pytest.raises(NoAnswer):
        await patron.confirm("a")

    assert patron.states() == {"a": (State.WAITING, None)}


async def test_a_click_is_sent_in_nobody_elses_name(patron: Patron, api: Any) -> None:
    api.answers[GET] = [DOWN, web.json_response(THING)]
    with pytest.raises(NoAnswer):
        await patron.confirm("a")
    patron.token = "of somebody else"

    async with patron.following():
        await patron.until(lambda: bool(patron.states()["a"][1]))

    assert patron.states() == {"a": (State.REFUSED, "other_sign_in")}
    assert posted(api) == []


async def test_while_nobody_is_signed_in_it_waits(patron: Patron, api: Any) -> None:
    api.answers[GET] = [DOWN, web.json_response(THING)]
    with pytest.raises(NoAnswer):
        await patron.confirm("a")
    patron.token = None

    async with patron.following():
        await asyncio.sleep(0.1)

    assert patron.states() == {"a": (State.WAITING, None)}


async def test_without_a_sign_in_nothing_is_taken(patron: Patron) -> None:
    patron.token = None

    with pytest.raises(Refused, match="unauthorized"):
        await patron.confirm("a")

    assert patron.states() == {}


async def test_after_a_month_it_is_given_up(patron: Patron, api: Any) -> None:
    api.answers[GET] = [DOWN, web.json_response(THING)]
    with pytest.raises(NoAnswer):
        await patron.confirm("a")
    patron.now += timedelta(days=30, seconds=1)

    async with patron.following():
        await patron.until(lambda: bool(patron.states()["a"][1]))

    assert patron.states() == {"a": (State.REFUSED, "too_old")}
    assert posted(api) == []


async def test_what_is_taken_back_while_the_thing_is_asked_for_is_not_sent(
    patron: Patron, api: Any
) -> None:
    async def take_back(_: web.Request) -> web.StreamResponse:
        patron.queue.drop("a")
        return web.json_response(THING)

    api.answers[GET] = [take_back]

    with pytest.raises(NoAnswer):
        await patron.confirm("a")

    assert posted(api) == []


async def test_the_click_on_a_thing_is_found_until_it_is_refused(
    patron: Patron, api: Any
) -> None:
    api.answers[GET] = [DOWN]
    with pytest.raises(NoAnswer):
        await patron.confirm("a")

    found = await patron.sending.find("7")
    patron.queue.refuse("a", "no_means")

    assert found is not None
    assert found.click_id == "a"
    assert await patron.sending.find("7") is None
    assert await patron.sending.find("8") is None


async def test_a_queue_that_breaks_is_tried_again_and_logged_without_a_word_of_it(
    patron: Patron,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client_sending, "FIRST_PAUSE_SECONDS", 0.01)
    (tmp_path / "queue.sqlite").write_bytes(b"no database at all" * 100)

    async with patron.following():
        await patron.until(lambda: len(caplog.messages) > 1)

    assert {"queue unusable reason=DatabaseError"} == set(caplog.messages)
