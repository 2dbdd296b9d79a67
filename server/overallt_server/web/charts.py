"""Charts: columns of amounts, drawn on the server as SVG that everybody can read.

It is drawn across in per cent and upward in pixels, so that it is as wide as there is
room, and its letters stay as large as all others; colours come from our own sheet. A
library would bring its styles with it, which our pages' policy forbids, or its script.
The table of the same figures stands beside each chart: that is what is read aloud.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from overallt_server.core.money import Money

HEIGHT: Final = 160.0
_TOP: Final = 12.0
_LEFT_PERCENT: Final = 15.0
# Half a label reaches beyond the last column.
_RIGHT_PERCENT: Final = 5.0
_FILLED: Final = 0.7
# More would not fit side by side on a phone.
_MOST_LABELS: Final = 4
_STEPS: Final = (1, 2, 5)
_TICKS: Final = 4


@dataclass(frozen=True, slots=True)
class Column:
    """What is drawn: *label* stands below it, *open* ones are not final."""

    label: str
    amount: Money
    open: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """A column as drawn, its place across in per cent, upward in pixels."""

    column: Column
    left: float
    middle: float
    width: float
    top: float
    height: float
    labelled: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across, and the amount that it is at."""

    top: float
    amount: Money


@dataclass(frozen=True, slots=True)
class Chart:
    """All that a template needs to draw it."""

    bars: list[Bar]
    ticks: list[Tick]
    height: float = HEIGHT


def chart_of(columns: Sequence[Column]) -> Chart:
    """Return the chart of *columns* (at least one), from left to right."""
    step = _step(max(each.amount.minor for each in columns))
    currency = columns[0].amount.currency
    most = _round_up(max(each.amount.minor for each in columns), step)
    scale = (HEIGHT - _TOP) / most
    width = (100 - _LEFT_PERCENT - _RIGHT_PERCENT) / len(columns)
    every = -(-len(columns) // _MOST_LABELS)
    bars = []
    for place, column in enumerate(columns):
        height = column.amount.minor * scale
        left = _LEFT_PERCENT + place * width
        # Counted from the newest, which is what one looks for.
        labelled = (len(columns) - 1 - place) % every == 0
        bars.append(
            Bar(
                column,
                round(left + width * (1 - _FILLED) / 2, 2),
                round(left + width / 2, 2),
                round(width * _FILLED, 2),
                round(HEIGHT - height, 1),
                round(height, 1),
                labelled,
            )
        )
    ticks = [
        Tick(round(HEIGHT - minor * scale, 1), Money(minor, currency))
        for minor in range(0, most + 1, step)
    ]
    return Chart(bars, ticks)


def _step(most: int) -> int:
    """Return a round step of which not many reach up to *most*."""
    power = 1
    while True:
        for each in _STEPS:
            if each * power * _TICKS >= most:
                return each * power
        power *= 10


def _round_up(amount: int, step: int) -> int:
    return max(-(-amount // step), 1) * step
