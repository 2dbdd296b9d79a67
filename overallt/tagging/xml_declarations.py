"""The charset that an XML page says of itself, where mark and header say nothing.

XML 1.0, 4.3.3 and F: the declaration stands at the very beginning, so its first bytes
tell UTF-16 from all that reads like ASCII, and then it may name the charset. Without a
name it is UTF-8. A name that contradicts these bytes, like a declaration that is not
well-formed, makes the charset unknown, so that the page is left alone.
"""

import re
from typing import Final

from overallt.tagging.charsets import Kind, kind_of

LONGEST_BYTES: Final = 1024
_BEGINNINGS: Final = {
    b"<\0?\0": Kind.UTF_16LE,
    b"\0<\0?": Kind.UTF_16BE,
    **{b"<?xml" + bytes([space]): None for space in b"\t\n\r "},
}
_EQUALS: Final = rb"[\t\n\r ]*+=[\t\n\r ]*+"
_DECLARATION: Final = re.compile(
    rb"<\?xml[\t\n\r ]++version%(equals)b(?:\"[^\"<>]*+\"|'[^'<>]*+')"
    rb"(?:[\t\n\r ]++encoding%(equals)b"
    rb"(?:\"(?P<double>[^\"<>]++)\"|'(?P<single>[^'<>]++)'))?+"
    rb"(?:[\t\n\r ]++standalone%(equals)b(?:\"[a-z]++\"|'[a-z]++'))?+"
    rb"[\t\n\r ]*+\?>" % {b"equals": _EQUALS}
)
_UTF_16: Final = frozenset({Kind.UTF_16LE, Kind.UTF_16BE})


def kind_declared(beginning: bytes) -> Kind | None:
    """Return the kind of charset of a page; ``None`` if more bytes must tell."""
    for first, kind in _BEGINNINGS.items():
        if beginning.startswith(first):
            return kind or _kind_in(beginning)
        if first.startswith(beginning):
            return None
    return Kind.UTF_8


def _kind_in(beginning: bytes) -> Kind | None:
    end = beginning.find(b"?>", 0, LONGEST_BYTES) + len("?>")
    if end < len("?>"):
        return None if len(beginning) < LONGEST_BYTES else Kind.UNKNOWN
    declaration = _DECLARATION.fullmatch(beginning, 0, end)
    if declaration is None:
        return Kind.UNKNOWN
    label = declaration["double"] or declaration["single"]
    if label is None:
        return Kind.UTF_8
    kind = kind_of(label.decode("latin-1"))
    return Kind.UNKNOWN if kind in _UTF_16 else kind
