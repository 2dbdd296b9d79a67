"""Buckets: what a client of a large server asks for instead of the whole index.

A bucket is all keys that begin with the same bits, and its name is these bits,
written as zeros and ones. Who asks for one tells that he has read one of the
things in it, so a bucket is only as small as it can be and still hold
``LEAST_THINGS``: the server names no longer prefix, and the client asks by none.
"""

from typing import Final

from overallt.protocol.ids import INDEX_KEY_BYTES

LEAST_THINGS: Final = 1_000
KEY_BITS: Final = 8 * INDEX_KEY_BYTES


def prefix_of(number: int, bits: int) -> str:
    """Return the first *bits* of the key *number*."""
    return f"{number:0{KEY_BITS}b}"[:bits]


def span_of(prefix: str) -> tuple[int, int]:
    """Return the first key that begins with *prefix*, and the first after those."""
    free = KEY_BITS - len(prefix)
    first = int(prefix or "0", 2) << free
    return first, first + (1 << free)
