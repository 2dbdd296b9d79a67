"""The index of things: the keys of all names that a text tag may say.

A name is a thing's number or a username. The index is only ever extended, by a
value that shares nothing with the one before, so whoever reads one is never
disturbed. Its version is the hash of its bytes, and it remembers when each key
came: who has an older version is told what came since, and joins it himself.

What came "since" a moment goes back some time before it: a transaction may take
a while until it is seen, and the clocks of two processes differ. A key that is
told twice does no harm; one that is told too late would, so the version decides:
where it does not come out, the whole index is asked for.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self

from overallt.protocol.ids import ThingId, index_number, is_thing_id
from overallt.protocol.index_keys import IndexKeys, version_of

# How much later than its own time a name may come to be seen.
LATE: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Name:
    """A thing's number or a username, the thing it names, and since when."""

    text: str
    thing: ThingId
    made_at: datetime


@dataclass(frozen=True, slots=True)
class ThingsIndex:
    """The keys of all names, and when they came.

    ``times`` (Unix seconds) are in order, and ``arrivals`` are the keys in that
    order. ``things`` is the number of things, which is less than that of names.
    """

    keys: IndexKeys
    times: array[int]
    arrivals: array[int]
    things: int
    version: str

    @property
    def newest(self) -> int:
        """When the last name came, in Unix seconds; 0 if there is none."""
        return self.times[-1] if self.times else 0

    def since(self, seconds: int) -> IndexKeys:
        """Return the keys of all that came since *seconds*, and some before."""
        start = bisect_left(self.times, seconds - int(LATE.total_seconds()))
        return IndexKeys(self.arrivals[start:])

    def extended(self, names: Iterable[Name]) -> Self:
        """Return this index with those of *names* in it that it lacks."""
        came: list[tuple[int, int]] = []
        things = self.things
        for name in names:
            key = index_number(name.text)
            if key not in self.keys:
                came.append((int(name.made_at.timestamp()), key))
                things += is_thing_id(name.text)
        keys = self.keys.joined(key for _, key in came)
        times, arrivals = _merged(self.times, self.arrivals, sorted(came))
        return type(self)(keys, times, arrivals, things, version_of(keys.content))


EMPTY: Final = ThingsIndex(IndexKeys(), array("q"), array("Q"), 0, version_of(b""))


def _merged(
    order: array[int], values: array[int], pairs: Iterable[tuple[int, int]]
) -> tuple[array[int], array[int]]:
    """Merge sorted *pairs* into a sorted *order* and the *values* beside it."""
    merged_order, merged_values = array(order.typecode), array(values.typecode)
    done = 0
    for rank, value in pairs:
        place = bisect_right(order, rank, done)
        merged_order += order[done:place]
        merged_values += values[done:place]
        merged_order.append(rank)
        merged_values.append(value)
        done = place
    merged_order += order[done:]
    merged_values += values[done:]
    return merged_order, merged_values
