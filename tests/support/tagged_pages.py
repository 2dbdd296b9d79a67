"""Text tags put into real pages, and which of them count by a tree of the page.

The tree is justhtml's, which passes html5lib's tests. It judges characters, so a page
is judged once and can then be written in every charset that holds it.
"""

import random
import re
from collections.abc import Iterator
from typing import Any, Final

from justhtml import JustHTML

# What such an element holds is no running text.
FORBIDDING: Final = frozenset(
    re.findall(
        r"\S+",
        "script style textarea title noscript template iframe noembed noframes xmp"
        " plaintext select option optgroup datalist a button code kbd samp svg math"
        " head object audio video canvas",
    )
)
_TAG: Final = re.compile(r"\[Flattr=([0-9]+)\]")
# A bracket on either side is an escape.
_ALONE: Final = re.compile(r"(?<!\[)\[Flattr=([0-9]+)\](?!\])")
_WORDS: Final = re.compile(r">(\s*[^<>\s][^<>]*)<")
# Browsers move text between cells out of the table, with the white space beside it.
_BETWEEN_CELLS: Final = re.compile(
    r"<(?:table|t(?:body|foot|head|r)|col(?:group)?"
    r"|/(?:t(?:body|d|foot|h|head|r)|caption|colgroup))[\s/>][^<]*\Z",
    re.IGNORECASE,
)
# Where no header names the charset, browsers look for it there (13.2.3.2).
_CHARSET: Final = re.compile(r"<meta[^>]*charset", re.IGNORECASE)
_HEAD: Final = re.compile(r"<head[\s/>]", re.IGNORECASE)
_HEAD_END: Final = re.compile(r"</head|<body", re.IGNORECASE)
_PRESCANNED_BYTES: Final = 1024
_CHUNK_BYTES: Final = (200, 1_400, 16_384)


def with_tags(text: str, *, among_words: int, anywhere: int) -> str:
    """Put so many text tags between the words of a page, and so many anywhere.

    Their ids are 1, 2, 3 and so on; the places are chosen by chance, but for the same
    page always the same.
    """
    chance = random.Random(len(text))  # noqa: S311 - the same places every time.
    gaps = [match.span(1) for match in _WORDS.finditer(text)] or [(0, len(text))]
    places = [chance.randint(*chance.choice(gaps)) for _ in range(among_words)]
    places += [chance.randint(0, len(text)) for _ in range(anywhere)]
    pieces = []
    copied = 0
    for number, place in enumerate(sorted(places), start=1):
        pieces += [text[copied:place], f"[Flattr={number}]"]
        copied = place
    return "".join([*pieces, text[copied:]])


def counted_in(text: str) -> frozenset[str]:
    """Return the ids of the text tags that count in the page *text*."""
    root = JustHTML(text, sanitize=False).root
    shown = {tag_id for run in _running_texts(root) for tag_id in _ALONE.findall(run)}
    return frozenset(shown - {tag[1] for tag in _between_cells(text)})


def without_tags_between_cells(text: str) -> str:
    """Return the page *text* without the tags that would move with white space."""
    copied, pieces = 0, []
    for tag in _between_cells(text):
        pieces.append(text[copied : tag.start()])
        copied = tag.end()
    return "".join([*pieces, text[copied:]])


def before_the_charset(text: str) -> frozenset[str]:
    """Return the ids of the text tags that stand before what names the charset.

    Where that is not in the first bytes, it may be anywhere in the head.
    """
    named = _CHARSET.search(text, 0, _PRESCANNED_BYTES)
    head = _HEAD.search(text, 0, _PRESCANNED_BYTES)
    end = _HEAD_END.search(text, head.end()) if head else None
    head_end = end.start() if end else len(text) if head else 0
    return frozenset(_TAG.findall(text, 0, named.start() if named else head_end))


def without_tags_before_the_charset(text: str) -> str:
    """Return the page *text* without the tags that stay text, which no tree tells."""
    stay = before_the_charset(text)
    return _TAG.sub(lambda tag: "" if tag[1] in stay else tag[0], text)


def printed(text: str, counted: frozenset[str]) -> str:
    """Return the page *text* with ``(id)`` for each text tag that is *counted*."""
    return _TAG.sub(lambda tag: f"({tag[1]})" if tag[1] in counted else tag[0], text)


def cut_anyhow(data: bytes) -> Iterator[bytes]:
    """Cut *data* by chance, but always the same; the largest pieces differ, too."""
    chance = random.Random(len(data))  # noqa: S311 - the same cuts every time.
    longest = chance.choice(_CHUNK_BYTES)
    start = 0
    while start < len(data):
        end = start + chance.randint(1, longest)
        yield data[start:end]
        start = end


def _between_cells(text: str) -> Iterator[re.Match[str]]:
    for tag in _TAG.finditer(text):
        around = text[tag.start() - 1] + text[tag.end() : tag.end() + 1]
        before = text[max(0, text.rfind("<", 0, tag.start())) : tag.start()]
        if any(map(str.isspace, around)) and _BETWEEN_CELLS.match(before):
            yield tag


def _running_texts(node: Any) -> Iterator[str]:
    """Yield the texts under *node* that a reader sees as running text."""
    if node.name == "#text":
        yield node.data or ""
    attributes = getattr(node, "attrs", None) or {}
    is_editable = attributes.get("contenteditable", "false") != "false"
    if node.name not in FORBIDDING and not is_editable:
        for child in getattr(node, "children", None) or ():
            yield from _running_texts(child)
