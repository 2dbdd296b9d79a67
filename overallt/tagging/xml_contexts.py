"""Where a text tag counts in an XML page.

XML says itself what is inside of what, so nothing is imitated here. A text tag counts
where both holds:

- Every open element belongs to XHTML, in whatever prefix, and none forbids a button.
  Names are case-sensitive, and ``script``, ``textarea`` and the like are ordinary
  markup in XML: they forbid by their name alone.
- A name without prefix belongs to XHTML there, since the button's names have none.

A root of another namespace (Atom, RSS, SVG) gives the page up. So does, from there on,
what is not well-formed, since browsers stop there. Only that is checked on which it
depends what is open: tags match, attributes are written well and once, prefixes are
declared, there is one root and no text outside of it. References in the values of
attributes are not read: then a namespace is none that is known, and the text stays.
"""

from dataclasses import dataclass
from typing import Final

from overallt.tagging import reasons
from overallt.tagging.contexts import opts_out
from overallt.tagging.open_elements import DEEPEST, what_forbids
from overallt.tagging.xml_namespaces import Namespaces, prefix_of
from overallt.tagging.xml_tags import XmlTag

_BLANK: Final = b"\t\n\r "
_BLANK_OR_MARK: Final = _BLANK + b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class _Element:
    """An open element; its obstacle may also be that of what it stands in."""

    name: bytes
    obstacle: bytes
    prefixes: tuple[bytes, ...]


class XmlContext:
    """Follows an XML page's markup and tells whether text counts there."""

    __slots__ = ("_has_root", "_namespaces", "_open", "given_up")

    def __init__(self) -> None:
        self._namespaces = Namespaces()
        self._open: list[_Element] = []
        self._has_root = False
        self.given_up = False

    @property
    def is_outside(self) -> bool:
        """Tell whether no element is open."""
        return not self._open

    @property
    def is_before_root(self) -> bool:
        """Tell whether a doctype may still come."""
        return not self._has_root

    def give_up(self) -> None:
        """Let all text stay from here on."""
        self.given_up = True

    def allows_button(self) -> bool:
        """Tell whether a text tag counts if it stands here as text."""
        if self.given_up or not self._open:
            return False
        return not self._open[-1].obstacle and self._namespaces.is_xhtml(b"")

    @property
    def obstacle(self) -> str:
        """Say what open element forbids a button; empty if none does."""
        if not self._open:
            return reasons.OUTSIDE
        obstacle = self._open[-1].obstacle
        if obstacle:
            return reasons.inside(obstacle)
        return "" if self._namespaces.is_xhtml(b"") else reasons.OTHER_NAMESPACE

    def text(self, data: bytes) -> None:
        """Take in text: outside of the root there is only white space."""
        # Before the root, a byte order mark may stand, too.
        blank = _BLANK if self._has_root else _BLANK_OR_MARK
        if not self._open and data.strip(blank):
            self.give_up()

    def start(self, tag: XmlTag) -> None:
        """Take in a start tag, or the tag of an empty element."""
        prefixes = self._namespaces.enter(tag.attributes)
        if not self._is_sound(tag):
            self.give_up()
            return
        is_xhtml = self._namespaces.is_xhtml(prefix_of(tag.name))
        html = tag.in_html()
        # Nothing can count in what is no XHTML page, or does not want it.
        if (not is_xhtml and not self._open) or (is_xhtml and opts_out(html)):
            self.give_up()
        self._has_root = True
        if tag.is_empty:
            self._namespaces.leave(prefixes)
            return
        own = what_forbids(html, html.name) if is_xhtml else tag.name
        obstacle = (self._open and self._open[-1].obstacle) or own
        self._open.append(_Element(tag.name, obstacle, prefixes))

    def end(self, name: bytes) -> None:
        """Take in an end tag."""
        if not self._open or self._open[-1].name != name:
            self.give_up()
            return
        self._namespaces.leave(self._open.pop().prefixes)

    def _is_sound(self, tag: XmlTag) -> bool:
        """Tell whether *tag* may stand here, and no bound is passed."""
        is_second_root = self._has_root and not self._open
        is_known = self._namespaces.know([tag.name, *tag.attributes])
        too_much = self._namespaces.too_many or len(self._open) >= DEEPEST
        return is_known and not is_second_root and not too_much
