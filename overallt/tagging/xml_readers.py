"""Reads an XML page as late as possible, like ``readers`` a page in HTML.

What passes is remembered until somebody asks, or until it is 16 MB, and then read once
and forgotten: XML needs to know no more than what is open.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from overallt.tagging import reasons
from overallt.tagging.escapes import Mask
from overallt.tagging.page_charsets import PageCharset
from overallt.tagging.pieces import LONGEST_HISTORY_BYTES, Pieces
from overallt.tagging.spans import Span
from overallt.tagging.xml_contexts import XmlContext
from overallt.tagging.xml_text_tags import SECTION_CLOSE, SECTION_OPEN, follows_open
from overallt.tagging.xml_tokenizer import XmlTokenizer

_LT: Final = ord("<")

# XML 1.0, 4.1: a character reference is a number and has its semicolon. By names,
# XML knows other brackets only from a DTD, which is not read.
_ILL_REFERENCE: Final = re.compile(rb"&(?!#(?:[0-9]++|x[0-9a-fA-F]++);)")


class XmlReader:
    """Tells whether text counts after all that it was told to remember.

    Of a page in ISO-2022-JP, as *charset* may know, only what is ASCII is read.
    """

    __slots__ = (
        "_charset",
        "_context",
        "_mask",
        "_tokenizer",
        "_unread",
        "history_bytes",
    )

    def __init__(self, charset: PageCharset | None) -> None:
        self._charset = charset
        self._mask: Mask | None = None
        self._context = XmlContext()
        self._tokenizer = XmlTokenizer(self._context, charset)
        self._unread = Pieces()
        self.history_bytes = 0

    @property
    def given_up(self) -> bool:
        """Tell whether from here on all text stays."""
        return self._context.given_up

    def remember(self, data: bytes) -> None:
        """Take in the next bytes of the page."""
        if self._charset is not None:
            self._charset.go_past(data)
        self._unread.add(data)
        self.history_bytes += len(data)
        if self.history_bytes >= LONGEST_HISTORY_BYTES:
            self._catch_up()

    def framed[S: Span](
        self, data: bytes, spans: Sequence[S], certain: int
    ) -> Iterator[tuple[S, bytes]]:
        """Take in *data* up to *certain*; yield which of *spans* count, one by one.

        With each comes in what to print its button.
        """
        told = 0
        for span in spans:
            if span.start >= certain:
                break
            self.remember(data[told : span.start])
            told = span.start
            frame = self.frame(data, span)
            if frame is not None:
                yield span, frame
        self.remember(data[told:certain])

    def counts(self) -> bool:
        """Tell whether a bracket or a reference would be running text here.

        In a CDATA section it would be none, since there is no markup.
        """
        return self._allows_text() and self._tokenizer.stands_in_text

    def frame(self, data: bytes, span: Span) -> bytes | None:
        """Return in what to print the button for *span* of *data*; ``None`` if none.

        It stands where the reader stands. A section is closed before the button and
        opened again behind it.
        """
        if data[span.start] == _LT:
            return b"%b" if self.counts() else None
        source = data[span.start : span.end]
        counts = self._allows_text()
        # Where no section begins, what looks so is text: its bracket is an escape.
        if follows_open(data, span.start) and not self._tokenizer.begins_section:
            return None
        if counts and self._tokenizer.stands_in_text:
            return None if _ILL_REFERENCE.search(source) else b"%b"
        if counts and self._tokenizer.stands_in_section and b"&" not in source:
            return SECTION_CLOSE + b"%b" + SECTION_OPEN
        return None

    def reason(self, data: bytes, span: Span) -> str | None:
        """Say why *span* of *data*, which stands here, stays text; ``None`` if not."""
        if self.frame(data, span) is not None:
            return None
        if self.given_up:
            return reasons.NOT_READ_ON
        if self._mask is not None and not self._mask.is_ascii:
            return reasons.NOT_ASCII
        place = self._tokenizer.place or self._context.obstacle
        return place or reasons.ESCAPED

    def _allows_text(self) -> bool:
        self._catch_up()
        is_ascii = self._mask is None or self._mask.is_ascii
        return is_ascii and self._context.allows_button()

    def _catch_up(self) -> None:
        is_escaping = self._charset is not None and self._charset.is_escaping
        if is_escaping and self._mask is None:
            self._mask = Mask()
        for block in self._unread.drained():
            self._tokenizer.feed(
                block if self._mask is None else self._mask.cover(block)
            )
        self.history_bytes = 0
