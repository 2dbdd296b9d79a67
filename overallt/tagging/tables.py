"""How the parts of a table open and close each other (13.2.6.4.9 to 13.2.6.4.15).

The standard has an insertion mode for each part. The mode is always that of the
innermost open part, so it is read off the stack instead.
"""

from overallt.tagging import elements
from overallt.tagging.open_elements import Element, OpenElements, element_of
from overallt.tagging.start_tags import StartTag


def context(opened: OpenElements) -> bytes | None:
    """Return the name of the innermost open part of a table, or a template's."""
    index = _context_index(opened)
    return None if index < 0 else opened.stack[index].name


def start_part(opened: OpenElements, tag: StartTag) -> None:
    """Open the part *tag*: close what cannot hold it, open what is implied.

    Outside of a table it is ignored.
    """
    parents = elements.PARTS_PARENTS[tag.name]
    while (name := context(opened)) not in parents:
        if name in {None, b"template"}:
            return
        opened.pop_from(_context_index(opened) + 1)
        if name == b"table":
            _imply(opened, b"colgroup" if tag.name == b"col" else b"tbody")
        elif name in elements.ROW_GROUPS and tag.name in elements.CELLS:
            _imply(opened, b"tr")
        else:
            opened.pop_current()
    opened.pop_from(_context_index(opened) + 1)
    if tag.name != b"col":
        opened.push(element_of(tag))


def leave_column_group(opened: OpenElements) -> None:
    """Close a column group, which holds nothing but columns."""
    current = opened.current
    if current is not None and current.name == b"colgroup":
        opened.pop_current()


def _context_index(opened: OpenElements) -> int:
    return opened.find(elements.TABLE_CONTEXTS, scope=frozenset())


def _imply(opened: OpenElements, name: bytes) -> None:
    opened.push(Element(name, forbids=b"", likeness=0))
