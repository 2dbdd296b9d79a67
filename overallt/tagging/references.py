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


def _numbers(numbers: Iterable[str]) -> bytes:
    return "|".join(numbers).encode("ascii")
