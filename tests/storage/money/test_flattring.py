"""A flattr is given once, belongs to the open period, and can be undone in it."""

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.refusals import (
    AlreadyFlattred,
    IdempotencyMismatch,
    NoMeans,
    NotFound,
    OwnThing,
    PeriodClosed,
)
from overallt_server.storage import schema
from overallt_server.storage.flattrs import ThingCounts

if TYPE_CHECKING:
    from tests.storage.money.conftest import Town


async def _ada_and_a_song(town: "Town") -> tuple[UserId, ThingId]:
    ada = await town.patron(1, means=1000, budget=500)
    song = await town.thing(11, owner=await town.user(2))
    return ada, song


async def test_a_flattr_is_answered_with_the_thing_and_its_flattrs(
    town: "Town",
) -> None:
    ada, song = await _ada_and_a_song(town)
    eva = await town.patron(3, means=1000, budget=500)
    await town.flattr(eva, song)

    answer = await town.flattr(ada, song)

    assert 2 == answer.flattrs
    assert song == answer.thing.id


async def test_what_does_not_exist_is_not_found(town: "Town") -> None:
    ada, _ = await _ada_and_a_song(town)

    with pytest.raises(NotFound):
        await town.flattr(ada, ThingId(99))


async def test_who_is_no_user_does_not_hold_up_the_others(town: "Town") -> None:
    ada, song = await _ada_and_a_song(town)

    answers = await asyncio.gather(
        town.flattr(UserId(99), song), town.flattr(ada, song), return_exceptions=True
    )

    outcomes = [getattr(answer, "flattrs", type(answer).__name__) for answer in answers]
    assert ["NotFound", 1] == outcomes


async def test_refusals_come_from_the_rules(town: "Town") -> None:
    ada, song = await _ada_and_a_song(town)
    own = await town.thing(12, owner=ada)
    poor = await town.patron(4, means=0, budget=500)
    await town.flattr(ada, song)

    with pytest.raises(OwnThing):
        await town.flattr(ada, own)
    with pytest.raises(AlreadyFlattred):
        await town.flattr(ada, song)
    with pytest.raises(NoMeans):
        await town.flattr(poor, song)


async def test_the_same_thing_can_be_flattred_again_next_month(town: "Town") -> None:
    ada, song = await _ada_and_a_song(town)
    await town.flattr(ada, song)

    answer = await town.flattr(ada, song, at=town.january.end)

    assert 2 == answer.flattrs


async def test_an_undone_flattr_is_gone_and_stays_so(town: "Town") -> None:
    ada, song = await _ada_and_a_song(town)
    await town.flattr(ada, song)

    await town.flattring.undo(patron=ada, thing=song, now=town.now)

    assert [] == await town.flattring.given(patron=ada, page=1, count=30)
    with pytest.raises(NotFound):
        await town.flattring.undo(patron=ada, thing=song, now=town.now)
    with pytest.raises(AlreadyFlattred):
        await town.flattr(ada, song)


async def test_undo_reaches_the_last_period_until_it_is_closed(town: "Town") -> None:
    ada, song = await _ada_and_a_song(town)
    essay = await town.thing(12, owner=await town.user(3))
    await town.flattr(ada, song)
    await town.flattr(ada, essay)
    in_february = town.january.end + timedelta(minutes=30)

    await town.flattring.undo(
        patron=ada, thing=song, now=in_february, period=town.january
    )
    await town.close()

    with pytest.raises(PeriodClosed):
        await town.flattring.undo(
            patron=ada, thing=essay, now=in_february, period=town.january
        )


async def test_a_commit_that_comes_late_goes_into_the_open_period(
    town: "Town",
) -> None:
    ada, song = await _ada_and_a_song(town)
    await town.close()

    await town.flattr(ada, song, at=town.now)

    given = await town.flattring.given(patron=ada, page=1, count=30)
    assert [town.january.next] == [each.period for each in given]


async def test_the_history_is_newest_first_and_in_pages(town: "Town") -> None:
    ada, song = await _ada_and_a_song(town)
    essay = await town.thing(12, owner=await town.user(3))
    photo = await town.thing(13, owner=await town.user(4))
    for minute, thing in enumerate((song, essay, photo)):
        await town.flattr(ada, thing, at=town.now + timedelta(minutes=minute))

    first = await town.flattring.given(patron=ada, page=1, count=2)
    second = await town.flattring.given(patron=ada, page=2, count=2)

    assert [photo, essay] == [each.thing.id for each in first]
    assert [song] == [each.thing.id for each in second]


async def test_counts_tell_flattrs_from_patrons_and_leave_undone_ones_out(
    town: "Town",
) -> None:
    ada, song = await _ada_and_a_song(town)
    eva = await town.patron(3, means=1000, budget=500)
    essay = await town.thing(12, owner=await town.user(4))
    await town.flattr(ada, song)
    await town.flattr(ada, song, at=town.january.end)
    await town.flattr(eva, song)
    await town.flattr(eva, essay)
    await town.flattring.undo(patron=eva, thing=essay, now=town.now)

    counts = await town.flattring.counts([song, essay])

    assert {song: ThingCounts(3, 2), essay: ThingCounts(0, 0)} == counts


async def test_the_same_key_gets_the_same_answer_and_gives_once(town: "Town") -> None:
    ada, song = await _ada_and_a_song(town)
    eva = await town.patron(3, means=1000, budget=500)
    first = await town.flattr(ada, song, key="click 1")
    await town.flattr(eva, song)

    again = await town.flattr(ada, song, key="click 1", at=town.january.end)

    assert first == again
    assert 2 == len(await town.rows(schema.flattrs))


async def test_a_key_of_another_thing_is_refused(town: "Town") -> None:
    ada, song = await _ada_and_a_song(town)
    essay = await town.thing(12, owner=await town.user(3))
    await town.flattr(ada, song, key="click 1")

    with pytest.raises(IdempotencyMismatch):
        await town.flattr(ada, essay, key="click 1")


async def test_keys_of_two_patrons_have_nothing_to_do_with_each_other(
    town: "Town",
) -> None:
    ada, song = await _ada_and_a_song(town)
    eva = await town.patron(3, means=1000, budget=500)
    essay = await town.thing(12, owner=await town.user(4))
    await town.flattr(ada, song, key="click 1")

    answer = await town.flattr(eva, essay, key="click 1")

    assert essay == answer.thing.id


async def test_a_refusal_is_not_kept(town: "Town") -> None:
    poor = await town.patron(4, means=0, budget=500)
    song = await town.thing(11, owner=await town.user(2))
    with pytest.raises(NoMeans):
        await town.flattr(poor, song, key="click 1")
    await town.add_means(poor, 100)

    answer = await town.flattr(poor, song, key="click 1")

    assert 1 == answer.flattrs


async def test_a_key_is_forgotten_after_90_days(town: "Town") -> None:
    ada, song = await _ada_and_a_song(town)
    await town.flattr(ada, song, key="click 1")
    later = town.now + timedelta(days=91)

    answer = await town.flattr(ada, song, key="click 1", at=later)

    assert 2 == answer.flattrs
    assert 1 == len(await town.rows(schema.idempotency_keys))


async def test_one_click_sent_many_times_at_once_counts_once(
    town: "Town", same_town: "Town"
) -> None:
    ada, song = await _ada_and_a_song(town)

    answers = await asyncio.gather(
        *(each.flattr(ada, song, key="k") for each in (town, same_town) * 4)
    )

    assert {1} == {answer.flattrs for answer in answers}
    assert 1 == len(await town.rows(schema.flattrs))


async def test_two_clicks_at_once_are_one_flattr_and_one_refusal(
    town: "Town", same_town: "Town"
) -> None:
    ada, song = await _ada_and_a_song(town)

    answers = await asyncio.gather(
        town.flattr(ada, song), same_town.flattr(ada, song), return_exceptions=True
    )

    assert 1 == sum(isinstance(answer, AlreadyFlattred) for answer in answers)
    assert 1 == len(await town.rows(schema.flattrs))
