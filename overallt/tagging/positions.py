"""Lines and columns of a page, as an editor counts them.

Both begin with 1. A column counts characters (code points) of the page's own charset,
which is found as browsers find it: byte order mark, header, ``<meta>``, windows-1252.
A line ends with LF, CR, or CR LF.
"""

import codecs
import re
from typing import Final

from overallt.tagging import charsets
from overallt.tagging.charsets import Kind
from overallt.tagging.prescans import label_declared
from overallt.tagging.transcodings import UTF_16

_CODECS: Final = {Kind.JIS_HALVES: "cp932", Kind.ESCAPING: "iso2022_jp"}
# What the labels of all other charsets hold whose characters may have several bytes.
_HELD_BY_LABELS: Final = (
    ("utf-8", re.compile("utf")),
    ("euc_jp", re.compile("euc-jp|japanese")),
    ("big5hkscs", re.compile("big5")),
    ("cp949", re.compile("kr|ks|korean|149|949")),
    ("gb18030", re.compile("gb|chinese|iso-ir-58")),
)
_ONE_BYTE_EACH: Final = "latin-1"
_NEWLINE: Final = re.compile(r"\r\n|\r|\n")
_MARK: Final = "\ufeff"


class Position:
    """A place in a page that is read with *codec*; at first its beginning."""

    __slots__ = ("_decoder", "column", "line")

    def __init__(self, codec: str) -> None:
        self._decoder = codecs.getincrementaldecoder(codec)("replace")
        self.line = 1
        self.column = 1

    def go_past(self, data: bytes) -> None:
        """Move behind *data*, the next bytes; they must not end inside of CR LF."""
        text = self._decoder.decode(data)
        if self.line == self.column == 1:
            # No editor counts the mark.
            text = text.removeprefix(_MARK)
        *lines, last = _NEWLINE.split(text)
        if lines:
            self.line += len(lines)
            self.column = 1
        self.column += len(last)


def codec_of(page: bytes, *, content_type: str | None) -> str:
    """Name a codec that cuts *page* into the same characters as a browser.

    A page in UTF-16 is expected in UTF-8, as the reader has it.
    """
    if charsets.kind_of_mark(page) is not None:
        return "utf-8"
    label = charsets.charset_in(content_type or "")
    if label is None:
        label = label_declared(page) or ""
    label = label.lower()
    kind = charsets.kind_of(label)
    # Who declares UTF-16 so that it can be read has written UTF-8.
    if kind in UTF_16:
        return "utf-8"
    held = (codec for codec, labels in _HELD_BY_LABELS if labels.search(label))
    return _CODECS.get(kind) or next(held, _ONE_BYTE_EACH)
