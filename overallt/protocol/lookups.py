"""What a look-up by address says: found, flattrable, or not found.

Flattr said it in ``message``, beside what else an answer says; some of its clients look
there and at nothing else.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class ThingFound:
    """There is such a thing; ``location`` is its resource."""

    message: Literal["found"]
    location: str


@dataclass(frozen=True, slots=True)
class ThingFlattrable:
    """There is no such thing yet: it is made at its first flattr."""

    message: Literal["flattrable"]
    description: str


@dataclass(frozen=True, slots=True)
class ThingMissing:
    """Nobody has registered the address: an ``Error``, told in Flattr's two ways."""

    error: str
    error_description: str
    error_uri: str
    message: Literal["not_found"]
    description: str
