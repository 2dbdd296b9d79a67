"""The message that tells a program how much it may still ask."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RateLimit:
    """How many requests a program may make in an hour, and has made.

    ``reset_time_in_seconds`` is a moment, as in Flattr's: Unix seconds.
    """

    hourly_limit: int
    remaining_hits: int
    current_hits: int
    reset_time_in_seconds: int
    reset_time: str
