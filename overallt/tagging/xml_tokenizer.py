"""Cuts an XML page into markup and text, by the rules of XML 1.0.

It is fed in pieces of any size and holds back a few bytes that do not yet say what they
are, and the tag that is not whole::

    TEXT ──"<p"──▶ TAG ──">"──▶ TEXT              quotes in TAG, DOCTYPE, DECLARATION:
      ├──"<!--"──▶ COMMENT ──"-->"──▶ back           ──'"'──▶ QUOTED ──'"'──▶ back
      ├──"<?"──▶ INSTRUCTION ──"?>"──▶ back
      ├──"<![CDATA["──▶ SECTION ──"]]>"──▶ TEXT
      └──"<!DOCTYPE"──▶ DOCTYPE ──">"──▶ TEXT
                         │  ▲
                        "[" "]"
                         ▼  │
                        SUBSET ──"<!ELEMENT"──▶ DECLARATION ──">"──▶ SUBSET

A doctype may declare what changes the text: entities, and attributes by default, even
namespaces. Nobody does in a page, so its internal subset may hold comments,
instructions, and declarations of elements and notations. Anything else gives the page
up, as does a tag longer than 64 KB. An external subset is not read; browsers neither.
"""

import re
from collections.abc import Callable, Mapping
from enum import Enum, auto
from typing import ClassVar, Final

from overallt.tagging import reasons
from overallt.tagging.page_charsets import PageCharset
from overallt.tagging.start_tags import LONGEST_READ_BYTES
from overallt.tagging.xml_contexts import XmlContext
from overallt.tagging.xml_tags import read_end, read_start


class _State(Enum):
    TEXT = auto()
    TAG = auto()
    COMMENT = auto()
    INSTRUCTION = auto()
    SECTION_START = auto()
    SECTION = auto()
    DOCTYPE = auto()
    SUBSET = auto()
    DECLARATION = auto()
    QUOTED = auto()


_PLACES: Final = {
    _State.TAG: reasons.IN_ATTRIBUTE,
    _State.QUOTED: reasons.IN_ATTRIBUTE,
    _State.COMMENT: reasons.IN_COMMENT,
    _State.INSTRUCTION: reasons.IN_DECLARATION,
    _State.DOCTYPE: reasons.IN_DECLARATION,
    _State.SUBSET: reasons.IN_DECLARATION,
    _State.DECLARATION: reasons.IN_DECLARATION,
}

_LT: Final = ord("<")

# What a "<" may open, by the names of the states; or more must come to tell.
_OPENING: Final = re.compile(
    rb"<(?:(?P<TAG>/?+[A-Za-z_\x80-\xff])|(?P<COMMENT>!--)|(?P<INSTRUCTION>\?)"
    rb"|(?P<SECTION_START>!\[CDATA\[)|(?P<DOCTYPE>!DOCTYPE[\t\n\r ])"
    rb"|(?P<DECLARATION>!(?:ELEMENT|NOTATION)[\t\n\r ]))"
)
_UNDECIDED: Final = tuple(
    word[:length]
    for word in (
        b"</",
        b"<!--",
        b"<![CDATA[",
        b"<!DOCTYPE",
        b"<!ELEMENT",
        b"<!NOTATION",
    )
    for length in range(1, len(word) + 1)
)
_IN_SUBSET: Final = {_State.COMMENT, _State.INSTRUCTION, _State.DECLARATION}
_IN_PAGE: Final = {_State.TAG, _State.COMMENT, _State.INSTRUCTION}

_CLOSE: Final = {
    # XML 1.0, 2.5: two dashes may only be those of the end.
    _State.COMMENT: re.compile(rb"--(?:(?P<end>>)|[^>])"),
    _State.INSTRUCTION: re.compile(rb"\?(?P<end>>)"),
    _State.SECTION: re.compile(rb"\]\](?P<end>>)"),
}
_LONGEST_CUT_CLOSE_BYTES: Final = len("--")

# The bytes that matter in markup, and where each leads; from any other, to no page.
_MARKS: Final = {
    _State.TAG: re.compile(rb"[\"'<>]"),
    _State.DOCTYPE: re.compile(rb"[\"'<>\[]"),
    _State.SUBSET: re.compile(rb"[^\t\n\r ]"),
    _State.DECLARATION: re.compile(rb"[\"'<>%]"),
}
_LEADS: Final = {
    (_State.TAG, b">"): _State.TEXT,
    (_State.DOCTYPE, b">"): _State.TEXT,
    (_State.DOCTYPE, b"["): _State.SUBSET,
    (_State.SUBSET, b"]"): _State.DOCTYPE,
    (_State.DECLARATION, b">"): _State.SUBSET,
    **{
        (state, quote): _State.QUOTED
        for state in (_State.TAG, _State.DOCTYPE, _State.DECLARATION)
        for quote in (b'"', b"'")
    },
}

type _Step = Callable[["XmlTokenizer", bytes, int], int]


class XmlTokenizer:
    """Tells *context* of the tags in what it is fed, a page in *charset*."""

    __slots__ = ("_around", "_charset", "_context", "_quote", "_rest", "_state", "_tag")

    def __init__(self, context: XmlContext, charset: PageCharset | None) -> None:
        self._context = context
        self._charset = charset
        self._state = _State.TEXT
        self._around = _State.TEXT  # Where a comment or a quote leads back to.
        self._quote = b""
        self._tag = bytearray()
        self._rest = b""

    @property
    def place(self) -> str:
        """Say in what it stands; empty if in text or in a section."""
        return _PLACES.get(self._state, "")

    @property
    def stands_in_text(self) -> bool:
        """Tell whether a bracket or a reference that came next would be text."""
        return self._state is _State.TEXT and not self._rest

    @property
    def stands_in_section(self) -> bool:
        """Tell whether a bracket that came next would be text of a CDATA section."""
        return self._state in {_State.SECTION, _State.SECTION_START}

    @property
    def begins_section(self) -> bool:
        """Tell whether a CDATA section is open of which nothing has come."""
        return self._state is _State.SECTION_START

    @property
    def _has_halves(self) -> bool:
        return self._charset is not None and self._charset.has_halves

    def feed(self, data: bytes) -> None:
        """Take in the next bytes of the page."""
        data = self._rest + data
        self._rest = b""
        at = 0
        while at < len(data) and not self._context.given_up:
            at = self._STEPS[self._state](self, data, at)

    def _text(self, data: bytes, at: int) -> int:
        if data[at] == _LT:
            return self._open(data, at)
        end = data.find(b"<", at)
        end = len(data) if end < 0 else end
        if self._context.is_outside:
            self._context.text(data[at:end])
        return end

    def _open(self, data: bytes, at: int) -> int:
        """Go where the markup leads that begins at *at*."""
        opening = _OPENING.match(data, at)
        if opening is None:
            if data[at:] in _UNDECIDED:
                return self._hold(data, at)
            return self._stop(data)
        opened = _State[opening.lastgroup or ""]
        if not self._may_open(opened):
            return self._stop(data)
        self._around, self._state = self._state, opened
        if opened is _State.TAG:
            self._tag = bytearray(opening[0])
        return opening.end()

    def _may_open(self, state: _State) -> bool:
        if self._state is _State.SUBSET:
            return state in _IN_SUBSET
        if state is _State.DOCTYPE:
            return self._context.is_before_root
        if state is _State.SECTION_START:
            # Where half a character may look like a bracket, no end could be told.
            return not (self._context.is_outside or self._has_halves)
        return state in _IN_PAGE

    def _markup(self, data: bytes, at: int) -> int:
        mark = _MARKS[self._state].search(data, at)
        end = len(data) if mark is None else mark.end()
        if self._state is _State.TAG:
            self._keep(data[at:end])
        if mark is None:
            return end
        if self._state is _State.SUBSET and mark[0] == b"<":
            return self._open(data, mark.start())
        led_to = _LEADS.get((self._state, mark[0]))
        if led_to is None or (led_to is _State.SUBSET and self._has_halves):
            return self._stop(data)
        if led_to is _State.QUOTED:
            self._quote = mark[0]
            self._around = self._state
        elif self._state is _State.TAG:
            self._take(bytes(self._tag))
        self._state = led_to
        return end

    def _quoted(self, data: bytes, at: int) -> int:
        end = data.find(self._quote, at) + 1
        if self._around is _State.TAG:
            self._keep(data[at : end or len(data)])
        if end:
            self._state = self._around
        return end or len(data)

    def _section_start(self, data: bytes, at: int) -> int:
        del data
        self._state = _State.SECTION
        return at

    def _unseen(self, data: bytes, at: int) -> int:
        close = _CLOSE[self._state].search(data, at)
        if close is None:
            return self._hold(data, max(at, len(data) - _LONGEST_CUT_CLOSE_BYTES))
        if close["end"] is None:
            return self._stop(data)
        self._state = self._around
        return close.end()

    def _keep(self, data: bytes) -> None:
        if len(self._tag) + len(data) < LONGEST_READ_BYTES:
            self._tag += data
        else:
            self._context.give_up()

    def _take(self, source: bytes) -> None:
        """Tell the context of the tag *source*."""
        if source.startswith(b"</"):
            name = read_end(source)
            if name is not None:
                self._context.end(name)
                return
        elif tag := read_start(source):
            self._context.start(tag)
            return
        self._context.give_up()

    def _stop(self, data: bytes) -> int:
        self._context.give_up()
        return len(data)

    def _hold(self, data: bytes, at: int) -> int:
        self._rest = data[at:]
        return len(data)

    _STEPS: ClassVar[Mapping[_State, _Step]] = {
        _State.TEXT: _text,
        _State.TAG: _markup,
        _State.COMMENT: _unseen,
        _State.INSTRUCTION: _unseen,
        _State.SECTION_START: _section_start,
        _State.SECTION: _unseen,
        _State.DOCTYPE: _markup,
        _State.SUBSET: _markup,
        _State.DECLARATION: _markup,
        _State.QUOTED: _quoted,
    }
