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

from overallt.protocol.buckets import LEAST_THINGS, span_of
from overallt.protocol.ids import ThingId, index_number, is_thing_id
from overallt.protocol.index_keys import IndexKeys, version_of

# How much later than its own time a name may come to be seen.
LATE: Final = timedelta(hours=1)
# A difference is sorted for each who asks; the whole index is sorted already.
MOST_IN_DIFFERENCE: Final = 10_000


@dataclass(frozen=True, slots=True)
class Name:
    """A thing's number or a username, the thing it names, and since when."""

    text: str
    thing: ThingId
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Column:
    """Numbers in order, and beside each of them what belongs to it."""

    order: array[int]
    values: array[int]

    def merged(self, pairs: Iterable[tuple[int, int]]) -> Self:
        """Return this column and *pairs*, which are few."""
        order, values = array(self.order.typecode), array(self.values.typecode)
        done = 0
        for rank, value in sorted(pairs):
            place = bisect_right(self.order, rank, done)
            order += self.order[done:place]
            values += self.values[done:place]
            order.append(rank)
            values.append(value)
            done = place
        order += self.order[done:]
        values += self.values[done:]
        return type(self)(order, values)

    def between(self, first: int, end: int) -> array[int]:
        """Return what belongs to the numbers from *first* up to *end*, without it."""
        start, stop = (bisect_left(self.order, each) for each in (first, end))
        return self.values[start:stop]


@dataclass(frozen=True, slots=True)
class ThingsIndex:
    """The keys of all names; what each is the key of, and when it came.

    ``ids`` has the things by the keys of their numbers, ``usernames`` by those of
    usernames; ``arrivals`` has all keys by when they came, in Unix seconds.
    ``prefix_bits`` is how long the names of buckets are, so that each has enough in it.
    """

    keys: IndexKeys
    ids: Column
    usernames: Column
    arrivals: Column
    version: str
    prefix_bits: int

    @property
    def things(self) -> int:
        """How many things there are, which is less than names."""
        return len(self.ids.order)

    @property
    def newest(self) -> int:
        """When the last name came, in Unix seconds; 0 if there is none."""
        return self.arrivals.order[-1] if self.arrivals.order else 0

    def since(self, seconds: int) -> IndexKeys:
        """Return the keys of all that came since *seconds*, and some before.

        If these are many, it is all keys.
        """
        start = bisect_left(self.arrivals.order, seconds - int(LATE.total_seconds()))
        came = self.arrivals.values[start:]
        return self.keys if len(came) > MOST_IN_DIFFERENCE else IndexKeys(came)

    def extended(self, names: Iterable[Name]) -> Self:
        """Return this index with those of *names* in it that it lacks."""
        ids: list[tuple[int, int]] = []
        usernames: list[tuple[int, int]] = []
        arrivals: list[tuple[int, int]] = []
        for name in names:
            key = index_number(name.text)
            if key not in self.keys:
                (ids if is_thing_id(name.text) else usernames).append((key, name.thing))
                arrivals.append((int(name.made_at.timestamp()), key))
        keys = self.keys.joined(key for _, key in arrivals)
        merged_ids = self.ids.merged(ids)
        return type(self)(
            keys,
            merged_ids,
            self.usernames.merged(usernames),
            self.arrivals.merged(arrivals),
            version_of(keys.content),
            _prefix_bits(merged_ids),
        )


def _prefix_bits(ids: Column) -> int:
    """Return the most bits by which *ids* can be divided and each part has enough.

    The numbers are counted alone: a thing with a username has two keys.
    """
    bits = 0
    while _all_hold_enough(ids, bits + 1):
        bits += 1
    return bits


def _all_hold_enough(ids: Column, bits: int) -> bool:
    prefixes = (f"{number:0{bits}b}" for number in range(1 << bits))
    counts = (len(ids.between(*span_of(prefix))) for prefix in prefixes)
    return all(count >= LEAST_THINGS for count in counts)


EMPTY: Final = ThingsIndex(
    IndexKeys(),
    Column(array("Q"), array("q")),
    Column(array("Q"), array("q")),
    Column(array("q"), array("Q")),
    version_of(b""),
    0,
)
