"""What holds of every allocation, whatever is shared by whatever weights."""

from collections import Counter
from itertools import pairwise, product

from hypothesis import given
from hypothesis import strategies as st

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.allocation import allocate, tie_key
from overallt_server.core.periods import Period

MONTHS = range(1, 13)

totals = st.integers(0, 10**12)
weights_of_things = st.lists(st.integers(0, 10**6), min_size=1, max_size=40).filter(any)


@given(totals, weights_of_things, st.data())
def test_the_shares_are_the_total_and_each_within_one_unit(
    total: int, weights: list[int], data: st.DataObject
) -> None:
    ties = data.draw(
        st.lists(st.integers(), min_size=len(weights), max_size=len(weights))
    )

    shares = allocate(total, weights, ties=ties)

    pool = sum(weights)
    assert total == sum(shares)
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share * pool - total * weight) < pool


@given(totals, weights_of_things)
def test_a_weight_of_zero_earns_nothing(total: int, weights: list[int]) -> None:
    shares = allocate(total, [*weights, 0], ties=range(len(weights) + 1))

    assert 0 == shares[-1]


@given(totals, weights_of_things)
def test_a_greater_weight_never_earns_less(total: int, weights: list[int]) -> None:
    shares = allocate(total, weights, ties=range(len(weights)))

    by_weight = sorted(zip(weights, shares, strict=True))
    assert all(
        lighter <= heavier
        for (light, lighter), (heavy, heavier) in pairwise(by_weight)
        if light < heavy
    )


def test_the_odd_cent_goes_round() -> None:
    """Equal weights earn equal sums over time, whatever their place in a list."""
    things = [ThingId(number) for number in (11, 22, 1214915)]
    periods = [Period(2026 + year, month) for year in range(50) for month in MONTHS]
    earned = Counter[ThingId]()
    for period, patron in product(periods, range(1, 101)):
        ties = [
            tie_key(thing=thing, patron=UserId(patron), period=period)
            for thing in things
        ]
        shares = allocate(1, [1] * len(things), ties=ties)
        earned[things[shares.index(1)]] += 1

    fair = len(periods) * 100 / len(things)
    assert all(abs(earned[thing] - fair) < fair * 0.025 for thing in things), earned
