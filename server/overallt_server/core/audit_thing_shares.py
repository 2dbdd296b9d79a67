"""Auditing the sums of shares by thing: each is what the shares of its thing are.

Of a settled period they are held against its shares: at a glance by a fingerprint of
both (a sum in which each owner's thing counts by a large factor of its own, modulo a
prime), and row by row where that differs. Of one that is not settled they are held
against what the frozen pots bring. They are told for its slices from the first one on,
as far as it came, and each of these is marked. Should they be what other slices bring,
one more or one less, then a mark was changed and not they.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, override

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.allocation import PRIME
from overallt_server.core.audit import Finding, row
from overallt_server.core.audit_glance import ShareSums
from overallt_server.core.money import Money
from overallt_server.core.periods import Period

_TABLE: Final = "thing_shares"


class Fingerprint(NamedTuple):
    """Sums over the rows of a period, modulo a prime."""

    minor: int
    flattrs: int


class Fingerprints:
    """The fingerprints of all shares, patron by patron; periods are numbers."""

    def __init__(self) -> None:
        """Begin with none."""
        self._minor: Final = Counter[int]()
        self._flattrs: Final = Counter[int]()

    def add(self, sums: Mapping[int, ShareSums]) -> None:
        """Add those of one patron."""
        for period, each in sums.items():
            self._minor[period] += each.minor
            self._flattrs[period] += each.flattrs

    def of(self, period: Period) -> Fingerprint:
        """Return that of *period*."""
        number = period.number
        return Fingerprint(self._minor[number] % PRIME, self._flattrs[number] % PRIME)


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
    key = row(owner_id=each.owner, period=each.period, thing_id=each.thing)
    if each.found is None:
        return Finding(_TABLE, key, "it is missing", str(each.expected), "")
    if each.expected is None:
        return Finding(_TABLE, key, "nothing brings it", "", str(each.found))
    problem = "it is not what its shares are"
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
            problem = "its shares are summed, and it is not marked"
            if is_marked:
                problem = "it is marked, and its shares are not summed"
            yield Finding("slices", row(period=period, slice=number), problem, "", "")
