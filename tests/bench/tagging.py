"""Measures the text rewriter against a plain search and against parsing the page.

The pages are made here, always the same: navigation, articles, tables, forms, scripts
and styles, 10 KB to 600 KB each, with brackets and references as often as in the
documentation that stands on a Debian machine: 0.4 and 1 in a thousand bytes. All is
measured on real pages, too.
"""

import importlib
import importlib.util
import random
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import lxml.html
from adversaries import ADVERSARIES, doubling
from bs4 import BeautifulSoup
from figures import Figure, ratio
from real_pages import real_pages

from overallt.tagging.rewriter import Rewriter
from overallt.tagging.text_tags import TextTag

CHUNK_BYTES = 16_384
DOUBLING = 2.2
PAGE_SECTIONS = (4, 8, 16, 30, 60, 120, 240)
NEEDLE = b"[flattr="
TAG = re.compile(r"\[flattr=([0-9]+)\]", re.IGNORECASE)
BUTTON = '<a href="https://flattr.internal/give/7">Flattr</a>'
WORDS = re.findall(
    r"\S+",
    "the of and to in a is that for it as was with be by on not he this are or his"
    " from at which but have an had they you were their one all we can her has there"
    " been if more when will would who so no button letter attribute flat matter"
    " function content station pattern Zürich café some time only new could these may"
    " then do first any my now such like our over man me even most made after also did"
    " many before must through years where much your way well down should because each"
    " just those people how too little state good very make world still see own work"
    " long get here between both life being under never day same another know while"
    " last might us great old year off come since against go came right used take",
)


def make_pages() -> list[bytes]:
    """Make the corpus, the smallest page first."""
    chance = random.Random(1)  # noqa: S311 - the same pages every time.
    return [make_page(chance, sections) for sections in PAGE_SECTIONS]


def make_page(chance: random.Random, sections: int) -> bytes:
    """Make one page of so many sections of about 2.5 KB."""
    head = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{words(chance, 6)}</title>"
        '<link rel="stylesheet" href="/static/site.css?v=12">'
        f"<style>{style(chance) * sections}</style></head>\n<body class='page'>"
    )
    body = "\n".join(section(chance) for _ in range(sections))
    return f"{head}{body}<script>{script(chance) * sections}</script></body>".encode()


def words(chance: random.Random, count: int) -> str:
    """Return running text."""
    return " ".join(chance.choices(WORDS, k=count))


def style(chance: random.Random) -> str:
    """Return two rules of a style sheet."""
    number = chance.randrange(1000)
    return f".c{number}{{margin:0 auto;color:#{number:06x}}}a:link{{top:{number}px}}"


def script(chance: random.Random) -> str:
    """Return a line of a script."""
    name = f"t{chance.randrange(1000)}"
    return f'var {name}=["a","b"];if({name}<1){{f("<p>",{name});}}\n'


def section(chance: random.Random) -> str:
    """Return an article with a list, a table and a picture."""
    number = chance.randrange(100_000)
    query = "?a=1&amp;b=2"
    items = "".join(
        f'<li><a class="item" href="/p/{number + each}{query * (each < 1)}">'
        f"{words(chance, 3)}</a></li>\n"
        for each in range(6)
    )
    cells = "".join(f"<td>{words(chance, 2)}</td>" for _ in range(4))
    return (
        f'<section id="s{number}" data-track=\'{{"id":{number}}}\'>'
        f"<h2>{words(chance, 5)}</h2>\n<!-- section {number} -->"
        f'<img src="/img/{number}.jpg" alt="{words(chance, 4)}" loading="lazy">'
        f"<p>{words(chance, 90)}</p>\n<p>{words(chance, 60)} <em>{words(chance, 3)}"
        f" &mdash;</em></p>\n<ul>{items}</ul><table><tr>{cells}</tr></table></section>"
    )


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
    for element in tree.iter("*"):
        if element.text and TAG.search(element.text):
            element.text = TAG.sub("", element.text)
            element.insert(0, lxml.html.fragment_fromstring(BUTTON))
    return bytes(lxml.html.tostring(tree))


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
    """Parse and serialise in C; nothing is replaced."""
    lexbor = importlib.import_module("selectolax.lexbor")
    return lexbor.LexborHTMLParser(page).html


def over_all[T](work: Callable[[T], object], pages: list[T]) -> Callable[[], None]:
    """Return what does *work* on every page."""

    def run() -> None:
        for page in pages:
            work(page)

    return run


# Whom to compare with, and what the issue asks for with one tag and with fifty.
PEERS: list[tuple[str, Callable[[bytes], object], str, float, float]] = [
    ("BeautifulSoup + lxml", by_beautiful_soup, "bs4", 45, 20),
    ("lxml.html", by_lxml, "lxml", 4, 1.8),
    ("python-lolhtml", by_lolhtml, "lolhtml", 5, 2.2),
    ("selectolax", by_selectolax, "selectolax", 2, 1.2),
]
SEARCHES = [("whole", 1 << 30, 1.0), ("16 KB", 16_384, 0.8), ("1.4 KB", 1_400, 0.5)]


def figures() -> list[Figure]:
    """Measure pages without a text tag and pages with some."""
    found = [page.data for page in real_pages()]
    rows = speed(f"{len(found)} real pages", found)
    return [*rows, *speed("made pages", make_pages()), memory(), *doublings()]


def speed(corpus: str, pages: list[bytes]) -> list[Figure]:
    """Measure how fast *pages* are rewritten, with and without tags."""
    if [rewrite(cut(page, CHUNK_BYTES)) for page in pages] != pages:
        raise AssertionError("a page without a text tag was changed")
    many = pages * max(1, 20_000_000 // sum(map(len, pages)))
    search = over_all(lambda page: page.find(NEEDLE), many)
    rows = [
        Figure(
            f"tagging, {corpus}: no tag, {name}, over bytes.find",
            ratio(over_all(pass_on, [cut(page, size) for page in many]), search),
            must,
        )
        for name, size, must in SEARCHES
    ]
    # The peers take their time: one page in some is enough for them.
    few = pages[:: 1 + len(pages) // 24]
    for count in (1, 50):
        with_tags = [tagged(page, count) for page in few]
        ours = over_all(pass_on, [cut(page, CHUNK_BYTES) for page in with_tags])
        for name, work, module, one, fifty in PEERS:
            if importlib.util.find_spec(module) is not None:
                value = ratio(ours, over_all(work, with_tags), rounds=3)
                rows.append(
                    Figure(
                        f"tagging, {corpus}: tags: {count}, over {name}",
                        value,
                        one if count == 1 else fifty,
                    )
                )
    return rows


MEMORY = """
import pathlib, re
from overallt.tagging.rewriter import Rewriter
from tagging import make_pages

def kilobytes(name):
    status = pathlib.Path("/proc/self/status").read_text()
    return int(re.search(name + r":\\s+([0-9]+)", status)[1])

page = b"".join(make_pages())
chunks = [page[at : at + 16_384] for at in range(0, len(page), 16_384)]
rewriter = Rewriter(content_type=None, render=lambda tag: "x")
begin = kilobytes("VmRSS")
fed = 0
while fed < 100_000_000:
    for chunk in chunks:
        rewriter.feed(bytes(memoryview(chunk)))
        fed += len(chunk)
assert rewriter.feed(b" [Flattr=7].") == b" x."
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
