import pytest

from overallt.tagging import reasons
from overallt.tagging.charsets import Kind
from overallt.tagging.page_charsets import PageCharset
from overallt.tagging.start_tags import LONGEST_READ_BYTES
from overallt.tagging.xml_contexts import XmlContext
from overallt.tagging.xml_tokenizer import XmlTokenizer

ROOT = b'<html xmlns="http://www.w3.org/1999/xhtml">'

type Place = tuple[bool, bool, bool]


def place_after(page: bytes, *, size: int, kind: Kind = Kind.BYTEWISE) -> Place:
    """Tell whether there is text, or a section, or whether it was given up."""
    context = XmlContext()
    tokenizer = XmlTokenizer(context, PageCharset(kind))
    for at in range(0, len(page), size):
        tokenizer.feed(page[at : at + size])
    return (
        tokenizer.stands_in_text and not context.given_up,
        tokenizer.stands_in_section and not context.given_up,
        context.given_up,
    )


TEXT = (True, False, False)
SECTION = (False, True, False)
NEITHER = (False, False, False)
GIVEN_UP = (False, False, True)


@pytest.mark.parametrize("size", [1, 2, 1000])
@pytest.mark.parametrize(
    ("rest", "place"),
    [
        (b"", TEXT),
        (b"x", TEXT),
        (b"]]&", TEXT),
        (b"<", NEITHER),
        (b"<p", NEITHER),
        (b"<p title='>", NEITHER),
        (b"<p title='>'", NEITHER),
        (b"<p title='>'>", TEXT),
        (b"<p></p>", TEXT),
        (b"<p></p", NEITHER),
        (b"<!", NEITHER),
        (b"<!-", NEITHER),
        (b"<!--", NEITHER),
        (b"<!-->", NEITHER),
        (b"<!--->", NEITHER),
        (b"<!---->", TEXT),
        (b"<!--x- ->-", NEITHER),
        (b"<!--x--", NEITHER),
        (b"<!--x-->", TEXT),
        (b"<!--x--x", GIVEN_UP),
        (b"<!--x--->", GIVEN_UP),
        (b"<?", NEITHER),
        (b"<?x ?x>", NEITHER),
        (b"<?x ??>", TEXT),
        (b"<![CDATA", NEITHER),
        (b"<![CDATA[", SECTION),
        (b"<![CDATA[<p>", SECTION),
        (b"<![CDATA[]]", SECTION),
        (b"<![CDATA[]]x>", SECTION),
        (b"<![CDATA[]]]>", TEXT),
        (b"<![cdata[", GIVEN_UP),
        (b"<!DOCTYPE html>", GIVEN_UP),
        (b"<!ELEMENT p ANY>", GIVEN_UP),
        (b"< ", GIVEN_UP),
        (b"<1", GIVEN_UP),
        (b"</ ", GIVEN_UP),
        (b"<p <", GIVEN_UP),
        (b"<p a>", GIVEN_UP),
        (b"</p a>", GIVEN_UP),
        (b"</p>", GIVEN_UP),
    ],
)
def test_it_knows_where_it_stands(rest: bytes, place: Place, size: int) -> None:
    assert place == place_after(ROOT + rest, size=size)


@pytest.mark.parametrize("size", [1, 2, 1000])
@pytest.mark.parametrize(
    ("page", "place"),
    [
        (b"\xef\xbb\xbf\r\n\t ", TEXT),
        (b"x", GIVEN_UP),
        (b"<![CDATA[", GIVEN_UP),
        (b"<!DOCTYPE", NEITHER),
        (b"<!DOCTYPE html PUBLIC '>[' \">\"", NEITHER),
        (b"<!DOCTYPE html PUBLIC '>[' \">\">", TEXT),
        (b"<!DOCTYPE html <", GIVEN_UP),
        (b"<!DOCTYPE html>\n" + ROOT, TEXT),
        (b"<!DOCTYPE html [", NEITHER),
        (b"<!DOCTYPE html []", NEITHER),
        (b"<!DOCTYPE html [ ] >", TEXT),
        (b"<!DOCTYPE html [ <!-- ]> -->", NEITHER),
        (b"<!DOCTYPE html [ <!-- ]> --> <?x ]>?>]>", TEXT),
        (b"<!DOCTYPE html [<!ELEMENT p (#PCDATA)>", NEITHER),
        (b"<!DOCTYPE html [<!NOTATION n SYSTEM ']>'>]>", TEXT),
        (b"<!DOCTYPE html [<!ELEMENT p (%x;", GIVEN_UP),
        (b"<!DOCTYPE html [<!ELEMENT p <", GIVEN_UP),
        (b"<!DOCTYPE html [<!ENTITY x", GIVEN_UP),
        (b"<!DOCTYPE html [<!ATTLIST p", GIVEN_UP),
        (b"<!DOCTYPE html [<p>", GIVEN_UP),
        (b"<!DOCTYPE html [<![CDATA[", GIVEN_UP),
        (b"<!DOCTYPE html [<!DOCTYPE x", GIVEN_UP),
        (b"<!DOCTYPE html [%x;", GIVEN_UP),
    ],
)
def test_it_knows_what_stands_before_the_root(
    page: bytes, place: Place, size: int
) -> None:
    assert place == place_after(page, size=size)


@pytest.mark.parametrize(
    "page", [ROOT + b"<![CDATA[\x81]]>[Flattr=7]", b"<!DOCTYPE html [\x81]>"]
)
@pytest.mark.parametrize("kind", [Kind.HALVES, Kind.JIS_HALVES])
def test_no_end_is_sought_where_half_a_character_may_look_like_it(
    page: bytes, kind: Kind
) -> None:
    assert GIVEN_UP == place_after(page, size=1000, kind=kind)


@pytest.mark.parametrize("size", [7, 1 << 20])
def test_a_tag_may_have_64_kb(size: int) -> None:
    frame = len(ROOT + b"<p a=''>") - len(ROOT)
    longest = ROOT + b"<p a='" + b"x" * (LONGEST_READ_BYTES - frame - 1) + b"'>"

    assert TEXT == place_after(longest, size=size)
    assert GIVEN_UP == place_after(longest.replace(b"x'", b"xx'"), size=size)


def test_a_section_begins_only_once() -> None:
    context = XmlContext()
    tokenizer = XmlTokenizer(context, PageCharset(Kind.BYTEWISE))
    tokenizer.feed(ROOT + b"<![CDATA[")
    begins = tokenizer.begins_section
    tokenizer.feed(b"x")

    assert begins
    assert not tokenizer.begins_section


@pytest.mark.parametrize(
    ("rest", "place"),
    [
        (b"x", ""),
        (b"<p", reasons.IN_ATTRIBUTE),
        (b"<p title='>", reasons.IN_ATTRIBUTE),
        (b"<!--", reasons.IN_COMMENT),
        (b"<?x", reasons.IN_DECLARATION),
        (b"<![CDATA[x", ""),
    ],
)
def test_it_says_in_what_it_stands(rest: bytes, place: str) -> None:
    tokenizer = XmlTokenizer(XmlContext(), charset=None)
    tokenizer.feed(ROOT + rest)

    assert place == tokenizer.place


@pytest.mark.parametrize(
    "page",
    [
        b"<!DOCTYPE html",
        b"<!DOCTYPE html [",
        b"<!DOCTYPE html [<!ELEMENT p",
    ],
)
def test_before_the_root_it_stands_in_a_declaration(page: bytes) -> None:
    tokenizer = XmlTokenizer(XmlContext(), charset=None)
    tokenizer.feed(page)

    assert reasons.IN_DECLARATION == tokenizer.place
