"""Finds the charset that a page declares in its first bytes.

HTML Standard, 13.2.3.2, "prescan a byte stream": comments and other tags are passed
over, and the first ``<meta>`` that names a known charset counts.
"""

import re
from typing import Final

from overallt.tagging.charsets import PRESCANNED_BYTES, Kind, charset_in, kind_of
from overallt.tagging.start_tags import WHOLE_TAG, StartTag, name_of

_UNSEEN: Final = re.compile(rb"<!--(?:>|->|.*?-->)|<[!/?][^>]*+>", re.DOTALL)
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
        tag = WHOLE_TAG.match(beginning, at)
        if tag is None or beginning.startswith(b"</", at):
            unseen = _UNSEEN.match(beginning, at)
            at = beginning.find(b"<", unseen.end() if unseen else at + 1)
            continue
        label = _label_in(tag[0])
        if label is not None and kind_of(label) is not Kind.UNKNOWN:
            return label
        at = beginning.find(b"<", tag.end())
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
