from collections.abc import Callable

import pytest

from overallt.tagging.contexts import Context
from overallt.tagging.tokenizer import Tokenizer

type Counted = Callable[..., list[str]]


def test_the_shared_vectors_hold(
    vector: tuple[str, list[str]], counted: Counted
) -> None:
    page, ids = vector

    assert ids == counted(page)


@pytest.mark.parametrize(
    ("page", "ids"),
    [
        ("<p><kbd><p>[Flattr=1]", ["1"]),
        ("<button><p>x</p><div>[Flattr=1]</button>[Flattr=2]", ["2"]),
        ("<button>x<button>[Flattr=1]", []),
        ("<p><button></p>x</button>[Flattr=1]", ["1"]),
        ("<h1><kbd>x<h2>[Flattr=1]</h3>[Flattr=2]", []),
        ("<h1>x<h2><kbd>y</h3>[Flattr=1]", ["1"]),
        ("<ul><li><kbd>x<li>[Flattr=1]</ul>[Flattr=2]", ["1", "2"]),
        ("<ul><li><kbd><ul><li>x</li></ul>[Flattr=1]</li>[Flattr=2]", ["2"]),
        ("<dl><dt><samp>x<dd>[Flattr=1]</dd>[Flattr=2]", ["1", "2"]),
        ("<div><kbd>x</div>[Flattr=1]", ["1"]),
        ("<kbd>x</div>[Flattr=1]</kbd>[Flattr=2]", ["2"]),
        ("<kbd><div>x</kbd>[Flattr=1]", []),
        ("<kbd><i-x>x</kbd>[Flattr=1]", ["1"]),
        ("<p>x</kbd>[Flattr=1]", ["1"]),
        ("<hr><br><img src=x>[Flattr=1]", ["1"]),
        ("<kbd>x</br>[Flattr=1]", []),
        ("<p><kbd>x<hr>[Flattr=1]", ["1"]),
        ("<p><xmp></p></xmp>[Flattr=1]", ["1"]),
        ("<ruby><rp><kbd></kbd><rt>x<rb>y</ruby>[Flattr=1]", ["1"]),
        ("<rt>[Flattr=1]", ["1"]),
        ("<rtc>[Flattr=1]", ["1"]),
        ("<p><form><kbd></form>[Flattr=1]", []),
        ("<form><div>x<form>y</form></div></form>[Flattr=1]", ["1"]),
        ("<form>x<table></form><tr><td>[Flattr=1]", ["1"]),
        ("</form>[Flattr=1]", ["1"]),
        ("<form contenteditable><div>x</form>[Flattr=1]", []),
        ("<form contenteditable>x</form>[Flattr=1]", ["1"]),
        ("<template><form><form></form></form></template>[Flattr=1]", ["1"]),
        ("<form><template><form>x</form></template></form>[Flattr=1]", ["1"]),
        ("<template><div></template>[Flattr=1]", ["1"]),
        ("</template>[Flattr=1]", ["1"]),
        ("<object><kbd></object>[Flattr=1]", ["1"]),
        ("<div contenteditable='FALSE'>[Flattr=1]", ["1"]),
        ("<div data-contenteditable>[Flattr=1]", ["1"]),
        ("<p contenteditable='' x>[Flattr=1]", []),
        ("<p><wbr></p></body></html>[Flattr=1]", ["1"]),
        ("<option>x<option>y</option>[Flattr=1]", ["1"]),
        ("<option>x<optgroup>y</optgroup>[Flattr=1]", ["1"]),
        ("<p>x<option>y</p>[Flattr=1]", ["1"]),
        ("<a>x<a>y</a>[Flattr=1]", ["1"]),
        ("<a>x<table><a>y</table></a>[Flattr=1]", ["1"]),
        ("<nobr contenteditable>x<nobr>y</nobr>[Flattr=1]", ["1"]),
        ("<table contenteditable>x<table>[Flattr=1]", ["1"]),
        ("<table><form contenteditable><td>[Flattr=1]", ["1"]),
        ("<table><form><td><form contenteditable>[Flattr=1]", ["1"]),
        ("<p><code></p><table> " + "<div>" * 9 + "</code>[Flattr=1]", ["1"]),
        ("<p><code></p><table>x" + "<div>" * 9 + "</code>[Flattr=1]", []),
    ],
)
def test_text_counts_where_the_tree_would_have_it(
    page: str, ids: list[str], counted: Counted
) -> None:
    assert ids == counted(page)


@pytest.mark.parametrize(
    ("page", "obstacle"),
    [
        (b"<p><code><a>", "inside <code>"),
        (b"<p contenteditable><a>", "inside <p contenteditable>"),
        (b"<svg><title>", "inside <svg>"),
        (b"<code>x</code><math>", "inside <math>"),
    ],
)
def test_the_obstacle_is_the_outermost_that_is_open(page: bytes, obstacle: str) -> None:
    context = Context()
    Tokenizer(context).feed(page)

    assert obstacle == context.obstacle


@pytest.mark.parametrize(
    ("page", "ids"),
    [
        ("<select><option>x<option>y</select>[Flattr=1]", ["1"]),
        ("<select><optgroup><option>x<optgroup>y</select>[Flattr=1]", ["1"]),
        ("<select><option>x<hr><option>y</select>[Flattr=1]", ["1"]),
        ("<select>x<select>[Flattr=1]", ["1"]),
        ("<select>x<input>[Flattr=1]", ["1"]),
        ("<select><div></select>[Flattr=1]", ["1"]),
        ("<div><select></div>[Flattr=1]", []),
    ],
)
def test_a_select_holds_what_the_standard_of_2025_lets_it_hold(
    page: str, ids: list[str], counted: Counted
) -> None:
    assert ids == counted(page)


@pytest.mark.parametrize(
    ("page", "ids"),
    [
        ("<!doctype html><p><kbd><table></table>[Flattr=1]", ["1"]),
        ("<!DOCTYPE  HTML ><p><kbd><table></table>[Flattr=1]", ["1"]),
        ("<p><kbd><table></table>[Flattr=1]", []),
        ("<p><!doctype html><p><kbd><table></table>[Flattr=1]", []),
        ("<!doctype html SYSTEM 'x'><p><kbd><table></table>[Flattr=1]", []),
    ],
)
def test_a_table_closes_a_paragraph_only_where_no_quirks_mode_is_possible(
    page: str, ids: list[str], counted: Counted
) -> None:
    assert ids == counted(page)


@pytest.mark.parametrize(
    "last",
    [
        "<frameset>",
        "<plaintext>",
        "<body contenteditable>",
        "<html contenteditable=true>",
        "<i-x>" * 513 + "<i-y contenteditable></i-y>",
        '<meta name="overallt" content="off">',
        "<META CONTENT=' Off ' NAME=Overallt>",
        "<svg><meta name=overallt content=off>",
    ],
)
def test_from_here_on_all_text_stays(last: str, counted: Counted) -> None:
    assert ["1"] == counted(f"[Flattr=1]{last}</p>[Flattr=2]<p>[Flattr=3]")


@pytest.mark.parametrize(
    "tag",
    [
        "<meta name=overallt content=on>",
        "<meta name=other content=off>",
        "<meta>",
        "<link name=overallt content=off>",
        "<!--<meta name=overallt content=off>-->",
        "<body>",
        "<i-x>" * 512,
    ],
)
def test_nothing_less_opts_out(tag: str, counted: Counted) -> None:
    assert ["1"] == counted(f"{tag}[Flattr=1]")


def test_an_element_whose_attributes_are_too_long_to_read_holds_no_button(
    counted: Counted,
) -> None:
    long = "x" * (1 << 16)

    assert ["2"] == counted(f"<p title={long}>[Flattr=1]</p>[Flattr=2]")
    assert ["1"] == counted(f"<img src={long}>[Flattr=1]")
