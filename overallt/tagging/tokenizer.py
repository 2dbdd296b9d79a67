"""Cuts a page into markup and text, by the states of the HTML Standard (13.2.5).

It is fed in pieces of any size and holds back only a few bytes that do not yet say what
they are. Of a tag that is not whole it remembers in which state it stands, so that
endless attributes and quotes cost linear time::

    DATA ──"<p"──▶ TAG ──">"──▶ DATA, or RAW until "</name", or SCRIPT…
      ├──"<!--"──▶ COMMENT ──"-->"──▶ DATA
      ├──"<!", "<?", "</ "──▶ BOGUS ──">"──▶ DATA
      └──"<![CDATA["──▶ CDATA ──"]]>"──▶ DATA         (in foreign content only)

What an element's start tag means for the state is the tree builder's decision, so who
follows is told of every tag and answers; he may pass over what says nothing to him.
"""

import re
from collections.abc import Callable, Mapping
from enum import IntEnum, auto
from typing import ClassVar, Final, Protocol

from overallt.tagging import elements, reasons
from overallt.tagging.start_tags import (
    LONGEST_READ_BYTES,
    WHOLE_TAG,
    StartTag,
    name_of,
)
from overallt.tagging.unfinished_tags import UnfinishedTag


class State(IntEnum):
    """Where the tokenizer stands; each is a group of the standard's states."""

    DATA = auto()
    TAG = auto()
    COMMENT = auto()
    BOGUS_COMMENT = auto()
    CDATA = auto()
    RAW_TEXT = auto()
    SCRIPT = auto()
    SCRIPT_ESCAPED = auto()
    SCRIPT_DOUBLE_ESCAPED = auto()


_LT: Final = ord("<")
_SLASH: Final = ord("/")

# What may follow "<!": decided by so many bytes, or by a ">" among them.
_DECLARATION_BYTES: Final = 24
_HTML_DOCTYPE: Final = re.compile(
    rb"<!doctype[\t\n\f\r ]{1,4}html[\t\n\f\r ]{0,4}>", re.IGNORECASE
)
_COMMENT_OPEN: Final = re.compile(rb"<!--(?P<closed>-?>)?")

# What a "<" may open: a tag, nothing at all, a declaration or a bogus comment; or its
# next byte has not come.
_OPENING: Final = re.compile(
    rb"<(?:(?P<tag>/?[A-Za-z])|(?P<nothing>/>)|(?P<cut>/?\Z)|(?P<declaration>!)|[/?])"
)

_CLOSE: Final = {
    State.COMMENT: re.compile(rb"--!?>"),
    State.BOGUS_COMMENT: re.compile(rb">"),
    State.CDATA: re.compile(rb"\]\]>"),
}
_SCRIPT_END: Final = rb"(?P<end></(?i:script)(?=[\t\n\f\r />]))"
_SCRIPT: Final = {
    State.SCRIPT: re.compile(_SCRIPT_END + rb"|(?P<open><!--)"),
    State.SCRIPT_ESCAPED: re.compile(
        _SCRIPT_END + rb"|(?P<close>-->)|(?P<inner><(?i:script)[\t\n\f\r />])"
    ),
    State.SCRIPT_DOUBLE_ESCAPED: re.compile(
        rb"(?P<close>-->)|(?P<inner></(?i:script)[\t\n\f\r />])"
    ),
}
_SCRIPT_NEXT: Final = {
    (State.SCRIPT, "end"): State.DATA,
    (State.SCRIPT, "open"): State.SCRIPT_ESCAPED,
    (State.SCRIPT_ESCAPED, "end"): State.DATA,
    (State.SCRIPT_ESCAPED, "close"): State.SCRIPT,
    (State.SCRIPT_ESCAPED, "inner"): State.SCRIPT_DOUBLE_ESCAPED,
    (State.SCRIPT_DOUBLE_ESCAPED, "close"): State.SCRIPT,
    (State.SCRIPT_DOUBLE_ESCAPED, "inner"): State.SCRIPT_ESCAPED,
}
_RAW_CLOSE: Final = {
    name: re.compile(rb"</%b(?=[\t\n\f\r />])" % name, re.IGNORECASE)
    for name in elements.RAW_TEXT
}
_LONGEST_CLOSE_BYTES: Final = len("</noscript ")
_PLACES: Final = {
    State.COMMENT: reasons.IN_COMMENT,
    State.BOGUS_COMMENT: reasons.IN_DECLARATION,
    State.CDATA: reasons.IN_CDATA,
}


type _Step = Callable[["Tokenizer", bytes, int], int]


_NO_TAG: Final = UnfinishedTag()


class Following(Protocol):
    """Who follows the markup: the tree of ``contexts``, or a skim."""

    given_up: str

    @property
    def is_foreign(self) -> bool:
        """Tell whether ``<![CDATA[`` opens a section."""
        ...  # pragma: no cover

    def pass_over(self, data: bytes, at: int) -> int:
        """Return up to where he need not be told what *data* holds from *at* on."""
        ...  # pragma: no cover

    def doctype(self, *, is_html: bool) -> None:
        """Take in a doctype."""
        ...  # pragma: no cover

    def text(self, *, blank: bool) -> None:
        """Take in a run of text."""
        ...  # pragma: no cover

    def start(self, tag: StartTag) -> bytes | None:
        """Take in a start tag; return its name if its content is raw text."""
        ...  # pragma: no cover

    def end(self, name: bytes) -> None:
        """Take in an end tag."""
        ...  # pragma: no cover


class Tokenizer:
    """Tells *context* of the tags and the text in what it is fed."""

    __slots__ = ("_context", "_raw_name", "_rest", "_state", "_tag")

    def __init__(self, context: Following) -> None:
        self._context = context
        self._state = State.DATA
        self._rest = b""
        self._raw_name = b""
        self._tag = _NO_TAG

    @property
    def stands_in_text(self) -> bool:
        """Tell whether a bracket or a reference that came next would be text."""
        # A lone "<" is text as well unless a letter, "/", "!" or "?" follows it.
        return self._state is State.DATA and self._rest in {b"", b"<"}

    @property
    def place(self) -> str:
        """Say in what it stands; empty if in text."""
        if self.stands_in_text:
            return ""
        if self._state is State.TAG:
            named = self._tag.is_named
            return reasons.IN_ATTRIBUTE if named else reasons.IN_TAG_NAME
        if self._raw_name:
            return reasons.inside(self._raw_name)
        if self._rest.startswith(b"<!--"):
            return reasons.IN_COMMENT
        # All else that is held back in text begins with "<!" or "</".
        return _PLACES.get(self._state, reasons.IN_DECLARATION)

    @property
    def is_between(self) -> bool:
        """Tell whether nothing is held back and another tokenizer could go on."""
        return self._state is State.DATA and not self._rest

    def feed(self, data: bytes) -> None:
        """Take in the next bytes of the page."""
        if self._rest:
            data = self._rest + data
            self._rest = b""
        at = 0
        while at < len(data) and not self._context.given_up:
            at = self._STEPS[self._state](self, data, at)

    def _data(self, data: bytes, at: int) -> int:
        # The end tag of raw text is this tokenizer's own business.
        passed = at if self._raw_name else self._context.pass_over(data, at)
        if passed > at:
            return passed
        if data[at] != _LT:
            end = data.find(b"<", at)
            end = len(data) if end < 0 else end
            self._context.text(blank=data[at:end].isspace())
            return end
        match = WHOLE_TAG.match(data, at)
        if match is None:
            return self._open_markup(data, at)
        self._take(data[at : min(match.end(), at + LONGEST_READ_BYTES)])
        return match.end()

    def _take(self, source: bytes) -> None:
        """Tell the context of the tag *source* and go where it leads."""
        self._state = State.DATA
        is_end = source[1] == _SLASH
        name = name_of(source, 1 + is_end)
        if self._raw_name:
            # Only its own end tag ends raw text, and the context never saw it open.
            self._raw_name = b""
        elif is_end:
            self._context.end(name)
        elif raw_name := self._context.start(StartTag(name, source)):
            self._raw_name = raw_name
            is_script = raw_name == b"script"
            self._state = State.SCRIPT if is_script else State.RAW_TEXT

    def _open_markup(self, data: bytes, at: int) -> int:
        opening = _OPENING.match(data, at)
        if opening is None:
            self._context.text(blank=False)
            return at + 1
        kind = opening.lastgroup
        if kind == "tag":
            self._tag = UnfinishedTag()
            self._state = State.TAG
            return at
        if kind == "cut" or _is_undecided(data, at):
            return self._hold(data, at)
        if kind == "nothing":
            return opening.end()
        if kind == "declaration":
            return self._open_declaration(data, at)
        self._state = State.BOGUS_COMMENT
        return at + len("<?")

    def _open_declaration(self, data: bytes, at: int) -> int:
        if comment := _COMMENT_OPEN.match(data, at):
            if not comment["closed"]:
                self._state = State.COMMENT
            return comment.end()
        if data.startswith(b"<![CDATA[", at) and self._context.is_foreign:
            self._state = State.CDATA
            return at + len("<![CDATA[")
        if data[at : at + len("<!doctype")].lower() == b"<!doctype":
            is_html = _HTML_DOCTYPE.match(data, at) is not None
            self._context.doctype(is_html=is_html)
        self._state = State.BOGUS_COMMENT
        return at + len("<!")

    def _in_tag(self, data: bytes, at: int) -> int:
        end = self._tag.feed(data, at)
        if end < 0:
            return len(data)
        self._take(self._tag.source)
        return end

    def _unseen(self, data: bytes, at: int) -> int:
        match = _CLOSE[self._state].search(data, at)
        if match is None:
            return self._hold_end(data, at)
        self._state = State.DATA
        return match.end()

    def _raw_text(self, data: bytes, at: int) -> int:
        match = _RAW_CLOSE[self._raw_name].search(data, at)
        if match is None:
            return self._hold_end(data, at)
        self._state = State.DATA
        return match.start()

    def _script(self, data: bytes, at: int) -> int:
        match = _SCRIPT[self._state].search(data, at)
        if match is None:
            return self._hold_end(data, at)
        kind = match.lastgroup or ""
        self._state = _SCRIPT_NEXT[self._state, kind]
        if kind == "end":
            return match.start()
        # The dashes of "<!--" may already be those of "-->".
        return match.end() - (len("--") if kind == "open" else 0)

    def _hold(self, data: bytes, at: int) -> int:
        self._rest = data[at:]
        return len(data)

    def _hold_end(self, data: bytes, at: int) -> int:
        """Hold back what may be the beginning of a close that is cut."""
        return self._hold(data, max(at, len(data) - _LONGEST_CLOSE_BYTES))

    _STEPS: ClassVar[Mapping[State, _Step]] = {
        State.DATA: _data,
        State.TAG: _in_tag,
        State.COMMENT: _unseen,
        State.BOGUS_COMMENT: _unseen,
        State.CDATA: _unseen,
        State.RAW_TEXT: _raw_text,
        State.SCRIPT: _script,
        State.SCRIPT_ESCAPED: _script,
        State.SCRIPT_DOUBLE_ESCAPED: _script,
    }


def _is_undecided(data: bytes, at: int) -> bool:
    return (
        data.startswith(b"<!", at)
        and len(data) - at < _DECLARATION_BYTES
        and data.find(b">", at) < 0
    )
