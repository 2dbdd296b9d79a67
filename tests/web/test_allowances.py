"""How often a program may ask the API, and where it is told."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from loopback import free_port

from overallt.protocol import codec, messages
from overallt.protocol.rate_limit import RateLimit
from overallt_server.settings import Settings

if TYPE_CHECKING:
    from tests.web.conftest import World

LIMIT = 5


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("OVERALLT_DATA", str(tmp_path))
    return Settings(
        listen_port=free_port(),
        requests_per_hour=LIMIT,
        anonymous_requests_per_hour=LIMIT,
    )


def _told(headers: Mapping[str, str]) -> tuple[int, int, int]:
    limit, left, used = (
        int(headers[f"X-RateLimit-{name}"])
        for name in ("Limit", "Remaining", "Current")
    )
    return limit, left, used


@pytest.mark.parametrize("path", ["user", "users/bo", "things/99", "things/index"])
async def test_every_answer_to_a_token_says_what_is_left(
    world: "World", path: str
) -> None:
    headers = await world.bearer(await world.user("bo"))

    answers = [
        await world.client.get(f"/rest/v2/{path}", headers=headers) for _ in range(2)
    ]

    assert [(LIMIT, 4, 1), (LIMIT, 3, 2)] == [_told(each.headers) for each in answers]
    now = world.settings.now().timestamp()
    assert now < int(answers[0].headers["X-RateLimit-Reset"]) <= now + 3600


async def test_one_request_too_many_is_refused_until_the_hour_is_over(
    world: "World",
) -> None:
    headers = await world.bearer(await world.user("bo"))

    answers = [
        await world.client.get("/rest/v2/users/bo", headers=headers)
        for _ in range(LIMIT + 2)
    ]
    error = codec.decode(messages.Error, await answers[-1].text())

    assert [200] * LIMIT + [403] * 2 == [each.status for each in answers]
    assert "rate_limit_exceeded" == error.error
    assert (LIMIT, 0, LIMIT + 1) == _told(answers[-1].headers)


async def test_another_token_is_not_held_up(world: "World") -> None:
    bo = await world.user("bo")
    one, other = await world.bearer(bo), await world.bearer(bo)
    for _ in range(LIMIT + 1):
        await world.client.get("/rest/v2/user", headers=one)

    response = await world.client.get("/rest/v2/user", headers=other)

    assert 200 == response.status


@pytest.mark.parametrize("suffix", ["", ".json"])
async def test_what_is_left_can_be_asked_for_freely(
    world: "World", suffix: str
) -> None:
    headers = await world.bearer(await world.user("bo"))
    counted = await world.client.get("/rest/v2/user", headers=headers)
    for _ in range(LIMIT):
        await world.client.get(f"/rest/v2/rate_limit{suffix}", headers=headers)

    response = await world.client.get(f"/rest/v2/rate_limit{suffix}", headers=headers)
    told = codec.decode(RateLimit, await response.text())

    assert (LIMIT, 4, 1) == (told.hourly_limit, told.remaining_hits, told.current_hits)
    assert counted.headers["X-RateLimit-Reset"] == str(told.reset_time_in_seconds)
    assert told.reset_time.endswith("+0000 GMT")
    assert "X-RateLimit-Limit" not in response.headers


def _from(address: str) -> dict[str, str]:
    """Ask as the server in front of this one passes on what comes from *address*."""
    return {"X-Forwarded-For": f"198.51.100.1, {address}"}


@pytest.mark.parametrize("path", ["things/index", "things/search", "users/bo", "user"])
async def test_who_has_no_token_is_counted_by_his_line(
    world: "World", path: str
) -> None:
    await world.user("bo")
    neighbours = ("2001:db8:1:2::3", "2001:db8:1:2::4", "2001:db8:1:3::3")

    answers = [
        await world.client.get(f"/rest/v2/{path}", headers=_from(each))
        for each in neighbours
    ]

    assert [(LIMIT, 4, 1), (LIMIT, 3, 2), (LIMIT, 4, 1)] == [
        _told(each.headers) for each in answers
    ]


async def test_a_token_that_is_not_valid_uses_up_its_line(world: "World") -> None:
    await world.user("bo")
    headers = {**_from("203.0.113.7"), "Authorization": "Bearer " + "0" * 40}
    answers = [
        await world.client.get("/rest/v2/users/bo", headers=headers)
        for _ in range(LIMIT + 1)
    ]
    neighbour = _from("203.0.113.8")
    other = await world.client.get("/rest/v2/users/bo", headers=neighbour)

    assert [200] * LIMIT + [403] == [each.status for each in answers]
    assert 200 == other.status


async def test_with_a_token_the_line_is_not_used_up(world: "World") -> None:
    line = _from("203.0.113.7")
    both = {**line, **await world.bearer(await world.user("bo"))}
    for _ in range(LIMIT + 1):
        await world.client.get("/rest/v2/user", headers=both)

    response = await world.client.get("/rest/v2/rate_limit", headers=line)
    told = codec.decode(RateLimit, await response.text())

    assert (LIMIT, LIMIT, 0) == (
        told.hourly_limit,
        told.remaining_hits,
        told.current_hits,
    )


async def test_what_comes_from_this_computer_is_not_counted(world: "World") -> None:
    answers = [await world.client.get("/rest/v2/languages") for _ in range(LIMIT + 1)]

    assert {200} == {each.status for each in answers}
    assert "X-RateLimit-Limit" not in answers[-1].headers


async def test_pages_for_people_are_not_counted(world: "World") -> None:
    response = await world.client.get("/signin", headers=_from("203.0.113.7"))

    assert "X-RateLimit-Limit" not in response.headers


async def test_a_token_that_is_not_valid_has_no_allowance(world: "World") -> None:
    headers = {"Authorization": "Bearer " + "0" * 40}

    response = await world.client.get("/rest/v2/rate_limit", headers=headers)

    assert 401 == response.status
