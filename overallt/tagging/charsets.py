"""How a page's bytes are to be read, as far as text tags need to know.

In most charsets of the web a byte below 0x80 is always the ASCII character, so that a
text tag is found without decoding anything. The others fall into kinds::

    UTF_8, EUC_JP, EUC_KR: some bytes at 0x80 and above belong together, others cannot
    HALVES    GBK, GB18030, Big5: the second half of a character may look like "["
    JIS_HALVES  Shift_JIS: so, too, but some characters have no second half
    ESCAPING  ISO-2022-JP: between escapes, every byte may look like anything
    UTF_16LE, UTF_16BE: two bytes for each unit, to be transcoded
    UNKNOWN   a name nobody knows, or that browsers answer with an empty page

A byte order mark comes before the header, which comes before ``<meta>``, which comes
before windows-1252 (HTML Standard, 13.2.3.2); for XHTML see ``xml_declarations``. In
doubt the page is left alone.
"""

import functools
import re
from enum import Enum, auto
from typing import Final

PRESCANNED_BYTES: Final = 1024
_CHARSET: Final = re.compile(
    r"charset[\t\n\f\r ]*=[\t\n\f\r ]*(?:\"([^\"]*)\"|'([^']*)'|([^\s;\"']*))",
    re.IGNORECASE,
)


class Kind(Enum):
    """What must be heeded of a charset."""

    BYTEWISE = auto()
    UTF_8 = auto()
    EUC_JP = auto()
    EUC_KR = auto()
    HALVES = auto()
    JIS_HALVES = auto()
    ESCAPING = auto()
    UTF_16LE = auto()
    UTF_16BE = auto()
    UNKNOWN = auto()


HALVED: Final = frozenset({Kind.HALVES, Kind.JIS_HALVES})

# Encoding Standard, 4.2, "Names and labels".
_LABELS: Final = {
    Kind.JIS_HALVES: """
        csshiftjis ms932 ms_kanji shift-jis shift_jis sjis windows-31j x-sjis
    """,
    Kind.HALVES: """
        chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 gbk iso-ir-58 x-gbk
        gb18030 big5 big5-hkscs cn-big5 csbig5 x-x-big5
    """,
    Kind.ESCAPING: "csiso2022jp iso-2022-jp",
    Kind.UTF_16LE: """
        csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le
    """,
    Kind.UTF_16BE: "unicodefffe utf-16be",
    Kind.UTF_8: """
        unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8
    """,
    Kind.EUC_JP: "cseucpkdfmtjapanese euc-jp x-euc-jp",
    Kind.EUC_KR: """
        cseuckr csksc56011987 euc-kr iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989
        ksc5601 ksc_5601 windows-949
    """,
    Kind.BYTEWISE: """
        866 cp866 csibm866 ibm866
        csisolatin2 iso-8859-2 iso-ir-101 iso8859-2 iso88592 iso_8859-2
        iso_8859-2:1987 l2 latin2
        csisolatin3 iso-8859-3 iso-ir-109 iso8859-3 iso88593 iso_8859-3
        iso_8859-3:1988 l3 latin3
        csisolatin4 iso-8859-4 iso-ir-110 iso8859-4 iso88594 iso_8859-4
        iso_8859-4:1988 l4 latin4
        csisolatincyrillic cyrillic iso-8859-5 iso-ir-144 iso8859-5 iso88595
        iso_8859-5 iso_8859-5:1988
        arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6
        iso-8859-6-e iso-8859-6-i iso-ir-127 iso8859-6 iso88596 iso_8859-6
        iso_8859-6:1987
        csisolatingreek ecma-118 elot_928 greek greek8 iso-8859-7 iso-ir-126 iso8859-7
        iso88597 iso_8859-7 iso_8859-7:1987 sun_eu_greek
        csiso88598e csisolatinhebrew hebrew iso-8859-8 iso-8859-8-e iso-ir-138
        iso8859-8 iso88598 iso_8859-8 iso_8859-8:1988 visual
        csiso88598i iso-8859-8-i logical
        csisolatin6 iso-8859-10 iso-ir-157 iso8859-10 iso885910 l6 latin6
        iso-8859-13 iso8859-13 iso885913 iso-8859-14 iso8859-14 iso885914
        csisolatin9 iso-8859-15 iso8859-15 iso885915 iso_8859-15 l9 iso-8859-16
        cskoi8r koi koi8 koi8-r koi8_r koi8-ru koi8-u
        csmacintosh mac macintosh x-mac-roman x-mac-cyrillic x-mac-ukrainian
        dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 windows-874
        cp1250 windows-1250 x-cp1250 cp1251 windows-1251 x-cp1251
        ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100
        iso8859-1 iso88591 iso_8859-1 iso_8859-1:1987 l1 latin1 us-ascii windows-1252
        x-cp1252 cp1253 windows-1253 x-cp1253
        cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9
        iso_8859-9:1989 l5 latin5 windows-1254 x-cp1254
        cp1255 windows-1255 x-cp1255 cp1256 windows-1256 x-cp1256
        cp1257 windows-1257 x-cp1257 cp1258 windows-1258 x-cp1258
        x-user-defined
    """,
}
_KIND_OF: Final = {
    label: kind for kind, labels in _LABELS.items() for label in labels.split()
}
_XHTML: Final = "application/xhtml+xml"
_MARKS: Final = {
    b"\xef\xbb\xbf": Kind.UTF_8,
    b"\xfe\xff": Kind.UTF_16BE,
    b"\xff\xfe": Kind.UTF_16LE,
}


def kind_of(label: str) -> Kind:
    """Return the kind of the charset that browsers know as *label*."""
    return _KIND_OF.get(label.strip("\t\n\f\r ").lower(), Kind.UNKNOWN)


def charset_in(text: str) -> str | None:
    """Return what *text* names as ``charset=``; ``None`` if nothing."""
    match = _CHARSET.search(text)
    return None if match is None else match[1] or match[2] or match[3] or ""


@functools.lru_cache(maxsize=256)
def kind_in_header(content_type: str | None) -> Kind | None:
    """Return the kind of charset in a ``Content-Type``; ``None`` if it names none.

    Only HTML and XHTML are rewritten.
    """
    media_type, parameters = _parts(content_type)
    if media_type not in {"", "text/html", _XHTML}:
        return Kind.UNKNOWN
    charset = charset_in(parameters)
    return None if charset is None else kind_of(charset)


def is_xhtml(content_type: str | None) -> bool:
    """Tell whether a ``Content-Type`` says that XML's rules hold."""
    return _parts(content_type)[0] == _XHTML


def kind_of_mark(beginning: bytes) -> Kind | None:
    """Return the kind of charset whose byte order mark *beginning* begins with."""
    marks = (mark for mark in _MARKS if beginning.startswith(mark))
    mark = next(marks, None)
    return None if mark is None else _MARKS[mark]


def may_become_mark(beginning: bytes) -> bool:
    """Tell whether more bytes could make *beginning* a byte order mark."""
    return any(
        mark.startswith(beginning) and len(mark) > len(beginning) for mark in _MARKS
    )


def _parts(content_type: str | None) -> tuple[str, str]:
    media_type, _, parameters = (content_type or "").partition(";")
    return media_type.strip().lower(), parameters
