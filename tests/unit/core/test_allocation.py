"""The largest-remainder rule and its order of ties."""

import pytest

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.allocation import PRIME, allocate, tie_key
from overallt_server.core.periods import Period

JANUARY = Period(2026, 1)


def test_what_divides_evenly_is_shared_evenly() -> None:
    shares = allocate(900, [1, 1, 1], ties=[3, 2, 1])

    assert [300, 300, 300] == shares


def test_the_odd_cent_goes_to_the_smallest_tie() -> None:
    shares = allocate(100, [1, 1, 1], ties=[3, 1, 2])

    assert [33, 34, 33] == shares


def test_equal_ties_are_served_in_order() -> None:
    shares = allocate(101, [1, 1, 1], ties=[7, 7, 7])

    assert [34, 34, 33] == shares


def test_the_largest_remainder_is_served_before_the_smallest_tie() -> None:
    shares = allocate(10, [1, 5], ties=[0, 9])

    assert [2, 8] == shares


@pytest.mark.parametrize(
    ("total", "weights"), [(-1, [1]), (1, []), (1, [0, 0]), (1, [2, -1])]
)
def test_what_cannot_be_shared_is_a_mistake(total: int, weights: list[int]) -> None:
    with pytest.raises(ValueError, match="cannot share"):
        allocate(total, weights, ties=[0] * len(weights))


def test_the_key_is_the_cube_that_every_engine_computes() -> None:
    key = tie_key(thing=ThingId(1214915), patron=UserId(77), period=JANUARY)

    mixed = (1214915 * 48271 + 77 * 69621 + 202601 * 16807) % PRIME
    assert pow(mixed, 3, PRIME) == key


def test_the_key_of_the_largest_ids_fits_64_bits_on_the_way() -> None:
    greatest = (PRIME - 1) * 48271 + (PRIME - 1) * 69621 + 999912 * 16807

    assert greatest < 2**62
    assert (PRIME - 1) ** 2 < 2**62
