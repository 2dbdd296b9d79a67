"""Which prefixes stand for XHTML where an XML page is read.

Of a namespace nothing counts but whether it is XHTML's. Each prefix has a stack of
answers, so that opening and closing an element costs as much as it declares, however
many prefixes are in scope.
"""

from collections.abc import Iterable, Mapping
from typing import Final

XHTML: Final = b"http://www.w3.org/1999/xhtml"
MOST_DECLARED: Final = 1024


class Namespaces:
    """The prefixes in scope; the empty one stands for names without any."""

    __slots__ = ("_declared", "_stacks")

    def __init__(self) -> None:
        # Namespaces in XML, 3: two are bound by definition.
        self._stacks = {b"": [False], b"xml": [False], b"xmlns": [False]}
        self._declared = 0

    @property
    def too_many(self) -> bool:
        """Tell whether more is in scope than is followed."""
        return self._declared > MOST_DECLARED

    def enter(self, attributes: Mapping[bytes, bytes]) -> tuple[bytes, ...]:
        """Take in what a start tag declares; return the prefixes, to be left again."""
        declared = {
            name.removeprefix(b"xmlns").removeprefix(b":"): value == XHTML
            for name, value in attributes.items()
            if name == b"xmlns" or name.startswith(b"xmlns:")
        }
        for prefix, is_xhtml in declared.items():
            self._stacks.setdefault(prefix, []).append(is_xhtml)
        self._declared += len(declared)
        return tuple(declared)

    def leave(self, prefixes: tuple[bytes, ...]) -> None:
        """Forget what ``enter`` returned, when its element is closed."""
        for prefix in prefixes:
            stack = self._stacks[prefix]
            stack.pop()
            if not stack:
                del self._stacks[prefix]
        self._declared -= len(prefixes)

    def know(self, names: Iterable[bytes]) -> bool:
        """Tell whether the prefixes of all *names* are declared."""
        return all(prefix_of(name) in self._stacks for name in names)

    def is_xhtml(self, prefix: bytes) -> bool:
        """Tell whether *prefix*, which is declared, stands for XHTML."""
        return self._stacks[prefix][-1]


def prefix_of(name: bytes) -> bytes:
    """Return what stands before the colon of *name*; nothing if there is none."""
    return name.rpartition(b":")[0]
