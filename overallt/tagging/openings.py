"""What a page's header and first bytes settle: its charset, its language, its reader.

HTML and XML differ in where text is, in what brackets mean, and in how a page says its
charset. All of that is chosen here, once, and nobody else asks which of them it is.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from overallt.tagging import charsets, text_tags, xml_declarations, xml_text_tags
from overallt.tagging.charsets import Kind
from overallt.tagging.page_charsets import PageCharset
from overallt.tagging.readers import Reader
from overallt.tagging.spans import Span
from overallt.tagging.text_tags import Candidate
from overallt.tagging.transcodings import UTF_16, Transcoder
from overallt.tagging.xml_readers import XmlReader


class PageReader(Protocol):
    """Who tells whether text counts after all that he was told to remember."""

    @property
    def given_up(self) -> bool:
        """Tell whether from here on all text stays."""
        ...  # pragma: no cover

    def remember(self, data: bytes) -> None:
        """Take in the next bytes of the page."""
        ...  # pragma: no cover

    def framed[S: Span](
        self, data: bytes, spans: Sequence[S], certain: int
    ) -> Iterator[tuple[S, bytes]]:
        """Take in *data* up to *certain*; yield which of *spans* count, one by one.

        With each comes in what to print its button.
        """
        ...  # pragma: no cover

    def reason(self, data: bytes, span: Span) -> str | None:
        """Say why *span* of *data* stays text; ``None`` if it does not."""
        ...  # pragma: no cover


@dataclass(frozen=True, slots=True)
class Opening:
    """How to read a page.

    A *transcoder* turns it into UTF-8 first, and the *charset* is there if anything is
    to be heeded of it.
    """

    transcoder: Transcoder | None
    charset: PageCharset | None
    reader: PageReader
    candidates: Callable[[bytes, Callable[[int], bool] | None], Sequence[Candidate]]
    unfinished_from: Callable[[bytes], int]


class Unopened(Enum):
    """Why nobody can read a page yet, or ever: its charset is unknown, or its type."""

    YET = auto()
    EVER = auto()


def open_page(beginning: bytes, *, content_type: str | None) -> Opening | Unopened:
    """Return how to read a page, if its *beginning* tells enough."""
    kind = charsets.kind_in_header(content_type)
    if kind is Kind.UNKNOWN:
        return Unopened.EVER
    if charsets.may_become_mark(beginning):
        return Unopened.YET
    is_xml = charsets.is_xhtml(content_type)
    kind = charsets.kind_of_mark(beginning) or kind
    if kind is None and is_xml:
        kind = xml_declarations.kind_declared(beginning)
        if kind is None:
            return Unopened.YET
        if kind is Kind.UNKNOWN:
            return Unopened.EVER
    transcoder = Transcoder(UTF_16[kind]) if kind in UTF_16 else None
    charset = None if kind is Kind.BYTEWISE else PageCharset(kind)
    watching = charset if charset is not None and charset.watches else None
    # Of XML that is not in its charset, browsers show nothing anyhow.
    reader: PageReader = XmlReader(watching) if is_xml else Reader(charset)
    grammar = xml_text_tags if is_xml else text_tags
    return Opening(
        transcoder, watching, reader, grammar.candidates, grammar.unfinished_from
    )
