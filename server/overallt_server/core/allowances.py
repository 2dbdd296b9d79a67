"""Allowances: how many requests a program may make in an hour, and has made.

The hour begins with the first request and is another one once it is over.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from overallt_server.core.limits import Limit, Tries, refuse_too_many

HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many requests were *used* of those that *limit* allows since *began_at*."""

    limit: int
    used: int
    began_at: datetime

    @property
    def left(self) -> int:
        """How many requests are left until ``resets_at``."""
        return max(0, self.limit - self.used)

    @property
    def resets_at(self) -> datetime:
        """When all of them may be made again."""
        return self.began_at + HOUR


def refuse_beyond(allowance: Allowance, *, now: datetime) -> None:
    """Refuse the last request that was used if it is one too many.

    Raises:
        RateLimited: it is; the sentence says how long to wait.
    """
    made = Tries(allowance.used, allowance.began_at)
    refuse_too_many(made, Limit(allowance.limit, HOUR), now=now)
