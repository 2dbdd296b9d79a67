"""Tags of XML pages: what is not written exactly as XML asks is none.

XML 1.0, 3.1, and Namespaces in XML 1.0, 4. Every byte of 0x80 and above is taken for a
letter, as in a name it nearly always is. The patterns never go back.
"""

import re
from dataclasses import dataclass
from typing import Final

from overallt.tagging.start_tags import StartTag

# Open elements and prefixes are remembered by their names, so these have a bound.
LONGEST_NAME_BYTES: Final = 1024

_SPACE: Final = rb"[\t\n\r ]"
_PART: Final = rb"[A-Za-z_\x80-\xff][-.0-9A-Za-z_\x80-\xff]*+"
_NAME: Final = rb"(?:%b:)?+%b" % (_PART, _PART)
_PIECES: Final = {b"s": _SPACE, b"name": _NAME}
_ATTRIBUTE: Final = (
    rb"%(s)b++(?:%(name)b)%(s)b*+=%(s)b*+(?:\"[^\"<]*+\"|'[^'<]*+')" % _PIECES
)
_START: Final = re.compile(
    rb"<(?P<name>%b)(?:%b)*+%b*+(?P<empty>/)?+>" % (_NAME, _ATTRIBUTE, _SPACE)
)
_END: Final = re.compile(rb"</(?P<name>%(name)b)%(s)b*+>" % _PIECES)
_ATTRIBUTES: Final = re.compile(
    rb"%(s)b(%(name)b)%(s)b*+=%(s)b*+(?:\"([^\"]*+)\"|'([^']*+)')" % _PIECES
)


@dataclass(frozen=True, slots=True)
class XmlTag:
    """A start tag as it is written; its values' references are not read."""

    name: bytes
    attributes: dict[bytes, bytes]
    is_empty: bool
    source: bytes

    def in_html(self) -> StartTag:
        """Return it as the start tag that HTML's rules know."""
        return StartTag(self.name.rpartition(b":")[2], self.source)


def read_start(source: bytes) -> XmlTag | None:
    """Return the start tag that *source* is; ``None`` if it is not well-formed."""
    match = _START.fullmatch(source)
    if match is None or len(match["name"]) > LONGEST_NAME_BYTES:
        return None
    written = _ATTRIBUTES.findall(source, match.end("name"))
    attributes = {name: double or single for name, double, single in written}
    if len(attributes) < len(written):
        return None
    return XmlTag(match["name"], attributes, match["empty"] is not None, source)


def read_end(source: bytes) -> bytes | None:
    """Return the name in the end tag *source*; ``None`` if it is not well-formed."""
    match = _END.fullmatch(source)
    return None if match is None else match["name"]
