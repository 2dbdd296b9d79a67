"""Auditing preliminary shares: each is what the frozen pots bring its thing.

They are told for the slices of a period from the first one on, as far as it came, and
each of these is marked. Should they be what other slices bring, one more or one less,
then a mark was changed and not they. Periods that are settled have none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, override

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.audit import Finding, row
from overallt_server.core.money import Money
from overallt_server.core.periods import Period

_TABLE: Final = "preliminary_shares"


@dataclass(frozen=True, slots=True)
class Told:
    """What a thing is said to bring, by so many *flattrs*."""

    flattrs: int
    amount: Money

    @override
    def __str__(self) -> str:
        return f"{self.amount} by {self.flattrs}"


@dataclass(frozen=True, slots=True)
class Difference:
    """What the pots bring an owner's thing, and what is stored; ``None``: nothing."""

    period: Period
    owner: UserId
    thing: ThingId
    expected: Told | None
    found: Told | None


def audit_difference(each: Difference) -> Finding:
    """Name the row that is not what it must be."""
    key = row(period=each.period, owner_id=each.owner, thing_id=each.thing)
    if each.found is None:
        return Finding(_TABLE, key, "it is missing", str(each.expected), "")
    if each.expected is None:
        return Finding(_TABLE, key, "no pot brings it", "", str(each.found))
    problem = "it is not what the pots bring"
    return Finding(_TABLE, key, problem, str(each.expected), str(each.found))


def prefixes(marked: Sequence[bool]) -> Iterator[int]:
    """Tell of how many slices the rows may be, by their marks: the likeliest first."""
    count = sum(marked)
    yield count
    if count:
        yield count - 1
    if count < len(marked):
        yield count + 1


def audit_marks(
    period: Period, marked: Sequence[bool], *, added: int
) -> Iterator[Finding]:
    """Check that of the slices of *period* the first *added* are *marked*, no other."""
    for number, is_marked in enumerate(marked):
        if is_marked is not (number < added):
            problem = "its preliminary shares are there, and it is not marked"
            if is_marked:
                problem = "it is marked, and its preliminary shares are not there"
            yield Finding("slices", row(period=period, slice=number), problem, "", "")
