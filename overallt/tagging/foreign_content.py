"""How SVG and MathML take in markup, and what leads out of them (13.2.6.5).

Nothing inside of them ever becomes a button. What matters is only where they end: at
their end tag, or at a start tag that HTML knows as its own.
"""

from overallt.tagging import elements
from overallt.tagging.open_elements import Element, OpenElements, what_forbids
from overallt.tagging.start_tags import StartTag


def takes_start(opened: OpenElements, tag: StartTag) -> bool:
    """Take in a start tag; tell whether it was foreign, else HTML must take it in."""
    current = opened.current
    if current is None or not _is_foreign_in(current, tag.name):
        return False
    if _is_breakout(tag):
        _leave(opened)
        return False
    push(opened, tag, current.name.partition(b" ")[0])
    return True


def takes_end(opened: OpenElements, name: bytes) -> bool:
    """Take in an end tag; tell whether it was foreign, else HTML must take it in."""
    current = opened.current
    if current is None or not current.is_foreign:
        return False
    if name in {b"br", b"p"}:
        _leave(opened)
        return False
    for index in range(len(opened.stack) - 1, -1, -1):
        element = opened.stack[index]
        if not element.is_foreign:
            break
        if element.name.partition(b" ")[2] == name:
            opened.pop_from(index)
            return True
    return False


def push(opened: OpenElements, tag: StartTag, space: bytes) -> None:
    """Open the element *tag* of the namespace *space*, unless it closes itself."""
    if tag.closes_itself:
        return
    name = space + b" " + tag.name
    takes_html = name in elements.HTML_POINTS
    if name == elements.ANNOTATION:
        encoding = tag.attributes().get(b"encoding", b"").lower()
        takes_html = encoding in elements.HTML_ENCODINGS
    opened.push(Element(name, what_forbids(tag, name), 0, takes_html=takes_html))


def _is_foreign_in(current: Element, name: bytes) -> bool:
    if not current.is_foreign:
        return False
    if current.name in elements.MATH_TEXT_POINTS:
        return name in {b"mglyph", b"malignmark"}
    if current.name == elements.ANNOTATION and name == b"svg":
        return False
    return not current.takes_html


def _is_breakout(tag: StartTag) -> bool:
    if tag.name == b"font":
        return not elements.FONT_BREAKOUTS.isdisjoint(tag.attributes())
    return tag.name in elements.BREAKOUTS


def _leave(opened: OpenElements) -> None:
    while (current := opened.current) and current.is_foreign:
        if current.takes_html:
            return
        opened.pop_current()
