"""Reads a page as late as possible, and only as closely as needed.

What passes is remembered. When somebody asks whether text counts, the page is skimmed
up to there, or as far beyond as one run goes, which tells of all that it goes past (see
``runs``). Where a skim gets lost, the tree reads everything from where it stands::

    ├── the tree has read ──┼── skimmed, remembered ──┼── not read, remembered ──▶

Each byte is skimmed once and read by the tree at most once, so time is linear. What is
remembered is folded when it reaches 16 MB, or a little later where what has begun ends:
if nothing open forbids a button there, the open elements are forgotten. The tree then
knows of fewer elements that could close what forbids, so that in doubt the text stays
text. Else the tree reads on, and so remembers; that is slow, at about 1 MB a second.

Text between the cells of a table is moved out of it by browsers, together with the
white space beside it, which would stay behind if a button took the text's place. So
text with white space beside it stays text there, too.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from overallt.tagging import reasons
from overallt.tagging.contexts import Context
from overallt.tagging.escapes import Mask
from overallt.tagging.page_charsets import LOOKED_BACK_BYTES, PageCharset
from overallt.tagging.pieces import LONGEST_HISTORY_BYTES, TINY_BYTES, Pieces
from overallt.tagging.runs import Marked
from overallt.tagging.skims import Skim
from overallt.tagging.spans import Span
from overallt.tagging.tokenizer import Tokenizer

_MOST_OVERDUE_BYTES: Final = 1 << 16
# A prime number: a page that repeats itself is not met at the same place each time.
_STEP_BYTES: Final = 1021
_LT: Final = ord("<")
_LONGEST_NAME_BYTES: Final = len("</colgroup>")
_BETWEEN_CELLS: Final = re.compile(
    rb"<(?:table|t(?:body|foot|head|r)|col(?:group)?"
    rb"|/(?:t(?:body|d|foot|h|head|r)|caption|colgroup))[\t\n\f\r />]",
    re.IGNORECASE,
)


class Reader:
    """Tells whether text counts after all that it was told to remember.

    The *charset*, if there is anything to heed of it, is told of what passes. Of a page
    in ISO-2022-JP only what is ASCII is read, and a page that lies about its charset is
    given up where this is seen.
    """

    __slots__ = (
        "_charset",
        "_context",
        "_last",
        "_last_tag",
        "_lies",
        "_mask",
        "_overdue",
        "_room",
        "_skim",
        "_skimmed",
        "_skimmer",
        "_tokenizer",
        "_told",
        "_unread",
    )

    def __init__(self, charset: PageCharset | None) -> None:
        self._charset = charset
        self._told = charset if charset is not None and charset.watches else None
        self._lies = False
        self._mask: Mask | None = None
        self._start_tree()
        self._start_skim()
        self._unread = Pieces()
        self._skimmed = Pieces()
        self._room = LONGEST_HISTORY_BYTES
        self._overdue = 0
        self._last_tag = b""
        self._last = b""

    @property
    def given_up(self) -> bool:
        """Tell whether from here on all text stays."""
        gives_up = self._skim.given_up and not self._skim.is_lost
        return bool(gives_up or self._lies or self._context.given_up)

    @property
    def history_bytes(self) -> int:
        """How many bytes are remembered."""
        return LONGEST_HISTORY_BYTES + self._overdue - self._room

    def remember(self, data: bytes) -> None:
        """Take in the next bytes of the page."""
        if self._told is not None:
            self._told.go_past(data)
        size = len(data)
        if TINY_BYTES <= size < self._room:
            self._room -= size
            self._unread.append(data)
        else:
            self._remember_carefully(data)

    def framed[S: Span](
        self, data: bytes, spans: Sequence[S], certain: int
    ) -> Iterator[tuple[S, bytes]]:
        """Take in *data* up to *certain*; yield which of *spans* count, one by one.

        With each comes in what to print its button.
        """
        marked = Marked(data, spans)
        # All is taken in up to *told*, and looked back at from *seen*.
        told = seen = 0
        for span in spans:
            start = span.start
            if start >= certain:
                break
            if told <= start:
                told = self._run(marked, data, told, start, certain)
            if told <= start:
                # Where only its mark was in the way, it does not count.
                marked.unmark(start)
                told = self._run(marked, data, told, start, certain)
                if told > start:
                    continue
                self._look_at(data[seen:told])
                self.remember(data[told:start])
                seen = told = start
                frame = self.frame(data, span)
            else:
                self._look_at(data[seen:start])
                seen = start
                frame = self._frame_in_text(data, span)
            if frame is not None:
                yield span, frame
            elif self.given_up:
                return
        self._look_at(data[seen:told])
        self.remember(data[told:certain])

    def _run(
        self, marked: Marked, data: bytes, told: int, start: int, certain: int
    ) -> int:
        """Pass over *data* from *told* on, until *start* is behind; return where."""
        while told <= start and self._can_run:
            end = marked.end_of(told, min(certain, told + self._room - 1))
            if end == told:
                break
            if self._told is not None:
                self._told.go_past(data[told:end])
            self._skimmed.add(data[told:end])
            self._room -= end - told
            told = end
        return told

    @property
    def _can_run(self) -> bool:
        """Tell whether it stands in text or at markup where nothing forbids a button.

        What may be ISO-2022-JP has to be masked first.
        """
        skims = not self._unread and not self._skim.is_lost
        is_plain = self._told is None or not self._told.may_escape
        between = self._skimmer.is_between and self._skim.allows_button()
        return skims and is_plain and between

    def counts(self) -> bool:
        """Tell whether a bracket or a reference would be running text here."""
        return not self._lies and self._allows_button() and self._is_honest()

    def _is_honest(self) -> bool:
        charset = self._charset
        self._lies = charset is not None and not charset.can_end_with(self._last)
        return not self._lies

    def _allows_button(self) -> bool:
        self._catch_up()
        if self._mask is not None and not self._mask.is_ascii:
            return False
        if not self._skim.is_lost:
            return self._skimmer.stands_in_text and self._skim.allows_button()
        allowed = self._tokenizer.stands_in_text and self._context.allows_button()
        self._skim_again()
        return allowed

    def frame(self, data: bytes, span: Span) -> bytes | None:
        """Return in what to print the button for *span* of *data*; ``None`` if none.

        It stands where the reader stands.
        """
        return self._frame_in_text(data, span) if self.counts() else None

    def _frame_in_text(self, data: bytes, span: Span) -> bytes | None:
        is_moved = self._stands_between_cells(data, span)
        return None if is_moved or not self._is_honest() else b"%b"

    def _stands_between_cells(self, data: bytes, span: Span) -> bool:
        after = data[span.end : span.end + 1]
        if not (self._last[-1:].isspace() or after.isspace()):
            return False
        is_between = _BETWEEN_CELLS.match(self._last_tag) is not None
        return is_between and data[span.start] != _LT

    def reason(self, data: bytes, span: Span) -> str | None:
        """Say why *span* of *data*, which stands here, stays text; ``None`` if not."""
        if self.frame(data, span) is not None:
            return None
        if self._lies:
            return reasons.LYING_CHARSET
        if self.counts():
            return reasons.BETWEEN_CELLS
        if self._mask is not None and not self._mask.is_ascii:
            return reasons.NOT_ASCII
        if self._skim.is_lost:
            context = self._context
            return context.given_up or self._tokenizer.place or context.obstacle
        skim = self._skim
        return skim.given_up or self._skimmer.place or skim.obstacle

    def _start_tree(self) -> None:
        self._context = Context()
        self._tokenizer = Tokenizer(self._context)

    def _start_skim(self) -> None:
        self._skim = Skim()
        self._skimmer = Tokenizer(self._skim)

    def _skim_again(self) -> None:
        """Leave the tree where it stands if a skim can go on from there."""
        if self._tokenizer.is_between and self._context.is_plain:
            self._start_skim()

    def _catch_up(self) -> None:
        if not self._unread:
            return
        charset = self._charset
        if charset is not None and self._mask is None and charset.is_escaping:
            self._mask = Mask()
        for each in self._unread.drained():
            block = each if self._mask is None else self._mask.cover(each)
            self._look_at(each, masked=block)
            self._skimmed.add(block)
            self._skimmer.feed(block)
            if self._skim.is_lost:
                self._read(self._skimmed.drained())

    def _look_at(self, passed: bytes, *, masked: bytes | None = None) -> None:
        """Keep the end of what *passed*, and the last tag of how it is read."""
        self._last = (self._last + passed[-LOOKED_BACK_BYTES:])[-LOOKED_BACK_BYTES:]
        block = passed if masked is None else masked
        begin = block.rfind(b"<")
        if begin < 0:
            self._last_tag += block[: _LONGEST_NAME_BYTES - len(self._last_tag)]
        else:
            self._last_tag = block[begin : begin + _LONGEST_NAME_BYTES]

    def _read(self, blocks: Iterable[bytes]) -> None:
        self._room -= self._overdue
        self._overdue = 0
        for block in blocks:
            self._tokenizer.feed(block)
            self._room += len(block)

    def _remember_carefully(self, data: bytes) -> None:
        # Folded at places that the page decides, not its chunks.
        while len(data) >= self._room:
            self._unread.add(data[: self._room])
            data = data[self._room :]
            self._room = 0
            self._fold()
        self._room -= len(data)
        self._unread.add(data)

    def _fold(self) -> None:
        self._catch_up()
        if self._skim.is_lost:
            self._skim_again()
        elif self._skimmer.is_between and self._skim.allows_button():
            self._start_tree()
            self._skimmed.clear()
            self._room = LONGEST_HISTORY_BYTES
            self._overdue = 0
        elif self._overdue < _MOST_OVERDUE_BYTES:
            # It may only be a tag or a link that has begun.
            self._overdue += _STEP_BYTES
            self._room = _STEP_BYTES
        else:
            self._read(self._skimmed.drained())
