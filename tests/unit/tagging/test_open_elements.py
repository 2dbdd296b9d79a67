from collections.abc import Callable

import pytest

from overallt.tagging.open_elements import Element, OpenElements, is_editable
from overallt.tagging.start_tags import LONGEST_READ_BYTES, StartTag

type Counted = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("page", "ids"),
    [
        ("<p><code>x</p>[Flattr=1]</code>[Flattr=2]", ["2"]),
        ("<p><code>x</p> </code>[Flattr=1]", ["1"]),
        ("<p><code>x</p></code>[Flattr=1]", ["1"]),
        ("<a>x<a>[Flattr=1]</a>[Flattr=2]", ["2"]),
        ("<a><div>x</a>[Flattr=1]</div>[Flattr=2]", ["1", "2"]),
        ("<a><b><div>x</a>[Flattr=1]", ["1"]),
        ("<a><b><i><u><s><div>x</a>[Flattr=1]</div>[Flattr=2]", ["1", "2"]),
        ("<a><i-x contenteditable><div>x</a>[Flattr=1]", ["1"]),
        ("<a><table><td></a>[Flattr=1]", []),
        ("<a>x<table><a>y<tr><td>[Flattr=1]", []),
        ("<a><object></a>[Flattr=1]", []),
        ("<b><object></b></object>[Flattr=1]", ["1"]),
        ("<code>x" + "<div>" * 9 + "</code>[Flattr=1]", []),
        ("<code>x" + "<div>" * 7 + "</code>[Flattr=1]", ["1"]),
        ("<p><code><code><code><code>x</p></code></code></code>[Flattr=1]", ["1"]),
        (
            "<p><code a><code b><code c><code d>x</p>y</code></code></code>[Flattr=1]",
            [],
        ),
        ("<code><code><code><code>x</code></code></code></code>[Flattr=1]", ["1"]),
        ("<nobr>x<nobr>[Flattr=1]", ["1"]),
        ("</b></a>[Flattr=1]", ["1"]),
        ("<svg><desc><b></desc></b></svg>[Flattr=1]", ["1"]),
        ("<table><td><code>x</table>[Flattr=1]", ["1"]),
        ("<code><table><td>x</code>y</table></code>[Flattr=1]", ["1"]),
    ],
)
def test_formatting_is_reopened_and_adopted_as_browsers_do(
    page: str, ids: list[str], counted: Counted
) -> None:
    assert ids == counted(page)


@pytest.mark.parametrize(
    ("page", "ids"),
    [
        ("<span contenteditable><i-x></span>[Flattr=1]", ["1"]),
        ("<p><kbd><object></p></object>[Flattr=1]", []),
        ("<form><p contenteditable></form>[Flattr=1]", ["1"]),
        ("<form contenteditable></form>[Flattr=1]", ["1"]),
    ],
)
def test_an_end_closes_what_stands_inside_but_no_further_than_its_scope(
    page: str, ids: list[str], counted: Counted
) -> None:
    assert ids == counted(page)


def test_the_outermost_obstacle_is_the_one_to_name() -> None:
    opened = OpenElements()
    before = opened.outermost_forbidding
    for name in (b"p", b"kbd", b"a"):
        opened.push(Element(name, b"" if name == b"p" else name, 0))

    assert b"" == before
    assert b"kbd" == opened.outermost_forbidding


def test_what_will_be_reopened_forbids_later() -> None:
    opened = OpenElements()
    opened.push(Element(b"p", b"", 0))
    opened.push_formatting(Element(b"code", b"code", 0))
    opened.pop_from(0)

    assert not opened.forbid
    assert opened.forbid_later


@pytest.mark.parametrize(
    ("size", "editable"), [(LONGEST_READ_BYTES - 1, False), (LONGEST_READ_BYTES, True)]
)
def test_of_a_cut_tag_nobody_knows_whether_it_is_editable(
    size: int, *, editable: bool
) -> None:
    tag = StartTag(b"p", b"<p ".ljust(size, b"x"))

    assert editable == is_editable(tag)


def test_what_stays_inside_of_a_forgotten_element_inherits_its_prohibition() -> None:
    opened = OpenElements()
    outer, inner = Element(b"a", b"i", 0), Element(b"div", b"", 0)
    opened.push(outer)
    opened.push(inner)
    opened.forget(outer)

    assert opened.forbid
    opened.pop_current()
    assert not opened.forbid
