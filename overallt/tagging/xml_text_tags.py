"""Finds text tags in XML pages, where brackets also border CDATA sections.

In ``<![CDATA[[Flattr=7]]]>`` the tag is not escaped: the brackets around it belong to
the section's borders. So these are covered before the grammar looks, byte for byte, and
a border that is cut is held back. What only looks like a border is told by the reader::

    <![CDATA[[Flattr=7]]]>          a tag
    <![CDATA[[[Flattr=7]]]]>        an escape
    <![CDATA[ [CDATA[[Flattr=7]]]>  an escape: the second "[CDATA[" is text
"""

import re
from collections.abc import Callable
from typing import Final

from overallt.tagging import text_tags
from overallt.tagging.text_tags import Candidate

SECTION_OPEN: Final = b"<![CDATA["
SECTION_CLOSE: Final = b"]]>"

_OPEN: Final = b"[CDATA["
_COVERED: Final = {_OPEN: b"<CDATA<", SECTION_CLOSE: b"<<<"}
_CUT_OPEN: Final = re.compile(rb"\[(?:C(?:D(?:A(?:T(?:A\[?)?)?)?)?)?\Z")
_MOST_CUT_CLOSE: Final = len("]]")


def candidates(
    data: bytes, is_half: Callable[[int], bool] | None = None
) -> list[Candidate]:
    """Return what is a text tag by its own form, as ``text_tags.candidates`` does."""
    return text_tags.candidates(_covered(data), is_half)


def unfinished_from(data: bytes) -> int:
    """Return from where on *data* may still become a tag; its length if nowhere."""
    brackets = len(data) - len(data.rstrip(b"]"))
    known = len(data) - min(brackets, _MOST_CUT_CLOSE)
    start = text_tags.unfinished_from(_covered(data[:known]))
    if start == known:
        start = len(data)
    if cut := _CUT_OPEN.search(data, max(0, len(data) - len(_OPEN))):
        start = min(start, cut.start())
    return start - len(_OPEN) if follows_open(data, start) else start


def follows_open(data: bytes, at: int) -> bool:
    """Tell whether what may open a section stands right before *at*."""
    return data.endswith(_OPEN, 0, at)


def _covered(data: bytes) -> bytes:
    for border, cover in _COVERED.items():
        data = data.replace(border, cover)
    return data
