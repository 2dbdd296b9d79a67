"""Finds the charset that a page declares in its first bytes.

HTML Standard, 13.2.3.2, "prescan a byte stream": comments and other tags are passed
over, and the first ``<meta>`` that names a known charset counts.
"""

import re
from typing import Final

from overallt.tagging.charsets import PRESCANNED_BYTES, Kind, charset_in, kind_of
from overallt.tagging.start_tags import WHOLE_TAG, StartTag, name_of

_UNSEEN: Final = re.compile(
    rb"<!--(?:>|->|.*?-->)|<(?:!(?!--)|\?|/(?![A-Za-z]))[^>]*+>", re.DOTALL
)
_BEGUN: Final = re.compile(rb"<[!?/A-Za-z]")
_UTF_16: Final = frozenset({Kind.UTF_16LE, Kind.UTF_16BE})


def kind_declared(beginning: bytes) -> Kind | None:
    """Return the kind of the charset declared in *beginning*; ``None`` if none is."""
    label = label_declared(beginning)
    if label is None:
        return None
    kind = kind_of(label)
    # Who could read this declaration was not reading UTF-16.
    return Kind.UTF_8 if kind in _UTF_16 else kind


def label_declared(beginning: bytes) -> str | None:
    """Return the label of a known charset that *beginning* declares, if any."""
    beginning = beginning[:PRESCANNED_BYTES]
    at = beginning.find(b"<")
    while at >= 0:
        whole = WHOLE_TAG.match(beginning, at) or _UNSEEN.match(beginning, at)
        if whole is None and _BEGUN.match(beginning, at):
            # All the rest may stand inside of it.
            return None
        label = None if whole is None else _label_in(whole[0])
        if label is not None and kind_of(label) is not Kind.UNKNOWN:
            return label
        at = beginning.find(b"<", at + 1 if whole is None else whole.end())
    return None


def _label_in(source: bytes) -> str | None:
    name = name_of(source, 1)
    if name != b"meta":
        return None
    attributes = StartTag(name, source).attributes()
    label = attributes.get(b"charset")
    if label is not None:
        return label.decode("latin-1")
    if attributes.get(b"http-equiv", b"").lower() != b"content-type":
        return None
    return charset_in(attributes.get(b"content", b"").decode("latin-1"))
