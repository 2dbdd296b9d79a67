"""What of a page can be passed over in one go: text, and markup that decides nothing.

Where nothing is open that forbids a button, ordinary tags cannot change that: they may
nest and close each other as they like. Nor can a *unit*, an element that does forbid
one but is whole and harmless: a link, code or a button of text and ordinary tags, a
drawing, raw text. These form a regular language; its automaton eats them byte by byte.

Harmless units follow from the tree construction (13.2.6.4.7):

- A link or code is a formatting element. Whatever non-special tags stand inside in
  whatever order, its end tag takes it off the stack and off the list. A block's end tag
  may close it early, but then it is reopened until its own end comes. Blocks that are
  still open are gone through by the adoption agency, one in each of its rounds.
- A button or an object closes all that is open inside of it, or was closed before.
- Other elements are closed by their end tag as long as no block was opened inside.
- In a drawing ``</svg>`` closes all drawn elements.

What the language does not know it leaves to the tokenizer: the result is the same, only
slower.

Whether a tag counts it can tell as well. In a copy of the page the beginning of each is
*marked* by a character that no unit and no markup may contain, only text outside of
them. So a run goes past a mark where the tag counts; and what it has not gone past, but
does without the mark, is part of something that does not decide and does not count. Old
markup loses its bracket by this: what is left is text, and an end tag that closes
nothing.
"""

import functools
from collections.abc import Sequence
from typing import Final

import re2

from overallt.tagging import elements, patterns
from overallt.tagging.patterns import (
    any_of,
    attributes,
    content,
    element,
    excluding,
    name_but,
)
from overallt.tagging.spans import Span
from overallt.tagging.start_tags import LONGEST_READ_BYTES

_MARK: Final = "\x01"

# The automaton makes its states as they come up; ordinary pages need a few hundred.
_MOST_MEMORY_BYTES: Final = 1 << 25

# One less than the rounds of the adoption agency would do; more are rare.
_MOST_BLOCKS: Final = 4

_RAW_IN_UNITS: Final = ("iframe", "noscript", "style")
_RAW_OUTSIDE: Final = ("noembed", "noframes", "textarea", "title", "xmp")
# No end tag of these is special, so none closes more than its like.
_INLINE: Final = (
    "abbr acronym b bdi bdo big cite data del dfn em font i ins label mark meter output"
    " picture progress q s small span strike strong sub sup time tt u var"
)
_VOID: Final = "area br embed hr img input link param source track wbr"
_ITEMS: Final = frozenset({b"dd", b"dt", b"li"})
_OTHER_DECIDING: Final = frozenset({b"frameset", b"math", b"meta", b"svg", b"template"})
# What leads back to HTML, or holds any of it, is not among them.
_DRAWN: Final = (
    "animate animatemotion animatetransform circle clippath defs ellipse feblend"
    " fecolormatrix fecomposite feflood fegaussianblur femerge femergenode feoffset"
    " filter g image line lineargradient marker mask path pattern polygon polyline"
    " radialgradient rect set stop switch symbol text textpath tspan use view"
)
_CLOSING_ALL: Final = ("button", "object")
_CLOSING_INLINE: Final = ("audio", "canvas", "kbd", "samp", "video")


class Marked:
    """A copy of *data*, a part of a page, with the beginnings of *spans* marked."""

    __slots__ = ("_copy", "_data")

    def __init__(self, data: bytes, spans: Sequence[Span]) -> None:
        self._data = data
        # Where there is nothing to ask about, nobody asks.
        self._copy = bytearray(data if spans else b"")
        mark = ord(_MARK)
        for span in spans:
            self._copy[span.start] = mark

    def unmark(self, at: int) -> None:
        """Put back the byte at *at*."""
        self._copy[at] = self._data[at]

    def end_of(self, at: int, most: int) -> int:
        """Return where the run ends that begins at *at*, as ``end_of`` does."""
        return end_of(self._copy, at, most)


def end_of(data: bytes | bytearray, at: int, most: int) -> int:
    """Return where the run that begins at *at* ends, at *most* at the furthest.

    There is none if that is *at* itself. *at* must stand in text or at markup, where
    nothing open forbids a button.
    """
    # No tag may be longer than what is read of one; then it is not known what it says.
    match = _automaton().match(data, at, min(most, at + LONGEST_READ_BYTES - 1))
    return int(match.end())


@functools.cache
def _automaton() -> "re2._Regexp":
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.longest_match = True
    options.never_capture = True
    options.max_mem = _MOST_MEMORY_BYTES
    options.log_errors = False
    return re2.compile(_language().encode("latin-1"), options)


def _language() -> str:
    """Return the pattern of all that may be passed over."""
    plain = attributes(patterns.attribute_beginning_unlike("contente"))
    forbidding = elements.FORBIDDING - {b"head"}
    deciding = _words(forbidding | elements.RAW_TEXT | _OTHER_DECIDING)
    markup = _any(
        name_but(deciding) + plain,
        f"/[a-zA-Z][^\t\n\f\r />]*{attributes()}",
        *map(patterns.raw_text, _RAW_OUTSIDE),
        _META,
        _phrase(plain),
        *_units(plain),
    )
    return content(_any(excluding(_MARK, markup), patterns.NO_MARKUP))


def _inline(plain: str) -> str:
    tags = f"(?:/?{any_of(_INLINE)}|{any_of(_VOID)}){plain}"
    return _any(tags, patterns.NO_MARKUP, patterns.COMMENT)


def _phrase(plain: str) -> str:
    """Return a pattern for what may stand in every unit, but for a drawing."""
    return _any(
        _inline(plain),
        patterns.BOGUS_COMMENT,
        patterns.SCRIPT,
        *map(patterns.raw_text, _RAW_IN_UNITS),
        _DRAWING,
    )


def _units(plain: str) -> list[str]:
    """Return patterns for what forbids a button, but only inside of itself."""
    inline = _inline(plain)
    blocks = any_of(_words(elements.BLOCKS | elements.HEADINGS | _ITEMS))
    begin, end = blocks + plain, f"/{blocks}{patterns.SPACE}*>"
    in_unit = _any(_phrase(plain), end)
    in_link = _with_blocks(_any(in_unit, _element("code", content(inline))), begin)
    in_code = _with_blocks(_any(in_unit, _element("a", content(inline))), begin)
    return [
        # A link that begins ends the link before.
        f"(?:(?i:a){attributes()}{in_link}<)+/(?i:a){patterns.SPACE}*>",
        _element("code", in_code),
        *(_element(name, content(_any(in_unit, begin))) for name in _CLOSING_ALL),
        *(_element(name, content(_any(inline, end))) for name in _CLOSING_INLINE),
        _element("select", content(f"/?{any_of('option optgroup hr')}{attributes()}")),
    ]


def _with_blocks(markup: str, begin: str) -> str:
    inside = content(markup)
    return f"{inside}(?:<{begin}{inside}){{0,{_MOST_BLOCKS}}}"


def _element(name: str, inside: str) -> str:
    return element(any_of(name), inside, attributes())


def _any(*alternatives: str) -> str:
    return "|".join(alternatives)


def _words(names: frozenset[bytes]) -> str:
    return " ".join(sorted(name.decode("ascii") for name in names if b" " not in name))


# What is surely not the name of the opt-out, whatever stands around that.
_OTHER_NAME: Final = r"(?:[^\t\n\f\r {quote}oO]|[oO][^{quote}vV])[^{quote}]*"
_NO_OPT_OUT: Final = "(?:{})".format(
    "|".join(f"{quote}{_OTHER_NAME.format(quote=quote)}{quote}" for quote in "'\"")
)
_DRAWING: Final = element(
    any_of("svg"),
    content(
        _any(
            f"/?{any_of(_DRAWN)}{attributes()}",
            patterns.COMMENT,
            *(
                element(name, "[^<]*", patterns.quoted_attributes())
                for name in ("desc", "style", "title")
            ),
        )
    ),
    patterns.quoted_attributes(),
)

# Surely not the opt-out.
_META: Final = "(?i:meta)" + attributes(
    patterns.attribute_beginning_unlike("name"), f"(?i:name)={_NO_OPT_OUT}"
)
