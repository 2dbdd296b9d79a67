"""Pages of others, as they were found at an address that somebody has named."""

from dataclasses import dataclass


class Unreachable(Exception):
    """What was looked for is not to be had; the text says why, in one sentence."""


@dataclass(frozen=True, slots=True)
class FoundPage:
    """What was at an address; ``url`` is where it was in the end, after redirects.

    ``body`` is unpacked and may be cut off. ``media_type`` is in lower case;
    ``charset`` is what the server says, and may be wrong.
    """

    url: str
    media_type: str
    charset: str | None
    body: bytes
