"""What the tests of tagging share: a rewriter that tells what it found."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from overallt.tagging.contexts import Context
from overallt.tagging.rewriter import Rewriter
from overallt.tagging.text_tags import TextTag, candidates
from overallt.tagging.tokenizer import Tokenizer

VECTORS = Path(__file__).parents[2] / "vectors"

type Found = Callable[..., list[str]]


def _found(
    page: str | bytes,
    *,
    cuts: Iterable[int] = (),
    content_type: str = "text/html; charset=utf-8",
) -> list[str]:
    data = page.encode() if isinstance(page, str) else page
    ids: list[str] = []

    def render(tag: TextTag) -> str:
        ids.append(tag.id)
        return f"({tag.id})"

    rewriter = Rewriter(content_type=content_type, render=render)
    at = 0
    for cut in cuts:
        rewriter.feed(data[at:cut])
        at = cut
    rewriter.feed(data[at:])
    rewriter.close()
    return ids


@pytest.fixture
def found() -> Found:
    """The ids of the tags that became buttons in a page fed in pieces, in order."""
    return _found


def _found_by_tree(page: str) -> list[str]:
    data = page.encode()
    context = Context()
    tokenizer = Tokenizer(context)
    ids: list[str] = []
    at = 0
    for candidate in candidates(data):
        tokenizer.feed(data[at : candidate.start])
        at = candidate.start
        if tokenizer.stands_in_text and context.allows_button():
            ids.append(candidate.tag.id)
    return ids


@pytest.fixture(params=[_found, _found_by_tree], ids=["rewriter", "tree"])
def counted(request: pytest.FixtureRequest) -> Found:
    """The ids of the tags that count in a page, as told by a rewriter and by the tree.

    A rewriter asks the tree only where skims and runs do not know the answer.
    """
    told: Found = request.param
    return told


def _read(name: str, key: str) -> list[tuple[str, list[str]]]:
    text = (VECTORS / f"{name}.json").read_text(encoding="utf-8")
    return [(case[key], case["ids"]) for case in json.loads(text)["cases"]]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test the shared vectors: its ``vector`` is a page and its ids."""
    if "vector" in metafunc.fixturenames:
        vectors = _read("text_tags", "text") + _read("contexts", "html")
        metafunc.parametrize("vector", vectors, ids=lambda vector: vector[0])
    if "xhtml_vector" in metafunc.fixturenames:
        vectors = _read("xhtml", "xhtml")
        metafunc.parametrize("xhtml_vector", vectors, ids=lambda vector: vector[0])
