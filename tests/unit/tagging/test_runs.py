import pytest

from overallt.tagging import runs


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
        b"<kbd>x</kbd>",
    ],
)
def test_what_decides_nothing_is_passed_over(page: bytes) -> None:
    assert len(page) == runs.end_of(page, 0)


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
        b"<script><!--</script>",
        b"<!--->",
        b"<!-- --",
        b"<meta name=overallt content=off>",
        b"<meta name=' Overallt' content=off>",
        b"<select>",
        b"<kbd><b>x</b></kbd>",
        b"<textarea>",
        b"</p a=b>",
        b"<" + b"p " * (1 << 16) + b">",
    ],
)
def test_what_may_decide_is_left_to_the_tokenizer(markup: bytes) -> None:
    page = b"<p>x</p>" + markup

    assert len(b"<p>x</p>") == runs.end_of(page, 0)
