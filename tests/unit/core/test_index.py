"""The index of things: extended or made at once, it is the same."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overallt.protocol.buckets import LEAST_THINGS, span_of
from overallt.protocol.ids import ThingId, index_number
from overallt.protocol.index_keys import version_of
from overallt_server.core.index import EMPTY, MOST_IN_DIFFERENCE, Name, ThingsIndex

START = datetime(2026, 1, 5, tzinfo=UTC)


def thing(number: int, hours: int = 0) -> Name:
    return Name(str(number), ThingId(number), START + timedelta(hours=hours))


def arrivals(index: ThingsIndex) -> list[tuple[int, int]]:
    return list(zip(index.arrivals.order, index.arrivals.values, strict=True))


NAMES = st.lists(
    st.builds(thing, st.integers(1, 60), st.integers(-30, 30)),
    unique_by=lambda name: name.text,
)


@settings(deadline=None)  # The machine may be busy.
@given(NAMES, st.lists(st.integers(0, 60)))
def test_bit_by_bit_it_becomes_what_it_is_at_once(
    names: list[Name], cuts: list[int]
) -> None:
    extended = EMPTY
    for start, end in pairwise(sorted({0, *cuts, len(names)})):
        extended = extended.extended(names[:start][-3:] + names[start:end])
    whole = EMPTY.extended(names)

    assert sorted(index_number(name.text) for name in names) == list(extended.keys)
    assert sorted(arrivals(whole)) == sorted(arrivals(extended))
    assert whole.arrivals.order == extended.arrivals.order
    assert (whole.ids, whole.usernames) == (extended.ids, extended.usernames)
    assert (whole.things, whole.version) == (extended.things, extended.version)
    assert version_of(whole.keys.content) == whole.version


@settings(deadline=None)  # The machine may be busy.
@given(NAMES, st.integers(-40, 40))
def test_since_a_moment_are_all_that_came_then_and_an_hour_before(
    names: list[Name], hours: int
) -> None:
    index = EMPTY.extended(names)
    moment = START + timedelta(hours=hours)
    since = {
        index_number(name.text)
        for name in names
        if name.made_at >= moment - timedelta(hours=1)
    }

    assert since == set(index.since(int(moment.timestamp())))


def test_who_lacks_much_is_given_the_whole() -> None:
    """Else anybody could let the server sort half a million keys for each question."""
    names = [thing(1, -100), *map(thing, range(2, MOST_IN_DIFFERENCE + 3))]
    index = EMPTY.extended(names)

    assert index.keys is index.since(int(START.timestamp()))
    assert MOST_IN_DIFFERENCE == len(EMPTY.extended(names[:-1]).since(index.newest))


def test_a_username_is_a_name_and_no_thing() -> None:
    index = EMPTY.extended([thing(7), Name("ada", ThingId(7), START)])

    assert (1, 2) == (index.things, len(index.keys))
    assert index_number("ADA") in index.keys


def test_the_newest_is_when_the_last_name_came() -> None:
    assert 0 == EMPTY.newest
    assert int(START.timestamp()) == EMPTY.extended([thing(1), thing(2, -5)]).newest


@pytest.mark.parametrize("things", [1_000, 2_500, 5_000])
def test_buckets_are_as_small_as_a_thousand_things_in_each_allow(things: int) -> None:
    """Usernames hide nobody: who has one is one thing, under two keys."""
    names = [thing(number) for number in range(1, things + 1)]
    names += [Name(f"user{number}", ThingId(number), START) for number in range(5_000)]
    index = EMPTY.extended(names)
    keys = [index_number(str(number)) for number in range(1, things + 1)]

    def smallest(bits: int) -> int:
        spans = [span_of(f"{number:0{bits}b}") for number in range(2**bits)]
        return min(sum(first <= key < end for key in keys) for first, end in spans)

    assert smallest(index.prefix_bits + 1) < LEAST_THINGS
    assert index.prefix_bits == 0 or smallest(index.prefix_bits) >= LEAST_THINGS
    assert (things >= 2_500) == (index.prefix_bits > 0)
