"""Held revenue: what an owner has earned but cannot take out yet, and until when.

Told from the entries that post to what is held for him: a slice's, until the day of its
period; a gift's, until some days after it was given.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from overallt_server.core.gifts import held_for
from overallt_server.core.journal import EntryKind
from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.core.rules import Rules

_OF_GIFTS: Final = frozenset(
    {EntryKind.GIFT_GIVEN, EntryKind.GIFT_UNDONE, EntryKind.GIFT_RELEASED}
)


@dataclass(frozen=True, slots=True)
class HeldLine:
    """What an entry of that kind and natural key holds, below zero if it ends that."""

    kind: EntryKind
    natural_key: str
    made_at: datetime
    minor: int


@dataclass(frozen=True, slots=True)
class HeldRevenue:
    """What is held *until* then."""

    until: datetime
    amount: Money


def held_revenue(
    lines: Iterable[HeldLine], until: Mapping[Period, datetime], rules: Rules
) -> list[HeldRevenue]:
    """Sum *lines* by the time when they are due, the first one first.

    *until* is when the shares of each period are. A gift's first line comes first.
    """
    minor_by_time = Counter[datetime]()
    given_at: dict[str, datetime] = {}
    for line in lines:
        of = line.natural_key.partition(":")[2]
        if line.kind in _OF_GIFTS:
            due = given_at.setdefault(of, line.made_at) + held_for(rules)
        else:
            due = until[Period.parse(of.partition(":")[0])]
        minor_by_time[due] += line.minor
    return [
        HeldRevenue(due, Money(minor, rules.currency))
        for due, minor in sorted(minor_by_time.items())
        if minor
    ]
