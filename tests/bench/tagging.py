"""Measures the text rewriter against a plain search and against parsing the page.

The pages are made here, always the same: navigation, articles, tables, forms, scripts
and styles in the proportions of saved pages of the web, 10 KB to 600 KB each.
"""

import random
import re
from collections.abc import Callable

from bs4 import BeautifulSoup
from figures import Figure, ratio

from overallt.tagging.rewriter import Rewriter
from overallt.tagging.text_tags import TextTag

CHUNK_BYTES = 16_384
PAGE_SECTIONS = (4, 8, 16, 30, 60, 120, 240)
NEEDLE = b"[flattr="
TAG = re.compile(r"\[flattr=([0-9]+)\]", re.IGNORECASE)
BUTTON = '<a href="https://flattr.internal/give/7">Flattr</a>'
WORDS = re.findall(
    r"\S+",
    "the of and to in a is that for it as was with be by on not he this are or his"
    " from at which but have an had they you were their one all we can her has there"
    " been if more when will would who so no button letter attribute flat matter"
    " function content station pattern &amp; &nbsp;&mdash; Zürich café [1] [note]",
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
    return f".c{number}{{margin:0 auto;color:#{number:06x}}}a[href]{{top:{number}px}}"


def script(chance: random.Random) -> str:
    """Return a line of a script."""
    name = f"t{chance.randrange(1000)}"
    return f'var {name}=["a","b"];if({name}[0]<1){{f("<p>",{name}[1]);}}\n'


def section(chance: random.Random) -> str:
    """Return an article with a list, a table and a picture."""
    number = chance.randrange(100_000)
    items = "".join(
        f'<li><a class="item" href="/p/{number + each}?a=1&amp;b=2">'
        f"{words(chance, 3)}</a></li>\n"
        for each in range(6)
    )
    cells = "".join(f"<td>{words(chance, 2)}</td>" for _ in range(4))
    return (
        f'<section id="s{number}" data-track=\'{{"id":{number}}}\'>'
        f"<h2>{words(chance, 5)}</h2>\n<!-- section {number} -->"
        f'<img src="/img/{number}.jpg" alt="{words(chance, 4)}" loading="lazy">'
        f"<p>{words(chance, 90)}</p>\n<p>{words(chance, 60)} <em>{words(chance, 3)}"
        f"</em></p>\n<ul>{items}</ul><table><tr>{cells}</tr></table></section>"
    )


def tagged(page: bytes) -> bytes:
    """Put one text tag into the middle of a page's running text."""
    at = page.index(b"</p>", len(page) // 2)
    return page[:at] + b" [Flattr=7]" + page[at:]


def button(tag: TextTag) -> str:
    """Print what both sides print."""
    del tag
    return BUTTON


def rewrite(page: bytes, *, chunk_bytes: int) -> bytes:
    """Rewrite *page* as it would stream."""
    rewriter = Rewriter(content_type="text/html; charset=utf-8", render=button)
    chunks = [
        rewriter.feed(page[at : at + chunk_bytes])
        for at in range(0, len(page), chunk_bytes)
    ]
    return b"".join(chunks) + rewriter.close()


def parse_replace_serialise(page: bytes) -> bytes:
    """Do the same in the way that is usual in Python."""
    soup = BeautifulSoup(page, "lxml")
    for text in soup.find_all(string=TAG):
        new = BeautifulSoup(TAG.sub(BUTTON, str(text)), "html.parser")
        text.replace_with(*list(new.contents))
    return soup.encode()


def over_all(work: Callable[[bytes], object], pages: list[bytes]) -> Callable[[], None]:
    """Return what does *work* on every page."""

    def run() -> None:
        for page in pages:
            work(page)

    return run


def figures() -> list[Figure]:
    """Measure pages without a text tag and pages with one."""
    plain = make_pages()
    with_one = [tagged(page) for page in plain]
    if [rewrite(page, chunk_bytes=CHUNK_BYTES) for page in plain] != plain:
        raise AssertionError("a page without a text tag was changed")
    if any(BUTTON.encode() not in rewrite(page, chunk_bytes=1400) for page in with_one):
        raise AssertionError("a text tag was missed")
    search = over_all(lambda page: page.find(NEEDLE), plain * 10)
    return [
        Figure(
            "tagging: no tag, whole page, over bytes.find",
            ratio(
                over_all(lambda page: rewrite(page, chunk_bytes=len(page)), plain * 10),
                search,
            ),
            must=None,
        ),
        Figure(
            "tagging: no tag, 16 KB chunks, over bytes.find",
            ratio(
                over_all(
                    lambda page: rewrite(page, chunk_bytes=CHUNK_BYTES), plain * 10
                ),
                search,
            ),
            must=None,
        ),
        Figure(
            "tagging: one tag, over BeautifulSoup + lxml",
            ratio(
                over_all(lambda page: rewrite(page, chunk_bytes=CHUNK_BYTES), with_one),
                over_all(parse_replace_serialise, with_one),
                rounds=3,
            ),
            must=None,
        ),
    ]
