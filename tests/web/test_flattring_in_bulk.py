"""Clicks that have waited, sent at once: each counts, or is refused, by itself."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from overallt.protocol import codec, messages
from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.use_cases.giving import Giving
from overallt_server.web.click_inputs import MOST_CLICKS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.web.conftest import World

BULK = "/rest/v2/flattr/bulk"
Answer = messages.FlattrAnswer | messages.IntentAnswer | messages.Error


async def _send(
    world: "World", headers: "Mapping[str, str]", clicks: "Sequence[Any]"
) -> list[str]:
    """Send *clicks*; return in one word each what became of them."""
    response = await world.client.post(BULK, headers=headers, json=clicks)
    text = await response.text()
    assert 200 == response.status, text
    told = codec.decode(list[Answer], text)
    return [_word(each) for each in told]


def _word(answer: Answer) -> str:
    match answer:
        case messages.Error():
            return answer.error
        case messages.IntentAnswer():
            return f"waits {answer.intent.url}"
    return f"flattred {answer.thing.id}"


async def test_each_click_has_its_own_answer_in_order(world: "World") -> None:
    ada, bo = await world.patron("ada"), await world.user("bo")
    essay, poem = [await world.thing(bo, name) for name in ("essay", "poem")]
    headers = await world.bearer(ada)

    answered = await _send(
        world,
        headers,
        [
            {"thing": essay.id},
            {"thing": str(essay.id)},
            {"thing": "nobody"},
            {"thing": "bo"},
            {"url": poem.url},
            {"url": "https://waits.example/page"},
            {"url": "no address at all"},
            {"thing": essay.id, "url": essay.url},
            {"url": "https://a.example/\0"},
            "no object",
        ],
    )

    assert [
        f"flattred {essay.id}",
        "flattr_once",
        "not_found",
        f"flattred {bo.profile_thing}",
        f"flattred {poem.id}",
        "waits https://waits.example/page",
        "validation",
        "invalid_request",
        "invalid_request",
        "invalid_request",
    ] == answered


async def test_a_click_sent_alone_and_in_bulk_counts_once(world: "World") -> None:
    ada, bo = await world.patron("ada"), await world.user("bo")
    essay, poem = [await world.thing(bo, name) for name in ("essay", "poem")]
    headers = await world.bearer(ada)
    path = f"/rest/v2/things/{essay.id}/flattr"
    await world.client.post(path, headers={**headers, "Idempotency-Key": "one"})
    clicks = [
        {"thing": essay.id, "click": "one"},
        {"url": essay.url, "click": "one"},
        {"thing": poem.id, "click": "one"},
        {"thing": poem.id, "click": "two"},
    ]

    twice = [await _send(world, headers, clicks) for _ in range(2)]
    path = f"/rest/v2/things/{poem.id}/flattr"
    alone = await world.client.post(path, headers={**headers, "Idempotency-Key": "two"})

    flattred = [f"flattred {each.id}" for each in (essay, essay, poem)]
    assert [[*flattred[:2], "idempotency_mismatch", flattred[2]]] * 2 == twice
    assert 200 == alone.status


async def test_a_click_of_last_month_waits_to_be_asked_again(world: "World") -> None:
    ada, bo = await world.patron("ada"), await world.user("bo")
    essay, poem = [await world.thing(bo, name) for name in ("essay", "poem")]
    headers = await world.bearer(ada)
    now = world.settings.now()
    before = Period.of(now).start - timedelta(seconds=1)
    late = {"made": int(before.timestamp()), "click": "one"}
    in_time = {"made": int(now.timestamp()), "click": "two"}

    answered = await _send(
        world,
        headers,
        [
            {"thing": essay.id, **late},
            {"thing": poem.id, **in_time},
            {"thing": essay.id, "click": "one"},
            {"thing": essay.id, **late},
        ],
    )

    assert ["late_click", f"flattred {poem.id}"] == answered[:2]
    assert [f"flattred {essay.id}"] * 2 == answered[2:], "it was answered already"


async def test_what_fails_at_one_click_does_not_undo_the_others(world: "World") -> None:
    ada, bo = await world.patron("ada", means=500), await world.user("bo")
    essay, poem = [await world.thing(bo, name) for name in ("essay", "poem")]
    headers = await world.bearer(ada)
    await _send(world, headers, [{"thing": essay.id}])
    giving = Giving(world.database, world.settings.rules)
    await giving.set_budget(patron=ada.id, amount=Money(500, "EUR"), active=False)

    answered = await _send(world, headers, [{"thing": poem.id}])
    shown = await (await world.client.get(f"/rest/v2/things/{essay.id}")).text()

    assert ["no_means"] == answered
    assert 1 == codec.decode(messages.Thing, shown).flattrs


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ([{"thing": 1}] * (MOST_CLICKS + 1), f"at most {MOST_CLICKS}"),
        ({"thing": 1}, "The body"),
        (None, "The body"),
    ],
)
async def test_what_is_no_list_or_too_long_is_refused_whole(
    world: "World", body: object, told: str
) -> None:
    headers = await world.bearer(await world.patron("ada"))

    response = await world.client.post(BULK, headers=headers, json=body or "null")
    error = codec.decode(messages.Error, await response.text())

    assert (400, "invalid_request") == (response.status, error.error)
    assert told in error.error_description
