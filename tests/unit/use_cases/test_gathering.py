"""Who asks at the same time is served together, and each gets his own answer."""

import asyncio
from collections.abc import Sequence

import pytest

from overallt_server.core.refusals import NotFound, Refusal, ServerBusy
from overallt_server.use_cases.gathering import Gathering, Room


class Counter:
    """A deed that doubles numbers: odd ones are refused, and zero breaks it.

    It waits for ``open`` before it does anything; ``served`` is what came together.
    """

    def __init__(self) -> None:
        self.served: list[list[int]] = []
        self.begun = asyncio.Event()
        self.open = asyncio.Event()
        self.open.set()

    async def double(self, asked: Sequence[int]) -> list[int | Refusal]:
        self.served.append(list(asked))
        self.begun.set()
        await self.open.wait()
        if 0 in asked:
            raise ZeroDivisionError
        return [NotFound(str(each)) if each % 2 else 2 * each for each in asked]


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def gathering(counter: Counter) -> Gathering[int, int]:
    return Gathering(counter.double, Room(waiting=6, at_once=3))


async def _first_is_served(
    gathering: Gathering[int, int], counter: Counter
) -> asyncio.Task[int]:
    counter.open.clear()
    first = asyncio.create_task(gathering.ask(2))
    await counter.begun.wait()
    return first


async def test_who_asks_alone_is_served_alone(
    gathering: Gathering[int, int], counter: Counter
) -> None:
    answers = [await gathering.ask(2), await gathering.ask(4)]

    assert [4, 8] == answers
    assert [[2], [4]] == counter.served


async def test_who_asks_together_is_served_together_but_no_more_than_there_is_room(
    gathering: Gathering[int, int], counter: Counter
) -> None:
    answers = await asyncio.gather(*(gathering.ask(each) for each in (2, 4, 6, 8)))

    assert [4, 8, 12, 16] == answers
    assert [[2, 4, 6], [8]] == counter.served


async def test_a_refusal_is_ones_own(gathering: Gathering[int, int]) -> None:
    answers = await asyncio.gather(
        *(gathering.ask(each) for each in (2, 3, 4)), return_exceptions=True
    )

    assert [4, 8] == [answers[0], answers[2]]
    assert isinstance(answers[1], NotFound)
    assert "3" == str(answers[1])


async def test_what_breaks_breaks_for_all_who_were_served_with_it_and_nobody_else(
    gathering: Gathering[int, int],
) -> None:
    answers = await asyncio.gather(
        *(gathering.ask(each) for each in (2, 0, 4, 6)), return_exceptions=True
    )

    assert [ZeroDivisionError] * 3 == [type(each) for each in answers[:3]]
    assert 12 == answers[3]


async def test_past_the_room_one_is_refused_at_once(
    gathering: Gathering[int, int], counter: Counter
) -> None:
    first = await _first_is_served(gathering, counter)
    waiting = [asyncio.create_task(gathering.ask(4)) for _ in range(6)]
    await asyncio.sleep(0)

    with pytest.raises(ServerBusy):
        await gathering.ask(4)
    counter.open.set()

    assert [4, *[8] * 6] == await asyncio.gather(*[first, *waiting])


async def test_who_gives_up_before_his_turn_is_passed_over(
    gathering: Gathering[int, int], counter: Counter
) -> None:
    first = await _first_is_served(gathering, counter)
    gone = asyncio.create_task(gathering.ask(4))
    stays = asyncio.create_task(gathering.ask(6))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.sleep(0)
    counter.open.set()

    assert (4, 12) == (await first, await stays)
    assert [[2], [6]] == counter.served


async def test_who_gives_up_later_disturbs_nobody(
    gathering: Gathering[int, int], counter: Counter
) -> None:
    counter.open.clear()
    gone, stays = (asyncio.create_task(gathering.ask(each)) for each in (2, 4))
    await counter.begun.wait()
    gone.cancel()
    counter.open.set()

    assert 8 == await stays
    assert [[2, 4]] == counter.served


async def test_it_closes_once_all_are_served(
    gathering: Gathering[int, int], counter: Counter
) -> None:
    first = await _first_is_served(gathering, counter)
    second = asyncio.create_task(gathering.ask(4))
    await asyncio.sleep(0)
    closing = asyncio.create_task(gathering.close())
    counter.open.set()
    await closing

    assert [[2], [4]] == counter.served
    assert [4, 8] == [await first, await second]


async def test_nothing_has_to_be_served_to_close(
    gathering: Gathering[int, int], counter: Counter
) -> None:
    await gathering.close()

    assert [] == counter.served
