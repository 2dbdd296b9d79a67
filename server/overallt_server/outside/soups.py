"""Soups: pages of others as trees, whatever they are written in.

A page of a megabyte may hold a third of a million elements. Only those that are looked
for become parts of the tree, and it is made in a thread of its own, so that nobody else
waits for it.
"""

import asyncio
from typing import Final

from bs4 import BeautifulSoup, SoupStrainer, Tag

from overallt_server.core.found_pages import FoundPage

# As far as the root's own tag is looked for.
_ROOT_BYTES: Final = 4096


async def soup_of(page: FoundPage, *names: str) -> BeautifulSoup:
    """Return the elements of *page* with these *names*, and what is in them.

    It is read in the charset that its server, or it itself, names.
    """
    return await asyncio.to_thread(
        BeautifulSoup,
        page.body,
        "lxml",
        parse_only=SoupStrainer(list(names)),
        from_encoding=page.charset,
    )


def root_language(page: FoundPage) -> str:
    """Return the language that the root of *page* names; empty if it names none."""
    root = BeautifulSoup(page.body[:_ROOT_BYTES], "lxml", from_encoding=page.charset)
    return "" if root.html is None else attribute(root.html, "lang")


def attribute(tag: Tag, name: str) -> str:
    """Return the attribute *name* of *tag* without blanks around it; else empty."""
    value = tag.get(name)
    return value.strip() if isinstance(value, str) else ""
