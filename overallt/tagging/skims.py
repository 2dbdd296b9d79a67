"""A quick reading of a page: is anything open that forbids a button?

The tree that ``contexts`` imitates is only needed where such an element is closed in an
unusual way. Everywhere else it is enough to know the *unit* that is open, that is the
outermost element that forbids, and that what stands inside of it nests well::

    nothing open ──"<a>"──▶ in a unit ──"</a>"──▶ nothing open
                               │ what does not nest well, or may close from outside
                               ▼
                             lost: the page is read by the tree after all

A skim never guesses. Where it is not lost, it says of text what the tree would say; the
one difference is that no depth is too deep for it where nothing forbids.
"""

from typing import Final

from overallt.tagging import elements, reasons, runs
from overallt.tagging.contexts import opts_out
from overallt.tagging.open_elements import (
    ADOPTION_ROUNDS,
    DEEPEST,
    is_editable,
    what_forbids,
)
from overallt.tagging.start_tags import StartTag

_SVG_OR_MATH: Final = frozenset({b"svg", b"math"})
_ROOTS: Final = frozenset({b"html", b"head", b"body"})
_LAST: Final = frozenset({b"frameset", b"plaintext"})
_EMPTY: Final = elements.UNSEEN | elements.INLINE_VOID

# Formatting elements, which no other end tag takes off the list; the button, which only
# an end tag of a block outside of it could close; and the object, which not even that.
_FORMATTING: Final = frozenset({b"a", b"code"})
_LOOSE: Final = _FORMATTING | {b"button", b"object"}
# They are closed by all that closes what they stand in: only inline markup is followed.
_STRICT: Final = frozenset({b"kbd", b"samp", b"audio", b"video", b"canvas"})
_UNITS: Final = _LOOSE | _STRICT | {b"select", b"template"}
_BLOCKS: Final = elements.BLOCKS | elements.HEADINGS | {b"li", b"dd", b"dt"}
_OPTIONS: Final = frozenset({b"option", b"optgroup", b"hr"})
_NO_TEMPLATE_PART: Final = _SVG_OR_MATH | _ROOTS | _LAST | {b"select"}
_UNFOLLOWED: Final = elements.SPECIAL | {
    *(b"nobr", b"option", b"optgroup", b"rb", b"rp", b"rt", b"rtc", b"ruby"),
    *(b"canvas", b"audio", b"video", b"datalist"),
}


# Said to the tokenizer only, so that it stops.
_LOST: Final = "lost"


class Skim:
    """Follows a page's markup as long as it is plain; see ``is_lost``.

    ``given_up`` says why from somewhere on all text stays; empty if it does not.
    """

    __slots__ = ("_inside", "_unit", "given_up", "is_lost")

    def __init__(self) -> None:
        self._unit = b""
        self._inside: list[bytes] = []
        self.given_up = ""
        self.is_lost = False

    @property
    def is_foreign(self) -> bool:
        """Tell whether ``<![CDATA[`` opens a section rather than a bogus comment."""
        return bool(self._inside) and b" " in self._inside[-1]

    def allows_button(self) -> bool:
        """Tell whether a text tag counts if it stands here as text."""
        return not self._unit and not self.given_up

    @property
    def obstacle(self) -> str:
        """Say what of the open elements forbids a button."""
        return reasons.inside(self._unit.rpartition(b" ")[2])

    def pass_over(self, data: bytes, at: int) -> int:
        """Return the end of what decides nothing from *at* on."""
        return at if self._unit else runs.end_of(data, at, len(data))

    def doctype(self, *, is_html: bool) -> None:
        """Ignore a doctype: it says only how tables close paragraphs."""

    def text(self, *, blank: bool) -> None:
        """Ignore a run of text: it reopens only what is known to be there."""

    def start(self, tag: StartTag) -> bytes | None:
        """Take in a start tag; return its name if its content is raw text."""
        name = tag.name
        if self.is_foreign:
            self._start_foreign(tag)
        elif name in _EMPTY and self._unit != b"select":
            self._look_for_opt_out(tag)
        elif self._unit in {b"select", b"template"}:
            return self._start_in_container(tag)
        elif name in elements.RAW_TEXT and not (self._unit and name == b"xmp"):
            return name
        elif self._unit:
            self._start_inside(tag)
        else:
            self._start_outside(tag)
        return None

    def end(self, name: bytes) -> None:
        """Take in an end tag."""
        if not self._unit:
            return
        inside = self._inside
        if inside and name == inside[-1].rpartition(b" ")[2]:
            inside.pop()
            if not inside and b" " in self._unit:
                self._unit = b""
        elif name == self._unit and (not inside or self._is_adopted()):
            self._unit = b""
            inside.clear()
        elif not self._shrugs_off(name):
            self._lose()

    def _shrugs_off(self, name: bytes) -> bool:
        """Tell whether the end tag *name*, not that of the innermost, does nothing."""
        if name in _EMPTY and not self.is_foreign:
            return True
        if self._unit == b"template":
            return True
        if self._unit == b"select":
            return name in _OPTIONS
        if self._inside or self._unit not in _LOOSE:
            return False
        # It may close what the unit stands in; formatting is reopened by the next text.
        is_reopened = self._unit in _FORMATTING and name in _BLOCKS
        return is_reopened or name not in _UNFOLLOWED

    def _lose(self) -> None:
        self.is_lost = True
        self.given_up = _LOST

    def _look_for_opt_out(self, tag: StartTag) -> None:
        if opts_out(tag):
            self.given_up = reasons.OPTED_OUT

    def _start_outside(self, tag: StartTag) -> None:
        if tag.name in _LAST:
            self.given_up = reasons.behind(tag.name)
        elif tag.name in _ROOTS:
            if is_editable(tag):
                self.given_up = reasons.EDITABLE
        elif tag.name in _SVG_OR_MATH:
            self._open_foreign(tag)
        elif tag.name in _UNITS:
            self._unit = tag.name
        elif what_forbids(tag, tag.name):
            self._lose()

    def _start_in_container(self, tag: StartTag) -> bytes | None:
        """Take in what a template or a select holds.

        Nothing but its own end tag ends a template, and none of its options a select.
        """
        if self._unit == b"select":
            if tag.name not in _OPTIONS:
                self._lose()
        elif tag.name in elements.RAW_TEXT:
            return tag.name
        elif tag.name in _NO_TEMPLATE_PART:
            self._lose()
        elif tag.name == b"template":
            self._push(tag.name)
        return None

    def _start_inside(self, tag: StartTag) -> None:
        name = tag.name
        is_loose = self._unit in _LOOSE
        if name in _SVG_OR_MATH:
            self._open_foreign(tag)
        elif is_editable(tag):
            self._lose()
        elif name == b"hr" and is_loose:
            return
        elif name in _BLOCKS:
            self._push(name, follow=is_loose)
        elif name in _LOOSE or name in _STRICT:
            self._start_forbidding(name)
        elif self._inside or not is_loose or name in _UNFOLLOWED:
            self._push(name, follow=name not in _UNFOLLOWED)

    def _start_forbidding(self, name: bytes) -> None:
        """Take in what would be a unit if no unit were open."""
        if name == self._unit == b"a" and self._is_adopted():
            self._inside.clear()  # It takes the place of the link before it.
            return
        is_twice = name == self._unit or name in self._inside
        is_followed = self._unit in _LOOSE and not (is_twice and name != b"code")
        self._push(name, follow=is_followed)

    def _is_adopted(self) -> bool:
        """Tell whether the unit's end takes it out of the blocks that it holds.

        The adoption agency runs once for each block, and once more for the element.
        """
        is_short = len(self._inside) < ADOPTION_ROUNDS
        is_formatting = self._unit in _FORMATTING
        return is_formatting and is_short and _BLOCKS.issuperset(self._inside)

    def _open_foreign(self, tag: StartTag) -> None:
        if tag.closes_itself:
            return
        root = tag.name + b" " + tag.name
        self._unit = self._unit or root
        self._push(root)

    def _start_foreign(self, tag: StartTag) -> None:
        parent = self._inside[-1]
        name = parent.partition(b" ")[0] + b" " + tag.name
        leaves = tag.name in elements.BREAKOUTS or tag.name == b"font"
        if leaves or parent in elements.HTML_POINTS or name == elements.ANNOTATION:
            self._lose()
        elif not tag.closes_itself:
            self._push(name)

    def _push(self, name: bytes, *, follow: bool = True) -> None:
        if not follow or len(self._inside) >= DEEPEST:
            self._lose()
        else:
            self._inside.append(name)
