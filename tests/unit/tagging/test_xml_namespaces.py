from overallt.tagging.xml_namespaces import Namespaces, prefix_of

XHTML = b"http://www.w3.org/1999/xhtml"


def test_a_prefix_is_what_stands_before_the_colon() -> None:
    assert b"x" == prefix_of(b"x:p")
    assert b"" == prefix_of(b"p")


def test_without_declaration_nothing_is_xhtml() -> None:
    namespaces = Namespaces()

    assert not namespaces.is_xhtml(b"")
    assert namespaces.know([b"p", b"xml:lang", b"xmlns", b"xmlns:x"])
    assert not namespaces.know([b"p", b"x:p"])


def test_an_inner_declaration_hides_the_outer_one() -> None:
    namespaces = Namespaces()
    outer = namespaces.enter({b"xmlns": XHTML, b"xmlns:x": XHTML, b"title": XHTML})
    inner = namespaces.enter({b"xmlns": b"", b"xmlns:x": b"http://other.test"})
    hidden = [namespaces.is_xhtml(b""), namespaces.is_xhtml(b"x")]
    namespaces.leave(inner)

    assert [False, False] == hidden
    assert namespaces.is_xhtml(b"")
    assert namespaces.is_xhtml(b"x")
    assert (b"", b"x") == outer


def test_a_prefix_that_is_left_is_unknown_again() -> None:
    namespaces = Namespaces()
    namespaces.leave(namespaces.enter({b"xmlns:x": XHTML}))

    assert not namespaces.know([b"x:p"])
