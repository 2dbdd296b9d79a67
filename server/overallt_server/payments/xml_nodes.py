"""A node of a bank's XML file: its children by name, each as often as is expected.

A file is foreign input: no entity, no document type, no network, a bounded size.
"""

import re
from collections.abc import Sequence
from typing import Final, NoReturn

from lxml import etree

MOST_BYTES: Final = 32 * 1024 * 1024


class UnreadableFile(ValueError):
    """A file is not what it should be; the message says what is wrong with it."""


class Node:
    """An element in a namespace; ``version`` is that of the file's message."""

    def __init__(self, element: etree._Element, namespace: str, version: str) -> None:
        self.version = version
        self._element = element
        self._namespace = namespace

    @property
    def text(self) -> str:
        """The text in it, without blanks at its ends."""
        return (self._element.text or "").strip()

    def attribute(self, name: str) -> str:
        """Return an attribute's value, empty if it is not there."""
        return self._element.get(name, "")

    def any(self, name: str) -> list["Node"]:
        """Return all children called *name*."""
        found = self._element.findall(f"{{{self._namespace}}}{name}")
        return [Node(each, self._namespace, self.version) for each in found]

    def some(self, name: str) -> Sequence["Node"]:
        """Return all children called *name*, of which there is at least one."""
        found = self.any(name)
        if not found:
            self.fail(f"it has no {name}")
        return found

    def one(self, name: str) -> "Node":
        """Return the only child called *name*."""
        found = self.some(name)
        if len(found) > 1:
            self.fail(f"it has more than one {name}")
        return found[0]

    def maybe(self, *names: str) -> "Node | None":
        """Return the first descendant along *names*, ``None`` where there is none."""
        node = self
        for name in names:
            found = node.any(name)
            if not found:
                return None
            node = found[0]
        return node

    def maybe_text(self, *names: str) -> str:
        """Return the text of ``maybe``, empty where there is none."""
        node = self.maybe(*names)
        return "" if node is None else node.text

    def fail(self, problem: str) -> NoReturn:
        """Refuse the file for what is wrong in this element.

        Raises:
            UnreadableFile: always; it names the element and the line.
        """
        name = etree.QName(self._element).localname
        raise UnreadableFile(f"line {self._element.sourceline}, {name}: {problem}")


def read_document(
    content: bytes, namespaces: re.Pattern[str], kinds: str
) -> tuple[Node, re.Match[str]]:
    """Read *content* as one of the *kinds* whose *namespaces* have a ``version``.

    Raises:
        UnreadableFile: it is none of them, no XML, or too large.
    """
    if len(content) > MOST_BYTES:
        raise UnreadableFile(f"it has more than {MOST_BYTES // 1024 // 1024} MB")
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableFile(f"it is no XML: {error.msg}") from error
    # Its stubs forget this attribute.
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]
        raise UnreadableFile("it has a document type, which no bank file has")
    name = etree.QName(root)
    namespace = namespaces.fullmatch(name.namespace or "")
    if namespace is None or name.localname != "Document":
        raise UnreadableFile(f"it is {kinds}")
    return Node(root, name.namespace or "", namespace["version"]), namespace
