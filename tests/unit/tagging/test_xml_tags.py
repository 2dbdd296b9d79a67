import pytest

from overallt.tagging.xml_tags import LONGEST_NAME_BYTES, XmlTag, read_end, read_start


def test_a_start_tag_has_a_name_and_attributes() -> None:
    source = b"<x:p a=\"1'>\" b = '2\"/'\n\txml:c=''>"
    attributes = {b"a": b"1'>", b"b": b'2"/', b"xml:c": b""}

    assert XmlTag(b"x:p", attributes, False, source) == read_start(source)  # noqa: FBT003 - a field of the tag.


@pytest.mark.parametrize("source", [b"<p/>", b"<p />", b"<p a='b'/>", b"<p a='/' />"])
def test_a_slash_at_its_end_makes_it_empty(source: bytes) -> None:
    tag = read_start(source)

    assert tag is not None
    assert tag.is_empty


@pytest.mark.parametrize(
    "source",
    [
        b"<p a>",
        b"<p a=b>",
        b"<p a='<'>",
        b"<p a='b'c='d'>",
        b"<p a='b' a='c'>",
        b"<p / >",
        b"<p//>",
        b"< p>",
        b"<a:b:c>",
        b"<:p>",
        b"<1>",
        b"<p\fa='b'>",
        b"<p" + b"p" * LONGEST_NAME_BYTES + b">",
    ],
)
def test_what_is_not_well_formed_is_no_tag(source: bytes) -> None:
    assert read_start(source) is None


def test_html_knows_it_without_its_prefix() -> None:
    tag = read_start("<x:målat contenteditable='false'>".encode())
    assert tag is not None
    html = tag.in_html()

    assert "målat".encode() == html.name
    assert {b"contenteditable": b"false"} == html.attributes()


@pytest.mark.parametrize(
    ("source", "name"),
    [
        (b"</p>", b"p"),
        (b"</x:P \n>", b"x:P"),
        (b"</p a='b'>", None),
        (b"</ p>", None),
        (b"</p/>", None),
    ],
)
def test_an_end_tag_has_a_name_only(source: bytes, name: bytes | None) -> None:
    assert name == read_end(source)
