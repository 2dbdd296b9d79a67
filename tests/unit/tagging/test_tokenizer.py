import pytest

from overallt.tagging.contexts import Context
from overallt.tagging.tokenizer import Tokenizer


def stands_in_text(page: str, *, cut: int) -> bool:
    tokenizer = Tokenizer(Context())
    data = page.encode()
    tokenizer.feed(data[:cut])
    tokenizer.feed(data[cut:])
    return tokenizer.stands_in_text


@pytest.mark.parametrize(
    "page",
    [
        "",
        "<p>",
        "text <",
        "<<",
        "<3",
        "<p a='b' c>",
        "</>",
        "</p >",
        "<!>",
        "<!---->",
        "<!-->",
        "<!--->",
        "<!----!>",
        "<!-- - -- --!> -->",
        "<!--x--!-->",
        "<!doctype html>",
        "<!DOCTYPE html PUBLIC 'a>",
        "<!doctype html and so much more that it is decided before its end>",
        "<![CDATA[x>",
        "<?xml version='1'>",
        "</ a>",
        "</1>",
        "<title>x</title>",
        "<title>x</Title a='>'>",
        "<title></titles></title/>",
        "<svg><title>",
        "<svg><![CDATA[ x> ]] > ]]>",
        "<svg><style>",
        "<script>x</script>",
        "<script><!--</script>",
        "<script><!--><script></script>",
        "<script><!---><script></script>",
        "<script><!--<script></script></script>",
        "<script><!--<script>--></script>",
        "<script><!--<script></script>--></script>",
        "<script><!--<scripts></script>",
        "<script><!-- --><script></script>",
        "<script/></script>",
        "<textarea><!--</textarea>",
        "<noscript><p></noscript>",
    ],
)
def test_text_may_come_next_however_the_page_is_cut(page: str) -> None:
    cuts = range(len(page) + 1)

    assert {True} == {stands_in_text(page, cut=cut) for cut in cuts}


@pytest.mark.parametrize(
    "page",
    [
        "</",
        "<p",
        "<p ",
        "<p a='>",
        "<p a=\"'>",
        "<!",
        "<!-",
        "<!--",
        "<!-- >",
        "<!-- -- >",
        "<!--x--!",
        "<!doctype html",
        "<!doctype html and so much more that it is decided before its end",
        "<![CDATA[",
        "<svg><![CDATA[ > ]]",
        "<?",
        "<? ",
        "</ ",
        "<title>",
        "<title></title",
        "<title></titles>",
        "<style><style></style ",
        "<script></script",
        "<script><!--<script></script>",
        "<script><!--<script><!--</script>",
        "<script><!--<script></script ></scripts>",
        "<xmp></xm></xm",
    ],
)
def test_no_text_can_come_next_however_the_page_is_cut(page: str) -> None:
    cuts = range(len(page) + 1)

    assert {False} == {stands_in_text(page, cut=cut) for cut in cuts}


@pytest.mark.parametrize(
    "page",
    ["x" * 1000, "<p a='" + "x" * 1000, "<!--" + "-" * 1000, "<xmp>" + "<" * 1000],
)
def test_hardly_anything_is_held_back(page: str) -> None:
    tokenizer = Tokenizer(Context())
    for at in range(len(page)):
        tokenizer.feed(page[at : at + 1].encode())

    assert len(tokenizer._rest) < 32
