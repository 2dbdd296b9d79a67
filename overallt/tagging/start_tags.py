"""Start tags, as far as they decide where a text tag counts.

The pattern is the tokenizer's states from "tag open" to "after attribute value" in one
(HTML Standard, 13.2.5.6 to 13.2.5.39). It never goes back, so its time is linear; it
fails when the tag is not whole.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_SPACE: Final = rb"\t\n\f\r "
_ATTRIBUTE: Final = (
    rb"[^%(s)b/>][^%(s)b/>=]*+"
    rb"(?:[%(s)b]*+=[%(s)b]*+"
    rb"(?:\"[^\"]*+\"|'[^']*+'|[^%(s)b>\"'][^%(s)b>]*+|(?=>))"
    rb"|(?![%(s)b]*+=))"
) % {b"s": _SPACE}
WHOLE_TAG: Final = re.compile(
    rb"<(/?+)([A-Za-z][^%(s)b/>]*+)(?:[%(s)b/]++|%(a)b)*+>"
    % {b"s": _SPACE, b"a": _ATTRIBUTE}
)
_ATTRIBUTES: Final = re.compile(
    rb"([^%(s)b/>][^%(s)b/>=]*+)"
    rb"(?:[%(s)b]*+=[%(s)b]*+(?:\"([^\"]*+)\"|'([^']*+)'|([^%(s)b>\"'][^%(s)b>]*+)|))?+"
    % {b"s": _SPACE}
)

# Longer names are the same name if they begin alike.
_NAME: Final = re.compile(rb"[^%(s)b/>]{1,100}+" % {b"s": _SPACE})
_AFTER_NAME: Final = re.compile(rb"<[^%(s)b/>]*+" % {b"s": _SPACE})

# The attributes of a longer tag are not kept; images inside of addresses may be huge.
LONGEST_READ_BYTES: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class StartTag:
    """A start tag; *source* is all of it, or the beginning of one too long to read."""

    name: bytes
    source: bytes

    @property
    def is_cut(self) -> bool:
        """Tell whether its attributes are partly unknown."""
        return len(self.source) >= LONGEST_READ_BYTES

    @property
    def closes_itself(self) -> bool:
        """Tell whether it ends in ``/>``, which only foreign elements heed."""
        return self.source.endswith(b"/>") and not self._slash_is_a_value()

    def attributes(self) -> dict[bytes, bytes]:
        """Return the values by names in lower case; of two alike the first counts.

        Character references in the values are not read.
        """
        found: dict[bytes, bytes] = {}
        for match in self._written_attributes():
            value = match[2] or match[3] or match[4] or b""
            found.setdefault(match[1].lower(), value)
        return found

    def _written_attributes(self) -> Iterator[re.Match[bytes]]:
        # The name as written may be longer than what is kept of it.
        name = _AFTER_NAME.match(self.source)
        return _ATTRIBUTES.finditer(self.source, name.end() if name else 0)

    def _slash_is_a_value(self) -> bool:
        # In <a href=x/> the slash belongs to the unquoted value.
        last = next(reversed(list(self._written_attributes())), None)
        return last is not None and (last[4] or b"").endswith(b"/")


def name_of(source: bytes, at: int) -> bytes:
    """Return the name that begins at *at*, as the tables know it."""
    match = _NAME.match(source, at)
    return match[0].lower() if match else b""
