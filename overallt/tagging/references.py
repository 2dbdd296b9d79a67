"""Patterns for the character references that stand for a given ASCII character.

HTML Standard, 13.2.5.72 and after: ``&#91;``, ``&#x5B;`` and ``&lsqb;`` are all a
bracket; a numeric one may lack its semicolon when no further digit follows. Only
references of at most 32 bytes are read: leading zeros have no end by themselves, and
what may still become a tag must be bounded.
"""

import html
import html.entities
import re
from collections.abc import Iterable
from typing import Final

LONGEST_BYTES: Final = 32
_MOST_DIGITS: Final = LONGEST_BYTES - len("&#;")
_MOST_HEX_DIGITS: Final = LONGEST_BYTES - len("&#x;")

# What may become a reference when more bytes come; it never reaches past the longest.
UNFINISHED: Final = rb"&(?:#(?:[0-9]{0,%d}|[xX][0-9a-fA-F]{0,%d})|[A-Za-z]{0,%d})?" % (
    _MOST_DIGITS,
    _MOST_HEX_DIGITS,
    LONGEST_BYTES - len("&;"),
)

# Python reads no number of thousands of digits, and no character has one.
_ENDLESS: Final = re.compile(r"&#[0-9]{1000,}+;?")
_IN_ATTRIBUTE: Final = re.compile(
    r"&(#(?:[0-9]++|[xX][0-9a-fA-F]++);?|[A-Za-z0-9]++(?:;|(?!=)))"
)


def pattern_of(characters: str) -> bytes:
    """Return a pattern for one reference to any of the ASCII *characters*.

    A named reference may stand for two of them at once (``&fjlig;``).
    """
    decimal = _numbers(format(ord(each), "d") for each in characters)
    hexadecimal = _numbers(format(ord(each), "x") for each in characters)
    names = [
        name
        for name, value in html.entities.html5.items()
        if name.endswith(";") and set(value) <= set(characters)
    ]
    # Zeros are counted to the digits, hence the look ahead at their number.
    numeric = (
        rb"#(?![0-9]{%d})0*+(?:%b)(?![0-9]);?+"
        rb"|#[xX](?![0-9a-fA-F]{%d})0*+(?i:%b)(?![0-9a-fA-F]);?+"
    ) % (_MOST_DIGITS + 1, decimal, _MOST_HEX_DIGITS + 1, hexadecimal)
    named = b"".join(b"|" + re.escape(name.encode("ascii")) for name in names)
    return rb"&(?:%b%b)" % (numeric, named)


def read(text: bytes) -> str:
    """Return what the ASCII *text* says once its character references are read."""
    return html.unescape(text.decode("ascii"))


def read_text(text: str) -> str:
    """Return what a page's *text*, however long, says once its references are read."""
    return html.unescape(_ENDLESS.sub("\ufffd", text))


def read_in_attribute(value: str) -> str:
    """Return what an attribute's *value* says once its character references are read.

    In ``?a=1&copy=2`` there is none: without a semicolon, what stands before a letter,
    a digit or an equals sign is none there (13.2.5.73).
    """
    return _IN_ATTRIBUTE.sub(_referred, value)


def _referred(match: re.Match[str]) -> str:
    name = match[1]
    if name.startswith("#"):
        return read_text(match[0])
    return html.entities.html5.get(name, match[0])


def _numbers(numbers: Iterable[str]) -> bytes:
    return "|".join(numbers).encode("ascii")
