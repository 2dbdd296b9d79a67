"""A figure is a ratio of two things run in turn in the same run."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured *value* and the bound that it must keep, if it has one."""

    figure: str
    value: float
    must: float | None
    at_least: bool = True

    @property
    def ok(self) -> bool:
        """Whether the bound is kept; a figure without one is always ok."""
        if self.must is None:
            return True
        if self.at_least:
            return self.value >= self.must
        return self.value <= self.must


def ratio(
    ours: Callable[[], object], theirs: Callable[[], object], *, rounds: int = 7
) -> float:
    """Return how many times faster *ours* is than *theirs*.

    Each round times both, one after the other, so that a busy machine slows both;
    the median of the rounds' ratios counts. One round before is not counted.
    """
    ratios = [_seconds(theirs) / _seconds(ours) for _ in range(rounds + 1)]
    return statistics.median(ratios[1:])


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin
