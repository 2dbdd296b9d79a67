"""A span: where something stands in the bytes of a page."""

from typing import Protocol


class Span(Protocol):
    """Anything that has a *start* and an *end*, as of a slice."""

    @property
    def start(self) -> int:
        """Index of its first byte."""
        ...  # pragma: no cover

    @property
    def end(self) -> int:
        """Index behind its last byte."""
        ...  # pragma: no cover
