import pytest

from overallt.tagging import runs
from overallt.tagging.runs import Marked
from overallt.tagging.text_tags import candidates


@pytest.mark.parametrize(
    "page",
    [
        b"text",
        b"<p class='a>b' id=c d>x</p >",
        b"<a href= x><b>y</i></a>",
        b"<A HREF='x'>Y</A>",
        b"<code>x<a href=y>z</a></code>",
        b"<button type=submit><svg><path d='M0'/></svg></button>",
        b"<svg viewBox='0'><title>x</title></svg>",
        b"<script>if (a</b/) '</p>'</script>",
        b"<!-- a -- b -->",
        b'<meta name="author" content="x">',
        b"<kbd><b>x</b></kbd>",
        b"<P viewBox=0>",
        b"</p a=b>",
        b"<a name=x/>x<a><div><h3>y</h3></div></a>",
        b"<a><div><a><div><div><div></a>",
        b"<code><p>x</code>",
        b"<button><p>x</button>",
        b"<object><param name=x><p></object>",
        b"<select><option selected>x<option>y</select>",
        b"<video><source src=x></video>",
        b"<svg viewBox='0'><g/><title>x</title><style>y</style></svg>",
        b"<i-x>",
        b"<textarea></textare></textarea>",
        b"<noscript><</noscrip <</noscript>",
        b"<script><!-- '<p>' //--></script>",
        b"<script><!-- </script>",
        b"<script><!--> </script>",
        b"< << 1 <5",
        b"</><!><!-><?x></5>",
        b"<!doctype html><![CDATA[x]>",
        b"<!----><!-----><!-- a -- b - c --->",
    ],
)
def test_what_decides_nothing_is_passed_over(page: bytes) -> None:
    assert len(page) == runs.end_of(page, 0, len(page))


@pytest.mark.parametrize(
    "markup",
    [
        b"<p contenteditable>",
        b"<P CONTENTEDITABLE>",
        b"<p contentEditable>",
        b"<p a='",
        b"<p ='>'>",
        b"<a href=x><div>",
        b"<svg/>",
        b"<svg a=b/><path/></svg>",
        b"<!--->",
        b"<!-- --",
        b"<meta name=overallt content=off>",
        b"<meta name=' Overallt' content=off>",
        b"<select>",
        b"<kbd><p>x</kbd>",
        b"<textarea>",
        b"<head contenteditable>",
        b"<a><code><a></a></code></a>",
        b"<a><div><div><div><div><div></a>",
        b"<object><object></object></object>",
        b"<svg><p></svg>",
        b"<svg><desc><p></desc></svg>",
        b"<script><!-- <script></script>",
        b"<script></script x></script>",
        b"<noscript></noscript/></noscript>",
        b"<!-- a --!>",
        b"<" + b"p " * (1 << 16) + b">",
    ],
)
def test_what_may_decide_is_left_to_the_tokenizer(markup: bytes) -> None:
    page = b"<p>x</p>" + markup

    assert len(b"<p>x</p>") == runs.end_of(page, 0, len(page))


@pytest.mark.parametrize(
    ("page", "ends_at_tag"),
    [
        (b"x [Flattr=1]<p>y", False),
        (b"<[Flattr=1]", False),
        (b"<p>&lsqb;Flattr=1]", False),
        (b"<a>[Flattr=1]</a>", True),
        (b"<p title='[Flattr=1]'>", True),
        (b"<!--[Flattr=1]-->", True),
        (b"<script>[Flattr=1]</script>", True),
    ],
)
def test_a_run_goes_past_a_mark_in_running_text_only(
    page: bytes, *, ends_at_tag: bool
) -> None:
    (tag,) = candidates(page)
    marked = Marked(page, [tag])
    before = marked.end_of(0, len(page))
    marked.unmark(tag.start)

    assert ends_at_tag == (before <= tag.start)
    assert len(page) == marked.end_of(0, len(page))
