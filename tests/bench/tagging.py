"""Measures the text rewriter against a plain search and against parsing the page.

The pages are real ones, fetched once (see ``real_pages``). Everybody does the same job:
finds the text tags in a page, puts buttons in their place, and gives the page back.
"""

import importlib
import importlib.util
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Any

import lxml.html
from adversaries import ADVERSARIES, doubling
from bs4 import BeautifulSoup
from figures import Figure, ratio
from real_pages import real_pages

from overallt.tagging.legacy_buttons import LegacyButton
from overallt.tagging.rewriter import Rewriter
from overallt.tagging.text_tags import TextTag

CHUNK_BYTES = 16_384
DOUBLING = 2.2
NEEDLE = b"[flattr="
TAG = re.compile(r"\[flattr=([0-9]+)\]", re.IGNORECASE)
CUT = re.compile(r"\[flattr=[0-9]+\]", re.IGNORECASE)
BUTTON = '<a href="https://flattr.internal/give/7">Flattr</a>'


def tagged(page: bytes, count: int) -> bytes:
    """Put *count* text tags into a page's paragraphs or cells, evenly."""
    ends = [match.start() for match in re.finditer(rb"</(?:p|td|li|h[1-6])>", page)]
    if not ends:
        return page
    chosen = [ends[len(ends) * (2 * each + 1) // (2 * count)] for each in range(count)]
    pieces = [page[: chosen[0]]]
    for at, end in zip(chosen, [*chosen[1:], len(page)], strict=True):
        pieces += (b" [Flattr=7]", page[at:end])
    return b"".join(pieces)


def button(tag: TextTag) -> str:
    """Print what both sides print."""
    del tag
    return BUTTON


def cut(page: bytes, chunk_bytes: int) -> list[bytes]:
    """Cut a page as it would stream."""
    return [page[at : at + chunk_bytes] for at in range(0, len(page), chunk_bytes)]


def rewrite(chunks: list[bytes]) -> bytes:
    """Rewrite a page that comes in *chunks*."""
    rewriter = Rewriter(content_type="text/html; charset=utf-8", render=button)
    return b"".join([*map(rewriter.feed, chunks), rewriter.close()])


def pass_on(chunks: list[bytes]) -> None:
    """Rewrite a page and send each piece as it comes, without gathering them."""
    rewriter = Rewriter(content_type="text/html; charset=utf-8", render=button)
    for chunk in chunks:
        rewriter.feed(chunk)
    rewriter.close()


def pass_on_with_legacy(chunks: list[bytes]) -> None:
    """Do the same, looking for old Flattr markup, too."""
    rewriter = Rewriter(
        content_type="text/html; charset=utf-8", render=button, render_legacy=ignore
    )
    for chunk in chunks:
        rewriter.feed(chunk)
    rewriter.close()


def ignore(button: LegacyButton) -> None:
    """Print nothing for old markup."""
    del button


def by_beautiful_soup(page: bytes) -> bytes:
    """Parse, replace, serialise: the way that is usual in Python."""
    soup = BeautifulSoup(page, "lxml")
    for text in soup.find_all(string=TAG):
        new = BeautifulSoup(TAG.sub(BUTTON, str(text)), "html.parser")
        text.replace_with(*list(new.contents))
    return soup.encode()


def by_lxml(page: bytes) -> bytes:
    """Parse, look at every text, serialise."""
    tree = lxml.html.document_fromstring(page)
    for element in [*tree.iter("*")]:
        if element.text and TAG.search(element.text):
            element.text, *buttons = by_lxml_cut(element.text)
            element[:0] = buttons
        if element.tail and TAG.search(element.tail):
            parent = element.getparent()
            assert parent is not None  # Only the root has none, and no tail.
            at = parent.index(element) + 1
            element.tail, *buttons = by_lxml_cut(element.tail)
            parent[at:at] = buttons
    return bytes(lxml.html.tostring(tree))


def by_lxml_cut(text: str) -> list[Any]:
    """Return *text* up to its first tag, and a button with its tail for each tag."""
    before, *afters = CUT.split(text)
    buttons = [lxml.html.fragment_fromstring(BUTTON) for _ in afters]
    for each, after in zip(buttons, afters, strict=True):
        each.tail = after
    return [before, *buttons]


def by_lolhtml(page: bytes) -> bytes:
    """Rewrite with lol-html, text by text, without any rule of where it counts."""
    lolhtml = importlib.import_module("lolhtml")
    pieces: list[bytes] = []

    class Texts:
        def text(self, chunk: Any) -> None:
            if TAG.search(chunk.text):
                chunk.replace(TAG.sub(BUTTON, chunk.text), lolhtml.ContentType.HTML)

    rewriter = lolhtml.HTMLRewriter(lambda piece: pieces.append(bytes(piece)))
    rewriter.on_document(Texts())
    rewriter.write(page)
    rewriter.end()
    return b"".join(pieces)


def by_selectolax(page: bytes) -> object:
    """Parse, let lexbor search, look at the texts of what it found, serialise."""
    lexbor = importlib.import_module("selectolax.lexbor")
    tree = lexbor.LexborHTMLParser(page)
    button = lexbor.LexborHTMLParser(BUTTON).css_first("a")
    for element in tree.css('*:lexbor-contains("[flattr=" i)'):
        for node in [*element.iter(include_text=True)]:
            if node.tag == "-text" and TAG.search(node.text_content):
                before, *afters = CUT.split(node.text_content)
                node.insert_before(before)
                for after in afters:
                    node.insert_before(button.clone())
                    node.insert_before(after)
                node.remove()
    return tree.html


def by_selectolax_alone(page: bytes) -> object:
    """Parse and serialise in C; nothing is looked for and nothing replaced."""
    lexbor = importlib.import_module("selectolax.lexbor")
    return lexbor.LexborHTMLParser(page).html


def over_all[T](work: Callable[[T], object], pages: Sequence[T]) -> Callable[[], None]:
    """Return what does *work* on every page."""

    def run() -> None:
        for page in pages:
            work(page)

    return run


# Whom to compare with, and what is asked for with one tag and with fifty.
PEERS: list[tuple[str, Callable[[bytes], object], str, float, float]] = [
    ("BeautifulSoup + lxml", by_beautiful_soup, "bs4", 45, 20),
    ("lxml.html", by_lxml, "lxml", 4, 1.8),
    ("python-lolhtml", by_lolhtml, "lolhtml", 5, 2.2),
    ("selectolax", by_selectolax, "selectolax", 2, 1.2),
    ("selectolax that replaces nothing", by_selectolax_alone, "selectolax", 2, 1.2),
]
SEARCHES = [("whole", 1 << 30, 1.0), ("16 KB", 16_384, 0.8), ("1.4 KB", 1_400, 0.5)]


def figures() -> list[Figure]:
    """Measure pages without a text tag and pages with some."""
    pages = [page.data for page in real_pages()]
    if [rewrite(cut(page, CHUNK_BYTES)) for page in pages] != pages:
        raise AssertionError("a page without a text tag was changed")
    # The peers take their time: one page in some is enough for them.
    few = pages[:: 1 + len(pages) // 24]
    return [
        *without_tags(pages),
        *with_tags(few, 1),
        *with_tags(few, 50),
        memory(),
        *doublings(),
    ]


def without_tags(pages: Sequence[bytes]) -> list[Figure]:
    """Measure pages that stay as they are over one search for a tag in them."""
    search = over_all(lambda page: page.find(NEEDLE), pages)
    rows = []
    for name, size, must in SEARCHES:
        cuts = [cut(page, size) for page in pages]
        figure = f"tagging: no tag, {name}, over bytes.find"
        rows.append(Figure(figure, ratio(over_all(pass_on, cuts), search), must))
        legacy = ratio(over_all(pass_on_with_legacy, cuts), search)
        rows.append(Figure(f"{figure}, old markup looked for", legacy, None))
    return rows


def with_tags(pages: Sequence[bytes], count: int) -> list[Figure]:
    """Measure pages with *count* text tags over everybody who can replace them."""
    tagged_pages = [tagged(page, count) for page in pages]
    ours = over_all(pass_on, [cut(page, CHUNK_BYTES) for page in tagged_pages])
    return [
        Figure(
            f"tagging: tags: {count}, over {name}",
            ratio(ours, over_all(work, tagged_pages), rounds=3),
            one if count == 1 else fifty,
        )
        for name, work, module, one, fifty in PEERS
        if importlib.util.find_spec(module) is not None
    ]


MEMORY = """
import pathlib, re
from overallt.tagging.rewriter import Rewriter
from real_pages import real_pages
from tagging import cut, CHUNK_BYTES

def kilobytes(name):
    status = pathlib.Path("/proc/self/status").read_text()
    return int(re.search(name + r":\\s+([0-9]+)", status)[1])

chunks = cut(b"".join(page.data for page in real_pages()), CHUNK_BYTES)
# What is made once, for all pages, does not grow with the page.
Rewriter(content_type=None, render=lambda tag: "x").feed(b"<p>[Flattr=7].")
rewriter = Rewriter(content_type=None, render=lambda tag: "x")
pathlib.Path("/proc/self/clear_refs").write_text("5")
begin = kilobytes("VmRSS")
fed = 0
while fed < 100_000_000:
    for chunk in chunks:
        rewriter.feed(bytes(memoryview(chunk)))
        fed += len(chunk)
assert rewriter.feed(b"<p> [Flattr=7].") == b"<p> x."
print((kilobytes("VmHWM") - begin) * 1024 / fed)
"""


def memory() -> Figure:
    """Measure what a page of 100 MB with a tag at its end needs, in its own process."""
    run = subprocess.run(
        [sys.executable, "-c", MEMORY],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    return Figure(
        "tagging: peak memory over page size, 100 MB",
        float(run.stdout),
        0.25,
        at_least=False,
    )


def doublings() -> list[Figure]:
    """Measure what twice as much of each hostile page costs."""
    return [
        Figure(
            f"tagging: twice as much of {name}",
            doubling(adversary, DOUBLING),
            DOUBLING,
            at_least=False,
        )
        for name, adversary in ADVERSARIES.items()
    ]
