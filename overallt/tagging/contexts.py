"""Where a text tag counts: an imitation of the HTML Standard's tree construction.

A browser decides by its tree whether text stands inside a link, a form control, code or
foreign content. No tree is built here: the stack of open elements and the list of
formatting elements follow the standard's rules (13.2.6), and the question is only
whether anything open forbids a button.

Followed: implied end tags, scopes, formatting elements that are reopened, the adoption
agency, tables with their implied parts, foreign content with its ways out, templates as
a border to what is outside.

Only imitated, so that in doubt the text stays text:

- What the head holds is treated as if it stood in the body: all of it is raw text or
  empty anyhow. ``<html>``, ``<head>`` and ``<body>`` are never open elements.
- A page with ``<frameset>`` or ``<plaintext>`` is given up from there on, as is one
  that nests deeper than 512 elements, or an editable ``<html>`` or ``<body>``.
- Text put out of a table counts as inside of what is open around and in the table.
- Only the doctype ``<!doctype html>`` is trusted to be no quirks mode; in any other, a
  table does not close a paragraph.
- ``<select>`` follows the standard of 2025, where it holds any markup; browsers that
  drop this markup close it earlier.
- Scripting is on: ``<noscript>`` is raw text. What scripts write nobody can know.
"""

from collections.abc import Callable, Mapping
from typing import ClassVar, Final

from overallt.tagging import elements, foreign_content, reasons, tables
from overallt.tagging.elements import SCOPE
from overallt.tagging.open_elements import (
    Element,
    OpenElements,
    element_of,
    is_editable,
)
from overallt.tagging.start_tags import StartTag

_NAME_OF_OPT_OUT: Final = b"overallt"


def opts_out(tag: StartTag) -> bool:
    """Tell whether *tag* is the ``<meta>`` by which a page wants no buttons."""
    if tag.name != b"meta":
        return False
    attributes = tag.attributes()
    named = attributes.get(b"name", b"").strip().lower() == _NAME_OF_OPT_OUT
    return named and attributes.get(b"content", b"").strip().lower() == b"off"


type _Start = Callable[["Context", StartTag], None]
type _End = Callable[["Context", bytes], None]


class Context:
    """Follows a page's markup and tells whether text counts there.

    ``given_up`` says why from somewhere on all text stays; empty if it does not.
    """

    __slots__ = ("_form", "_is_standard", "_open", "given_up")

    def __init__(self) -> None:
        self._open = OpenElements()
        self._form: Element | None = None
        self._is_standard: bool | None = None
        self.given_up = ""

    @property
    def is_foreign(self) -> bool:
        """Tell whether ``<![CDATA[`` opens a section rather than a bogus comment."""
        current = self._open.current
        return current is not None and current.is_foreign

    @property
    def is_plain(self) -> bool:
        """Tell whether nothing that forbids a button is open or will be reopened."""
        return not self.given_up and not self._open.forbid_later

    @property
    def obstacle(self) -> str:
        """Say what of the open elements forbids a button."""
        return reasons.inside(self._open.outermost_forbidding)

    def pass_over(self, data: bytes, at: int) -> int:
        """Pass over nothing: a tree is made of everything."""
        del data
        return at

    def allows_button(self) -> bool:
        """Tell whether a text tag counts if it stands here as text."""
        self.text(blank=False)
        return not self.given_up and not self._open.forbid

    def doctype(self, *, is_html: bool) -> None:
        """Take in a doctype; *is_html* if it is ``<!doctype html>``."""
        if self._is_standard is None:
            self._is_standard = is_html

    def text(self, *, blank: bool) -> None:
        """Take in a run of text, *blank* if it is white space only."""
        current = self._open.current
        if current is not None:
            if blank and current.name in elements.KEEPING_BLANKS:
                return
            if current.is_foreign and not current.takes_html:
                return
            tables.leave_column_group(self._open)
        self._open.reopen()
        self._look_at_depth()

    def start(self, tag: StartTag) -> bytes | None:
        """Take in a start tag; return its name if its content is raw text."""
        if self._is_standard is None:
            self._is_standard = False
        if foreign_content.takes_start(self._open, tag):
            self._look_at_depth()
            return None
        if tag.name not in elements.TABLE_PARTS:
            tables.leave_column_group(self._open)
        if tag.name in elements.RAW_TEXT:
            if tag.name == b"xmp":
                self._close_paragraph()
                self._open.reopen()
            return tag.name
        self._STARTS.get(tag.name, Context._start_inline)(self, tag)
        self._look_at_depth()
        return None

    def end(self, name: bytes) -> None:
        """Take in an end tag."""
        if foreign_content.takes_end(self._open, name):
            return
        if name not in elements.TABLE_PARTS and name != b"template":
            tables.leave_column_group(self._open)
        self._ENDS.get(name, Context._end_any)(self, name)

    def _look_at_depth(self) -> None:
        if self._open.too_deep:
            self.given_up = reasons.TOO_DEEP

    # Start tags in body (13.2.6.4.7), by kind.

    def _start_inline(self, tag: StartTag) -> None:
        self._open.reopen()
        self._open.push(element_of(tag))

    def _start_block(self, tag: StartTag) -> None:
        self._close_paragraph()
        self._open.push(element_of(tag))

    def _start_heading(self, tag: StartTag) -> None:
        self._close_paragraph()
        current = self._open.current
        if current is not None and current.name in elements.HEADINGS:
            self._open.pop_current()
        self._open.push(element_of(tag))

    def _start_form(self, tag: StartTag) -> None:
        template = self._open.find({b"template"}, scope=frozenset()) >= 0
        if self._form is not None and not template:
            return
        if tables.context(self._open) in elements.IN_TABLE:
            # It is remembered, but closed at once: what it holds is not inside of it.
            self._form = element_of(tag)
            return
        self._start_block(tag)
        if not template:
            self._form = self._open.current

    def _start_item(self, tag: StartTag) -> None:
        alike = {b"li"} if tag.name == b"li" else {b"dd", b"dt"}
        # Any special element but these three ends the search for an item to close.
        borders = elements.SPECIAL - {b"address", b"div", b"p"} - alike
        self._open.close(alike, scope=borders)
        self._start_block(tag)

    def _start_button(self, tag: StartTag) -> None:
        self._open.close({b"button"}, scope=SCOPE)
        self._start_inline(tag)

    def _start_link(self, tag: StartTag) -> None:
        last = self._open.last_formatting(b"a")
        if last is not None:
            self._open.adopt(b"a")
            self._open.forget(last)
        self._start_formatting(tag)

    def _start_formatting(self, tag: StartTag) -> None:
        self._open.reopen()
        self._open.push_formatting(element_of(tag))

    def _start_nobr(self, tag: StartTag) -> None:
        self._open.reopen()
        if self._open.find({b"nobr"}, scope=SCOPE) >= 0:
            self._open.adopt(b"nobr")
        self._start_formatting(tag)

    def _start_template(self, tag: StartTag) -> None:
        self._open.push(element_of(tag))

    def _start_table(self, tag: StartTag) -> None:
        if tables.context(self._open) in elements.IN_TABLE:
            self._open.close({b"table"}, scope=elements.TABLE_SCOPE)
        if self._is_standard:
            self._close_paragraph()
        self._open.push(element_of(tag))

    def _start_select(self, tag: StartTag) -> None:
        if not self._open.close({b"select"}, scope=SCOPE):
            self._start_inline(tag)

    def _start_option(self, tag: StartTag) -> None:
        if self._open.find({b"select"}, scope=SCOPE) >= 0:
            kept = {b"optgroup"} if tag.name == b"option" else frozenset[bytes]()
            self._open.imply_ends(but=kept)
        elif (current := self._open.current) and current.name == b"option":
            self._open.pop_current()
        self._start_inline(tag)

    def _start_ruby_part(self, tag: StartTag) -> None:
        if self._open.find({b"ruby"}, scope=SCOPE) >= 0:
            but = {b"rtc"} if tag.name in {b"rp", b"rt"} else frozenset[bytes]()
            self._open.imply_ends(but=but)
        self._open.push(element_of(tag))

    def _start_rule(self, tag: StartTag) -> None:
        del tag
        self._close_paragraph()
        if self._open.find({b"select"}, scope=SCOPE) >= 0:
            self._open.imply_ends()

    def _start_void(self, tag: StartTag) -> None:
        if tag.name == b"input":
            self._open.close({b"select"}, scope=SCOPE)
        self._open.reopen()

    def _start_unseen(self, tag: StartTag) -> None:
        if opts_out(tag):
            self.given_up = reasons.OPTED_OUT

    def _start_root(self, tag: StartTag) -> None:
        if is_editable(tag):
            self.given_up = reasons.EDITABLE

    def _start_last(self, tag: StartTag) -> None:
        self.given_up = reasons.behind(tag.name)

    def _start_root_of_foreign(self, tag: StartTag) -> None:
        self._open.reopen()
        foreign_content.push(self._open, tag, tag.name)

    # End tags in body (13.2.6.4.7), by kind.

    def _end_any(self, name: bytes) -> None:
        self._open.close_any(name)

    def _end_block(self, name: bytes) -> None:
        self._open.close({name}, scope=SCOPE)

    def _end_form(self, name: bytes) -> None:
        if self._open.find({b"template"}, scope=frozenset()) >= 0:
            self._open.close({name}, scope=SCOPE)
            return
        form, self._form = self._form, None
        if form is None or not form.is_open:
            return
        index = self._open.stack.index(form)
        if any(each.name in SCOPE for each in self._open.stack[index:]):
            return
        self._open.imply_ends()
        self._open.forget(form)

    def _end_paragraph(self, name: bytes) -> None:
        del name
        self._close_paragraph()

    def _close_paragraph(self) -> None:
        self._open.close({b"p"}, scope=elements.BUTTON_SCOPE)

    def _end_item(self, name: bytes) -> None:
        scope = elements.LIST_SCOPE if name == b"li" else SCOPE
        self._open.close({name}, scope=scope)

    def _end_heading(self, name: bytes) -> None:
        del name
        self._open.close(elements.HEADINGS, scope=SCOPE)

    def _end_formatting(self, name: bytes) -> None:
        self._open.adopt(name)

    def _end_line(self, name: bytes) -> None:
        del name
        self._open.reopen()

    def _start_table_part(self, tag: StartTag) -> None:
        tables.start_part(self._open, tag)

    def _end_table_part(self, name: bytes) -> None:
        self._open.close({name}, scope=elements.TABLE_SCOPE)

    def _end_root(self, name: bytes) -> None:
        """Leave all as it is: text after ``</body>`` is put back into the body."""

    def _end_template(self, name: bytes) -> None:
        self._open.close({name}, scope=frozenset())

    _STARTS: ClassVar[Mapping[bytes, _Start]] = {
        **dict.fromkeys(elements.UNSEEN, _start_unseen),
        **dict.fromkeys(elements.INLINE_VOID, _start_void),
        **dict.fromkeys(elements.BLOCKS, _start_block),
        **dict.fromkeys(elements.HEADINGS, _start_heading),
        **dict.fromkeys(elements.FORMATTING, _start_formatting),
        **dict.fromkeys(elements.TABLE_PARTS, _start_table_part),
        **dict.fromkeys((b"html", b"head", b"body"), _start_root),
        **dict.fromkeys((b"frameset", b"plaintext"), _start_last),
        **dict.fromkeys((b"li", b"dd", b"dt"), _start_item),
        **dict.fromkeys((b"option", b"optgroup"), _start_option),
        **dict.fromkeys((b"rb", b"rtc", b"rp", b"rt"), _start_ruby_part),
        **dict.fromkeys((b"svg", b"math"), _start_root_of_foreign),
        b"a": _start_link,
        b"button": _start_button,
        b"form": _start_form,
        b"hr": _start_rule,
        b"nobr": _start_nobr,
        b"select": _start_select,
        b"table": _start_table,
        b"template": _start_template,
    }
    _ENDS: ClassVar[Mapping[bytes, _End]] = {
        **dict.fromkeys(elements.BLOCK_ENDS | elements.OBJECTS, _end_block),
        **dict.fromkeys(elements.HEADINGS, _end_heading),
        **dict.fromkeys(elements.FORMATTING, _end_formatting),
        **dict.fromkeys(elements.TABLE_PARTS, _end_table_part),
        **dict.fromkeys((b"html", b"head", b"body"), _end_root),
        **dict.fromkeys((b"li", b"dd", b"dt"), _end_item),
        b"a": _end_formatting,
        b"br": _end_line,
        b"form": _end_form,
        b"nobr": _end_formatting,
        b"p": _end_paragraph,
        b"table": _end_table_part,
        b"template": _end_template,
    }
