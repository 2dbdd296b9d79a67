"""Allocation: sharing whole units by weights so that none is lost.

The largest-remainder (Hamilton) method: every share is rounded down, and the units
left over go one each to the largest remainders. With equal weights *all* remainders
are equal, so the order of ties decides who gets the odd cent. A key that is linear in
the ids gives it to the same thing in every period; the cube modulo a prime in
``tie_key`` does not: over many periods equal weights earn equal sums.
"""

from collections.abc import Sequence
from typing import Final

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.periods import Period

# A Mersenne prime: every product below stays under 2**62, so that all engines
# (Python, SQLite, PostgreSQL) compute the same key in signed 64-bit integers.
PRIME: Final = 2**31 - 1
THING_FACTOR: Final = 48_271
PATRON_FACTOR: Final = 69_621
PERIOD_FACTOR: Final = 16_807


def allocate(total: int, weights: Sequence[int], *, ties: Sequence[int]) -> list[int]:
    """Share *total* minor units in proportion to *weights*.

    Equal remainders are served from the smallest of *ties*, one key for each weight
    (see ``tie_key``); equal ties in the order in which they stand.

    Returns:
        One share for each weight, in order; they sum to exactly *total*.

    Raises:
        ValueError: *total* or a weight is negative, or no weight is positive.
    """
    if total < 0 or not any(weights) or min(weights) < 0:
        raise ValueError(f"cannot share {total} by weights {list(weights)}")
    pool = sum(weights)
    shares = [total * weight // pool for weight in weights]
    left_over = total - sum(shares)
    if not left_over:
        return shares
    remainders = [total * weight % pool for weight in weights]
    served_first = sorted(
        range(len(weights)), key=lambda index: (-remainders[index], ties[index])
    )
    for index in served_first[:left_over]:
        shares[index] += 1
    return shares


def tie_key(*, thing: ThingId, patron: UserId, period: Period) -> int:
    """Return the key by which equal remainders are served, smallest first.

    It is below 2**31 and may be equal for two things; then the smaller id is first.
    """
    mixed = (
        thing % PRIME * THING_FACTOR
        + patron % PRIME * PATRON_FACTOR
        + period.number * PERIOD_FACTOR
    ) % PRIME
    return mixed * mixed % PRIME * mixed % PRIME
