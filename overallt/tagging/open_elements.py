"""The open elements of a page, and the formatting elements that will be reopened.

HTML Standard, 13.2.4.2 and 13.2.4.3: a stack and a list. Only what decides about text
is kept of an element: its name, and whether it forbids a button.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from overallt.tagging import elements
from overallt.tagging.start_tags import StartTag

# Browsers, too, nest elements only so far (Chromium: 512). With this bound every walk
# along the stack is short, and time stays linear in the page.
DEEPEST: Final = 512

_MOST_ALIKE: Final = 3  # 13.2.4.3, the "Noah's Ark clause".
ADOPTION_ROUNDS: Final = 8  # 13.2.6.4.7, the adoption agency's outer loop.


@dataclass(slots=True, eq=False)
class Element:
    """An element; ``likeness`` is equal for two whose start tags were the same.

    ``forbids`` names what forbids a button inside of it; empty if nothing does.
    """

    name: bytes
    forbids: bytes
    likeness: int
    takes_html: bool = False  # It is foreign, but its content may be HTML.
    is_open: bool = False

    @property
    def is_foreign(self) -> bool:
        """Tell whether it belongs to SVG or MathML."""
        return b" " in self.name


class OpenElements:
    """The stack of open elements with its list of formatting elements.

    ``None`` in the list is a marker: what stands before it is not reopened as long as
    the cell, caption or object that set it is open.
    """

    __slots__ = ("_forbidding", "formatting", "stack")

    def __init__(self) -> None:
        self.stack: list[Element] = []
        self.formatting: list[Element | None] = []
        self._forbidding = 0

    @property
    def forbid(self) -> bool:
        """Tell whether one of them forbids a button."""
        return self._forbidding > 0

    @property
    def outermost_forbidding(self) -> bytes:
        """The name of the outermost that forbids a button; empty if none does."""
        return next((each.forbids for each in self.stack if each.forbids), b"")

    @property
    def forbid_later(self) -> bool:
        """Tell whether one of them forbids a button, or one that may be reopened."""
        return self.forbid or any(each and each.forbids for each in self.formatting)

    @property
    def too_deep(self) -> bool:
        """Tell whether there are more than this imitation follows."""
        return max(len(self.stack), len(self.formatting)) > DEEPEST

    @property
    def current(self) -> Element | None:
        """The innermost one; ``None`` in the body itself."""
        return self.stack[-1] if self.stack else None

    def push(self, element: Element) -> None:
        """Open *element* inside the current one."""
        self.stack.append(element)
        element.is_open = True
        self._forbidding += bool(element.forbids)
        if element.name in elements.MARKING:
            self.formatting.append(None)

    def push_formatting(self, element: Element) -> None:
        """Open *element*, to be reopened when others close it."""
        alike = [
            each
            for each in self._since_marker()
            if each.likeness == element.likeness and each.name == element.name
        ]
        if len(alike) >= _MOST_ALIKE:
            self.formatting.remove(alike[-1])
        self.push(element)
        self.formatting.append(element)

    def pop_from(self, index: int) -> None:
        """Close the element at *index* and all inside of it."""
        while len(self.stack) > index:
            element = self.stack.pop()
            element.is_open = False
            self._forbidding -= bool(element.forbids)
            if element.name in elements.MARKING:
                self._clear_to_marker()

    def pop_current(self) -> None:
        """Close the innermost element."""
        self.pop_from(len(self.stack) - 1)

    def find(self, names: AbstractSet[bytes], *, scope: AbstractSet[bytes]) -> int:
        """Return the index of the innermost of *names* in *scope*, or -1."""
        for index in range(len(self.stack) - 1, -1, -1):
            name = self.stack[index].name
            if name in names:
                return index
            if name in scope:
                return -1
        return -1

    def close(self, names: AbstractSet[bytes], *, scope: AbstractSet[bytes]) -> bool:
        """Close the innermost of *names* in *scope*; tell whether there was one."""
        index = self.find(names, scope=scope)
        if index < 0:
            return False
        self.pop_from(index)
        return True

    def imply_ends(self, *, but: AbstractSet[bytes] = frozenset()) -> None:
        """Close what needs no end tag of its own (13.2.6.1)."""
        while self.stack and self.stack[-1].name in elements.IMPLIED_ENDS - but:
            self.pop_current()

    def reopen(self) -> None:
        """Reconstruct the active formatting elements (13.2.4.3)."""
        closed: list[Element] = []
        while self.formatting:
            last = self.formatting[-1]
            if last is None or last.is_open:
                break
            closed.append(last)
            self.formatting.pop()
        for element in reversed(closed):
            again = _clone(element)
            self.push(again)
            self.formatting.append(again)

    def close_any(self, name: bytes) -> None:
        """Follow "any other end tag" in body (13.2.6.4.7)."""
        for index in range(len(self.stack) - 1, -1, -1):
            each = self.stack[index].name
            if each == name:
                self.pop_from(index)
                return
            if each in elements.SPECIAL:
                return

    def adopt(self, name: bytes) -> None:
        """Run the adoption agency algorithm (13.2.6.4.7) for the end tag *name*.

        A clone is as good as its original here, so of what the algorithm moves only
        the places in the stack and in the list are followed.
        """
        current = self.current
        if current and current.name == name and current not in self.formatting:
            self.pop_current()
            return
        for _ in range(ADOPTION_ROUNDS):
            formatting = self.last_formatting(name)
            if formatting is None:
                self.close_any(name)
                return
            if not formatting.is_open:
                self.formatting.remove(formatting)
                return
            if not self._adopt_once(formatting):
                return

    def last_formatting(self, name: bytes) -> Element | None:
        """Return the last formatting element *name* since the last marker."""
        return next((each for each in self._since_marker() if each.name == name), None)

    def forget(self, element: Element) -> None:
        """Take *element* out of the list and the stack, where it still is.

        What is open inside of it stays inside of it, so it inherits its prohibition.
        """
        if element in self.formatting:
            self.formatting.remove(element)
        if not element.is_open:
            return
        inner = self.stack.index(element) + 1
        if inner < len(self.stack) and element.forbids:
            self._forbidding += not self.stack[inner].forbids
            self.stack[inner].forbids = element.forbids
        self._remove(element)

    def _remove(self, element: Element) -> None:
        self.stack.remove(element)
        element.is_open = False
        self._forbidding -= bool(element.forbids)

    def _adopt_once(self, formatting: Element) -> bool:
        """Run one round; tell whether there may be another."""
        at = self.stack.index(formatting)
        above = self.stack[at + 1 :]
        if any(each.name in elements.SCOPE for each in above):
            return False
        block = next((each for each in above if each.name in elements.SPECIAL), None)
        if block is None:
            self.pop_from(at)
            self.formatting.remove(formatting)
            return False
        bookmark = self.formatting.index(formatting)
        between = above[: above.index(block)]
        kept = [each for each in between[-_MOST_ALIKE:] if each in self.formatting]
        for each in between:
            if each not in kept:
                self._remove(each)
                if each in self.formatting:
                    self.formatting.remove(each)
        if kept:
            bookmark = self.formatting.index(kept[-1])
        self.formatting.insert(bookmark + 1, clone := _clone(formatting))
        self.formatting.remove(formatting)
        self._remove(formatting)
        self._open_after(block, clone)
        return True

    def _open_after(self, block: Element, element: Element) -> None:
        self.stack.insert(self.stack.index(block) + 1, element)
        element.is_open = True
        self._forbidding += bool(element.forbids)

    def _since_marker(self) -> list[Element]:
        """Return the formatting elements after the last marker, last first."""
        found: list[Element] = []
        for each in reversed(self.formatting):
            if each is None:
                break
            found.append(each)
        return found

    def _clear_to_marker(self) -> None:
        while self.formatting and self.formatting.pop() is not None:
            pass


def _clone(element: Element) -> Element:
    return Element(element.name, element.forbids, element.likeness)


def element_of(tag: StartTag) -> Element:
    """Return the HTML element that *tag* opens."""
    return Element(tag.name, what_forbids(tag, tag.name), hash(tag.source))


def what_forbids(tag: StartTag, name: bytes) -> bytes:
    """Name what forbids a button in the element *name* that *tag* opens, if anything.

    The name of *tag*, perhaps with an attribute, else empty.
    """
    if name in elements.FORBIDDING:
        return tag.name
    return tag.name + b" contenteditable" if is_editable(tag) else b""


def is_editable(tag: StartTag) -> bool:
    """Tell whether a patron may edit what *tag* opens; so it is where nobody knows."""
    if tag.is_cut:
        return True
    if b"contenteditable" not in tag.source.lower():
        return False
    return tag.attributes().get(b"contenteditable", b"false").lower() != b"false"
