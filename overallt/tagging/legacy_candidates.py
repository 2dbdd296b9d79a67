"""Finds old Flattr markup in a page's bytes, each piece with its whole element.

A piece begins at the *opening* of an element that may be one, such as ``<a`` and a
space, and ends with its end tag, at most 8 KB later and before the next opening::

    ├─ opening ─ start tag ─┼─ content ─┼─ end tag ─┤ … ├─ the next opening …

So no piece holds another, all that it says is said between two openings, and neither
what stands before it nor where chunks end makes a difference. Whether it is live
markup, or stands in a comment, a script or an attribute, only the page's reader knows.

No angle bracket may stand in the start tag's values: so it is finished where the next
one stands, and a page can be passed on without reading its quotes.

An element is left alone unless it can be taken out with no trace: a link may hold text,
line breaks, images, and a little inline markup that nests well, but no block, comment
or text tag; a frame and a script may hold no markup at all. So is one that holds an
escape of ISO-2022-JP, where a quote need not be a quote.
"""

import re
from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise
from typing import Final

from overallt.tagging import elements, legacy_buttons, text_tags
from overallt.tagging.legacy_buttons import LegacyButton
from overallt.tagging.searches import ends_of_words
from overallt.tagging.start_tags import WHOLE_TAG, StartTag

LONGEST_BYTES: Final = 1 << 13

_NAMES: Final = (b"a", b"iframe", b"link", b"meta", b"script")
_EMPTY: Final = {b"link", b"meta"}
_OPENED: Final = rb"<(%b)[\t\n\f\r /]" % b"|".join(_NAMES)
_OPENING: Final = re.compile(_OPENED, re.IGNORECASE)
# It goes back from the end to the first opening that it meets.
_LAST_OPENING: Final = re.compile(b".*" + _OPENED, re.IGNORECASE | re.DOTALL)
_BEGINNING: Final = re.compile(
    rb"%b|<(?:%b)?\Z"
    % (_OPENED, b"|".join(name[:size] for name in _NAMES for size in range(1, 7))),
    re.IGNORECASE,
)
_BRACKET: Final = re.compile(b"[<>]")
_INLINE: Final = elements.FORMATTING | {b"span", b"sub", b"sup"}
_INLINE_EMPTY: Final = {b"br", b"img", b"wbr"}
_ESCAPE: Final = b"\x1b"
# A description has few; it is read again with each chunk until it is whole.
_MOST_TAGS: Final = 64


@dataclass(frozen=True, slots=True)
class LegacyCandidate:
    """Old markup and where its element stands; only its context can still forbid it."""

    button: LegacyButton
    start: int
    end: int


class _None(Enum):
    """Why there is no candidate."""

    CUT = auto()
    OTHER = auto()


def candidates(data: bytes) -> list[LegacyCandidate]:
    """Return what is old Flattr markup by its own form, from left to right.

    No two overlap.
    """
    words = ends_of_words(data)
    if not words:
        return []
    # The word stands in each: none begins further before one, nor ends further behind.
    first, last = max(words[0] - LONGEST_BYTES, 0), words[-1] + LONGEST_BYTES
    starts = [match.start() for match in _OPENING.finditer(data, first, last)]
    found = (_read(data, *borders) for borders in pairwise([*starts, len(data)]))
    return [each for each in found if isinstance(each, LegacyCandidate)]


def unfinished_tag_from(data: bytes) -> int:
    """Return from where on *data* may become a start tag; its length if nowhere."""
    bracket = data.rfind(b"<")
    if data.rfind(b">") > bracket or bracket <= len(data) - LONGEST_BYTES:
        return len(data)
    return bracket if _BEGINNING.match(data, bracket) else len(data)


def unfinished_from(data: bytes) -> int:
    """Return from where on *data* may still become old markup; its length if nowhere.

    It is always less than ``LONGEST_BYTES`` before the end.
    """
    first = max(len(data) - LONGEST_BYTES + 1, 0)
    last = _LAST_OPENING.match(data, first) if ends_of_words(data[first:]) else None
    if last is not None:
        start = last.start(1) - len("<")
        if _read(data, start, len(data)) is _None.CUT:
            return start
    return unfinished_tag_from(data)


def _read(data: bytes, start: int, border: int) -> LegacyCandidate | _None:
    """Read the element whose opening is at *start*, as far as the next one."""
    border = min(border, start + LONGEST_BYTES)
    bracket = _BRACKET.search(data, start + 1, border)
    if bracket is None:
        return _None.CUT
    match = WHOLE_TAG.fullmatch(data, start, bracket.end())
    if match is None or not ends_of_words(match[0]):
        return _None.OTHER
    name = match[2].lower()
    button = legacy_buttons.read(StartTag(name, match[0]))
    if button is None:
        return _None.OTHER
    last = match if name in _EMPTY else _last_tag(data, match, border)
    if isinstance(last, _None):
        return last
    content = data[match.end() : last.start()]
    if data.find(_ESCAPE, start, last.end()) >= 0 or text_tags.candidates(content):
        return _None.OTHER
    return LegacyCandidate(button.described_by(content), start, last.end())


def _last_tag(
    data: bytes, first: re.Match[bytes], border: int
) -> re.Match[bytes] | _None:
    """Return the tag that ends the element which *first* begins."""
    tag = first
    opened = [first[2].lower()]
    is_link = opened == [b"a"]
    for _ in range(_MOST_TAGS):
        at = data.find(b"<", tag.end(), border)
        match = WHOLE_TAG.match(data, at, border) if at >= 0 else None
        if match is None:
            return _None.CUT
        tag, name = match, match[2].lower()
        if tag[1]:
            if opened.pop() != name:
                return _None.OTHER
            if not opened:
                return tag
        elif is_link and name in _INLINE:
            opened.append(name)
        elif not is_link or name not in _INLINE_EMPTY:
            return _None.OTHER
    return _None.OTHER
