"""In real browsers, a rewritten page is the page with a button for each text tag.

The page and its twin are loaded as a site sends them, but for a policy that forbids
their scripts, so that both trees are what the parser made. ``twins.html`` compares.
"""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final, override

import pytest
from browsers import Browser, browser
from loopback import HOST
from real_pages import RealPage
from tagged_pages import (
    FORBIDDING,
    with_tags,
    without_tags_before_the_charset,
    without_tags_between_cells,
)

from overallt.gateway.messages import HOST as GATEWAY
from overallt.tagging import Rewriter, TextTag
from overallt.tagging.button import button

HERE: Final = Path(__file__).parent
VECTORS: Final = HERE.parent / "vectors" / "contexts.json"
# Each page takes a browser a good part of a second.
EACH_BETWEEN_WORDS: Final = 10
EACH_ANYWHERE: Final = 16
WITHOUT_SCRIPT: Final = ("Content-Security-Policy", "default-src 'none'")


@dataclass(frozen=True, slots=True)
class Twins:
    """A page and what the rewriter makes of it."""

    name: str
    content_type: str
    before: bytes

    @property
    def after(self) -> bytes:
        rewriter = Rewriter(content_type=self.content_type, render=printed)
        return rewriter.feed(self.before) + rewriter.close()


def printed(tag: TextTag) -> str:
    return button(address=f"https://{GATEWAY}/give/{tag.id}", label="Flattr")


@contextmanager
def served(twins: Sequence[Twins]) -> Iterator[str]:
    """Serve all *twins* by number, and the page that compares them."""
    rules = json.dumps({"forbidding": sorted(FORBIDDING)}).encode()

    def answer(path: str) -> tuple[str, bytes]:
        _, kind, *rest = path.split("/")
        if kind == "rules":
            return "application/json", rules
        if kind in {"before", "after"}:
            each = twins[int(rest[0])]
            return each.content_type, each.before if kind == "before" else each.after
        return "text/html", (HERE / "twins.html").read_bytes()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content_type, body = answer(self.path)
            self.send_response(200)
            self.send_header("Content-Type", content_type)
            if "before" in self.path or "after" in self.path:
                self.send_header(*WITHOUT_SCRIPT)
            self.end_headers()
            self.wfile.write(body)

        @override
        def log_message(self, *_: object) -> None:
            """Leave the terminal to the tests."""

    with ThreadingHTTPServer((HOST, 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://{HOST}:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def reports(reader: Browser, twins: Sequence[Twins]) -> Iterator[dict[str, Any]]:
    """Let the browser compare all *twins*; yield what it says of each, in order."""
    with served(twins) as site:
        for number in range(len(twins)):
            reader.open(f"{site}/?{number}")
            reader.wait_for("#report")
            text = reader.run("document.querySelector('#report').textContent")
            yield json.loads(text)


def twins_of(page: RealPage, *, among_words: int, anywhere: int) -> Twins:
    text = with_tags(page.text, among_words=among_words, anywhere=anywhere)
    text = without_tags_between_cells(text)
    text = without_tags_before_the_charset(text)
    before = text.encode(page.charset, "surrogateescape")
    return Twins(page.name, "text/html", before)


@pytest.fixture
def reader(kind: str, tmp_path: Path) -> Iterator[Browser]:
    with browser(kind, tmp_path / "browser") as started:
        yield started


def test_between_words_each_tag_is_replaced_and_nothing_else(
    reader: Browser, corpus: Sequence[RealPage]
) -> None:
    pages = corpus[::EACH_BETWEEN_WORDS]
    twins = [twins_of(page, among_words=30, anywhere=0) for page in pages]

    found = list(reports(reader, twins))

    assert {} == differences(twins, found)
    assert sum(len(report["printed"]) for report in found) > 5 * len(twins)


def test_anywhere_each_tag_is_replaced_and_nothing_else(
    reader: Browser, corpus: Sequence[RealPage]
) -> None:
    twins = [
        twins_of(page, among_words=0, anywhere=30) for page in corpus[::EACH_ANYWHERE]
    ]

    found = list(reports(reader, twins))

    assert {} == differences(twins, found)
    assert sum(len(report["printed"]) for report in found) > 2 * len(twins)


def test_the_vectors_count_where_the_browser_sees_running_text(
    reader: Browser,
) -> None:
    cases = json.loads(VECTORS.read_text(encoding="utf-8"))["cases"]
    kind = "text/html; charset=utf-8"
    twins = [Twins(case["html"], kind, case["html"].encode()) for case in cases]

    found = list(reports(reader, twins))

    assert {} == differences(twins, found)
    assert [sorted(case["ids"]) for case in cases] == [
        sorted(report["printed"]) for report in found
    ]


def differences(
    twins: Sequence[Twins], found: Sequence[dict[str, Any]]
) -> dict[str, list[str]]:
    """Return the first difference of each page that has one."""
    return {
        each.name: report["difference"]
        for each, report in zip(twins, found, strict=True)
        if report["difference"]
    }
