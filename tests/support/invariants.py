"""What must hold of a rewriter whatever page it is fed, and however that is cut.

A page is told as a ``Feeding``: what its header says, where it is cut, and its bytes.
Nothing here knows how the rewriter works: what it replaced is read anew, from the bytes
that are missing, and a parser that builds the whole tree says whether it was text.
"""

import codecs
import html
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from justhtml import JustHTML

from overallt.tagging.rewriter import Rewriter
from overallt.tagging.text_tags import TextTag

VECTORS = Path(__file__).parents[1] / "vectors"
UTF_8 = "text/html; charset=utf-8"
MARKS = (codecs.BOM_UTF8, codecs.BOM_BE, codecs.BOM_LE)
# Python's name for what browsers read.
CODECS: dict[str | None, str] = {
    UTF_8: "utf-8",
    "text/html; charset=shift_jis": "cp932",
    "text/html; charset=gbk": "gb18030",
    "text/html; charset=gb18030": "gb18030",
    "text/html; charset=big5": "big5hkscs",
    "text/html; charset=euc-jp": "euc_jp",
    "text/html; charset=euc-kr": "cp949",
    "text/html; charset=utf-16le": "utf-16-le",
    "text/html; charset=utf-16be": "utf-16-be",
}
FORBIDDING = frozenset(
    re.findall(
        r"\S+",
        "a audio button canvas code datalist head iframe kbd math noembed noframes"
        " noscript object optgroup option plaintext samp script select style svg"
        " template textarea title video xmp",
    )
)
TAG = re.compile(
    r"\[[ \t]{0,4}flattr[ \t]{0,4}=[ \t]{0,4}([a-z0-9._-]+)[ \t]{0,4}\]",
    re.IGNORECASE | re.ASCII,
)
# Long enough to stand in no page by chance.
INSTEAD = "(here a text tag stood)"
ENCODINGS = ("ascii", "utf-16-le", "utf-16-be")


@dataclass(frozen=True, slots=True)
class Feeding:
    """A *page*, what its header says, and where it is cut."""

    content_type: str | None
    cuts: tuple[int, ...]
    page: bytes

    def pieces(self) -> list[bytes]:
        """Return the page as it is fed."""
        borders = [0, *sorted(self.cuts), max([*self.cuts, len(self.page)])]
        return [self.page[start:end] for start, end in pairwise(borders)]


def vectors(name: str) -> list[dict[str, Any]]:
    """Return the cases of the shared vectors called *name*."""
    text = (VECTORS / f"{name}.json").read_text(encoding="utf-8")
    cases: list[dict[str, Any]] = json.loads(text)["cases"]
    return cases


def feeding_in(case: dict[str, Any]) -> Feeding:
    """Return the feeding that a case of ``findings.json`` tells of."""
    page = case["page"].encode("latin-1")
    return Feeding(case["content_type"], tuple(case["cuts"]), page)


class CannotRenderError(Exception):
    """What a bug in rendering would raise."""


def check(feeding: Feeding) -> list[str]:
    """Return the ids of the tags that were replaced; fail if anything is broken."""
    page, pieces = feeding.page, feeding.pieces()
    if any(INSTEAD.encode(encoding) in page for encoding in ENCODINGS):
        return []
    out, ids = _replaced(feeding.content_type, [page])
    assert (out, ids) == _replaced(feeding.content_type, pieces), "chunks matter"
    assert page == _left_alone(feeding, _render_nothing), "a byte was changed"
    assert page == _left_alone(feeding, _fail), "a failure cost a byte"
    assert page == _given_up(feeding), "bailing out cost a byte"
    assert _is_all_but_tags(page, out, ids), "a byte outside of the tags was changed"
    text = _read(feeding) if ids else None
    if text is not None:
        extra = Counter(ids) - Counter(_in_text(text))
        assert not extra, f"no running text: {extra}"
    return ids


def _replaced(content_type: str | None, pieces: list[bytes]) -> tuple[bytes, list[str]]:
    ids: list[str] = []

    def render(tag: TextTag) -> str:
        ids.append(tag.id)
        return INSTEAD

    rewriter = Rewriter(content_type=content_type, render=render)
    return b"".join(map(rewriter.feed, pieces)) + rewriter.close(), ids


def _render_nothing(_: TextTag) -> str | None:
    return None


def _fail(_: TextTag) -> str | None:
    raise CannotRenderError


def _left_alone(feeding: Feeding, render: Callable[[TextTag], str | None]) -> bytes:
    rewriter = Rewriter(content_type=feeding.content_type, render=render)
    out = b""
    feeds = [partial(rewriter.feed, each) for each in feeding.pieces()]
    steps: list[Callable[[], bytes]] = [*feeds, rewriter.close]
    for step in steps:
        try:
            out += step()
        except CannotRenderError:
            out += rewriter.bail_out()
    return out


def _given_up(feeding: Feeding) -> bytes:
    rewriter = Rewriter(content_type=feeding.content_type, render=_render_nothing)
    first, *others = feeding.pieces()
    out = rewriter.feed(first) + rewriter.bail_out()
    return out + b"".join(map(rewriter.feed, others)) + rewriter.close()


def _is_all_but_tags(page: bytes, out: bytes, ids: list[str]) -> bool:
    """Tell whether *out* is *page* with tags of these *ids* replaced, in this order."""
    for encoding in ENCODINGS:
        # A CDATA section is left around a button, and entered again behind it.
        framed = f"]]>{INSTEAD}<![CDATA[".encode(encoding)
        instead = INSTEAD.encode(encoding)
        pieces = out.replace(framed, instead).split(instead)
        if len(pieces) == len(ids) + 1:
            return _fits(page, pieces, ids, encoding)
    return False


def _fits(page: bytes, pieces: list[bytes], ids: list[str], encoding: str) -> bool:
    if not page.startswith(pieces[0]):
        return False
    page = page[len(pieces[0]) :]
    if not ids:
        return not page
    return any(
        _fits(page[end:], pieces[1:], ids[1:], encoding)
        for end in range(1, len(page) + 1)
        if page.startswith(pieces[1], end) and _reads(page[:end], ids[0], encoding)
    )


def _reads(written: bytes, tag_id: str, encoding: str) -> bool:
    try:
        match = TAG.fullmatch(html.unescape(written.decode(encoding)))
    except UnicodeDecodeError:
        return False
    return match is not None and match[1].lower() == tag_id


def _read(feeding: Feeding) -> str | None:
    """Return the page as browsers read it, if Python and the parser can follow."""
    codec = CODECS.get(feeding.content_type)
    if codec is None or feeding.page.startswith(MARKS):
        return None
    try:
        # A pair that means nothing costs Python one byte and browsers two, so that
        # only of UTF-8 both read the same whatever stands there.
        text = feeding.page.decode(codec, "replace" if codec == "utf-8" else "strict")
    except UnicodeDecodeError:
        return None
    # The parser lets a paragraph end through a select, and what a caption held reopen
    # behind it; browsers do not.
    return None if re.search("<(?:select|caption)", text, re.IGNORECASE) else text


def _in_text(page: str) -> Iterator[str]:
    """Give the ids of all tags in running text, also of those that are escaped."""
    left = [JustHTML(page, sanitize=False).root]
    while left:
        node = left.pop()
        if node.name == "#text":
            yield from (match[1].lower() for match in TAG.finditer(node.text))
        elif not node.name.startswith(("#comment", "!")) and not _forbids(node):
            left += node.children or []


def _forbids(node: object) -> bool:
    attributes = getattr(node, "attrs", None) or {}
    editable = attributes.get("contenteditable", "false")
    is_editable = (editable or "").lower() != "false"
    return is_editable or getattr(node, "name", "") in FORBIDDING
