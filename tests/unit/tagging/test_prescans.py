import pytest

from overallt.tagging.charsets import Kind
from overallt.tagging.prescans import kind_declared


@pytest.mark.parametrize(
    ("beginning", "kind"),
    [
        ("<meta charset=sjis>", Kind.JIS_HALVES),
        ("<html><head><META CHARSET='Big5'/>", Kind.HALVES),
        (
            '<meta http-equiv="Content-Type" content="text/html; charset=gbk">',
            Kind.HALVES,
        ),
        ("<meta content='x;charset=gbk'>", None),
        ("<meta http-equiv=content-type content=text/html>", None),
        ("<meta charset=utf-16>", Kind.UTF_8),
        ("<meta charset=nonsense><meta charset=gbk>", Kind.HALVES),
        ("<!--<meta charset=gbk>--><meta charset=sjis>", Kind.JIS_HALVES),
        ("<!--><meta charset=gbk>", Kind.HALVES),
        ("<p title='<meta charset=gbk>'>", None),
        ("</p <meta charset=gbk>", None),
        ("<!doctype html><?x?>< <meta charset=gbk>", Kind.HALVES),
        ("<metal charset=gbk>", None),
        ("<meta charset=gbk", None),
        ("</meta charset=gbk>", None),
        ("</ <meta charset=gbk>", None),
        ("<p title='<meta charset=gbk>", None),
        ("<!-- <meta charset=gbk><meta charset=sjis>", None),
        (" " * 1024 + "<meta charset=gbk>", None),
        ("", None),
    ],
)
def test_the_first_known_declaration_counts(beginning: str, kind: Kind | None) -> None:
    assert kind is kind_declared(beginning.encode())
