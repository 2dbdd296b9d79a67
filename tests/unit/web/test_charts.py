"""Charts, as they are drawn."""

from itertools import pairwise

import pytest

from overallt_server.core.money import Money
from overallt_server.web.charts import HEIGHT, Column, chart_of


def _columns(*minors: int) -> list[Column]:
    return [
        Column(f"m{place}", Money(minor, "EUR"), open=False)
        for place, minor in enumerate(minors)
    ]


@pytest.mark.parametrize("most", [1, 9, 10, 99, 450, 12_345, 10**12])
def test_the_largest_amount_stands_below_the_last_of_a_few_round_lines(
    most: int,
) -> None:
    chart = chart_of(_columns(most, 0))
    minors = [tick.amount.minor for tick in chart.ticks]

    assert 0 == minors[0]
    assert most <= minors[-1]
    assert 2 <= len(minors) <= 5
    assert {str(minors[1])[0]} <= {"1", "2", "5"}


def test_columns_stand_on_the_ground_in_proportion_and_do_not_touch() -> None:
    bars = chart_of(_columns(100, 200, 50)).bars

    assert [HEIGHT] * 3 == [bar.top + bar.height for bar in bars]
    assert bars[1].height == pytest.approx(2 * bars[0].height, abs=0.2)
    assert bars[1].height == pytest.approx(4 * bars[2].height, abs=0.4)
    assert all(one.left + one.width < other.left for one, other in pairwise(bars))
    assert bars[-1].left + bars[-1].width <= 100


def test_nothing_earned_is_no_height() -> None:
    assert [0.0] == [bar.height for bar in chart_of(_columns(0)).bars]


@pytest.mark.parametrize("many", [1, 5, 6, 12, 36])
def test_the_newest_of_at_most_four_labels_is_that_of_the_last_column(
    many: int,
) -> None:
    bars = chart_of(_columns(*[1] * many)).bars

    assert bars[-1].labelled
    assert 1 <= sum(bar.labelled for bar in bars) <= 4
