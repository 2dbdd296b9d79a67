"""What is known of a page's charset while the page streams.

The header may name it; else a ``<meta>`` in the first 1024 bytes, for which they are
kept and searched only when somebody asks. What comes behind the place that is asked
about is never looked at, so that chunk borders do not matter; but whoever prints into
those bytes waits for all of them, as browsers do, lest a button should move the
``<meta>`` out of their sight; and nobody prints into a head that was begun there, where
Chromium looks on.

In a charset with halves, a byte is a second half if before it there is an odd number
of bytes that may be first halves: they take each other in pairs, and whatever is none
of them ends a character. So of all that has passed only two parities are kept.

A page may lie about its charset. Where a tag stands, the bytes at 0x80 and above right
before it must be whole characters, or nobody knows what was meant by a bracket. Only
their form is looked at: charsets grow, and browsers read more than the books list. A
byte below 0x80 ends a character, so such a run begins with one; of a longer run than
is kept, the beginning may be cut in its middle. In a charset of single bytes every byte
is a character: there, nothing can be caught.
"""

import re
from collections.abc import Callable
from functools import partial
from typing import Final

from overallt.tagging.charsets import HALVED, PRESCANNED_BYTES, Kind
from overallt.tagging.prescans import kind_declared

_FIRST_HALVES: Final = {
    Kind.HALVES: bytes(range(0x81, 0xFF)),
    Kind.JIS_HALVES: bytes([*range(0x81, 0xA0), *range(0xE0, 0xFD)]),
}
# Chromium looks on beyond those bytes as long as it sees only what belongs in a head.
_HEAD: Final = re.compile(rb"<head[\t\n\f\r />]", re.IGNORECASE)
_HEAD_END: Final = re.compile(rb"</head|<body", re.IGNORECASE)
_CUT_HEAD_END_BYTES: Final = len("</hea")
_LOWEST: Final = 0x81
_WATCHED: Final = HALVED | {Kind.ESCAPING}
_NONE_ODD: Final = dict.fromkeys(HALVED, False)
_WINDOW_BYTES: Final = 64

# Encoding Standard, 8 to 13, and for UTF-8 the Unicode Standard, table 3-7. UTF-16
# comes here as UTF-8, where a lone surrogate is no character.
_UTF_8: Final = (
    rb"[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|\xed[\x80-\x9f][\x80-\xbf]"
    rb"|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xf0[\x90-\xbf][\x80-\xbf]{2}"
    rb"|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)
_LONGEST_CHARACTER_BYTES: Final = 4
_WHOLE: Final = {
    kind: re.compile(rb"(?:%b)*+" % character)
    for kind, character in {
        Kind.UTF_8: _UTF_8,
        Kind.UTF_16LE: _UTF_8,
        Kind.UTF_16BE: _UTF_8,
        Kind.EUC_JP: rb"\x8e[\xa1-\xdf]|\x8f?[\xa1-\xfe]{2}",
        Kind.EUC_KR: rb"[\x81-\xfe]{2}",
        Kind.HALVES: rb"\x80|[\x81-\xfe][\x80-\xfe]",
        Kind.JIS_HALVES: rb"[\x80\xa1-\xdf]|[\x81-\x9f\xe0-\xfc][\x80-\xfc]",
        Kind.ESCAPING: rb"(?!)",
    }.items()
}
_ALL_HIGH: Final = bytes(range(0x80, 0x100))
# So many bytes before a tag are looked at.
LOOKED_BACK_BYTES: Final = 64


class PageCharset:
    """Tells of the charset of a page whose header says it is of *kind*."""

    __slots__ = (
        "_beginning",
        "_is_odd",
        "_is_unnamed",
        "_kind",
        "_known_from",
        "_last",
        "_may_be_in_head",
    )

    def __init__(self, kind: Kind | None) -> None:
        self._kind = kind
        self._is_unnamed = kind is None
        self._may_be_in_head = kind is None
        self._last = b""
        # Whoever asks about a place sooner in the page must not hear of it.
        self._known_from = 0
        self._beginning = b""
        self._is_odd = _NONE_ODD

    @property
    def watches(self) -> bool:
        """Tell whether it must be told of what passes, and asked about brackets."""
        return self._kind is None or self._kind in _WATCHED

    @property
    def is_escaping(self) -> bool:
        """Tell whether what has passed is known to be ISO-2022-JP."""
        return self.kind_before(b"", 0) is Kind.ESCAPING

    def is_settled_with(self, data: bytes) -> bool:
        """Tell whether nothing behind *data*, the next bytes, can name the charset."""
        seen = len(self._beginning) + len(data)
        return self._kind is not None or seen >= PRESCANNED_BYTES

    def naming_behind(self, data: bytes) -> Callable[[int], bool]:
        """Return what tells whether a ``<meta>`` behind an index of *data* may name it.

        *data* are the next bytes. What is printed before that could move it to where no
        browser looks for it.
        """
        return partial(self._may_be_named_behind, data, self._head_end(data))

    def _may_be_named_behind(self, data: bytes, head_end: int, at: int) -> bool:
        end = len(self._beginning) + at
        if not self._is_unnamed or (end >= PRESCANNED_BYTES and at >= head_end):
            return False
        beginning = (self._beginning + data[:PRESCANNED_BYTES])[:PRESCANNED_BYTES]
        if kind_declared(beginning[:end]) is not None:
            return False
        return at < head_end or kind_declared(beginning) is not None

    def _head_end(self, data: bytes) -> int:
        """Return up to where *data*, the next bytes, stand before a head's end."""
        if not self._may_be_in_head:
            return 0
        begins, end = self._head(data)
        if begins is None:
            return 0
        return len(data) if end is None else end

    def _head(self, data: bytes) -> tuple[int | None, int | None]:
        """Return where in *data*, or before it, a head begins, and where it ends."""
        beginning = self._beginning + data[:PRESCANNED_BYTES]
        begins = _HEAD.search(beginning, 0, PRESCANNED_BYTES)
        if begins is None:
            return None, None
        start = max(0, begins.end() - len(self._beginning))
        # An end may be cut by the border before *data*.
        known = len(self._last) if start else 0
        end = _HEAD_END.search(self._last + data, known + start)
        return start, None if end is None else max(0, end.start() - len(self._last))

    @property
    def may_escape(self) -> bool:
        """Tell whether the page may still turn out to be ISO-2022-JP, or is."""
        return self._kind is None or self._kind is Kind.ESCAPING

    @property
    def has_halves(self) -> bool:
        """Tell whether what has passed may hold halves that look like brackets."""
        return self.kind_before(b"", 0) in _FIRST_HALVES

    def go_past(self, data: bytes) -> None:
        """Take in the next bytes of the page."""
        if self._may_be_in_head:
            begins, end = self._head(data)
            is_open = begins is not None and end is None
            may_begin = begins is None and not self.is_settled_with(data)
            self._may_be_in_head = is_open or may_begin
            self._last = (self._last + data)[-_CUT_HEAD_END_BYTES:]
        if len(self._beginning) < PRESCANNED_BYTES:
            self._beginning += data[: PRESCANNED_BYTES - len(self._beginning)]
        if not data:
            return
        if data[-1] < _LOWEST:
            self._is_odd = _NONE_ODD
            return
        self._is_odd = {
            kind: self._is_odd_before(data, len(data), kind) for kind in _FIRST_HALVES
        }

    def kind_before(self, data: bytes, at: int) -> Kind:
        """Return the kind as known before the index *at* of *data*, the next bytes."""
        beginning = self._beginning
        end = len(beginning) + at
        if self._kind is not None and end >= self._known_from:
            return self._kind
        beginning += data[: min(at, PRESCANNED_BYTES)]
        kind = kind_declared(beginning)
        if kind is None and end < PRESCANNED_BYTES:
            return Kind.BYTEWISE
        self._kind = kind or Kind.BYTEWISE
        self._known_from = min(end, PRESCANNED_BYTES)
        return self._kind

    def can_end_with(self, before: bytes) -> bool:
        """Tell whether *before*, the last bytes that passed, can be in this charset."""
        if before[-1:] < b"\x80":
            return True
        whole = _WHOLE.get(self.kind_before(b"", 0))
        if whole is None:
            return True
        run = before[len(before.rstrip(_ALL_HIGH)) :]
        is_cut = len(run) >= LOOKED_BACK_BYTES
        starts = range(_LONGEST_CHARACTER_BYTES if is_cut else 1)
        return any(whole.fullmatch(run, start) for start in starts)

    def is_half(self, data: bytes, at: int) -> bool:
        """Tell whether the byte at *at* in *data*, the next bytes, is a second half."""
        if at and data[at - 1] < _LOWEST:
            return False
        kind = self.kind_before(data, at)
        return kind in _FIRST_HALVES and self._is_odd_before(data, at, kind)

    def _is_odd_before(self, data: bytes, at: int, kind: Kind) -> bool:
        """Tell whether an odd number of first halves stands right before *at*."""
        window = _WINDOW_BYTES
        while True:
            looked_at = data[max(0, at - window) : at]
            run = len(looked_at) - len(looked_at.rstrip(_FIRST_HALVES[kind]))
            if run < len(looked_at):
                return run % 2 == 1
            if run == at:
                return (run + self._is_odd[kind]) % 2 == 1
            window *= 2
