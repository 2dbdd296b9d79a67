import codecs

import pytest

from overallt.tagging import charsets
from overallt.tagging.charsets import Kind
from overallt.tagging.positions import Position, codec_of

LABELS = [
    label
    for label, kind in charsets._KIND_OF.items()
    if kind not in {Kind.UTF_16LE, Kind.UTF_16BE}
]
# Three letters of which Python's codec for each label makes bytes, if it can.
LETTERS = ["aåb", "aжb", "aλb", "aあb", "a漢b", "a한b", "aשb", "aعb", "aกb"]


def place_behind(page: bytes, codec: str) -> tuple[int, int]:
    position = Position(codec)
    position.go_past(page)
    return position.line, position.column


@pytest.mark.parametrize(
    ("page", "place"),
    [
        (b"", (1, 1)),
        (b"abc", (1, 4)),
        (b"a\nb\r\nc\rde", (4, 3)),
        (b"\n\n", (3, 1)),
        ("\ufeffå".encode(), (1, 2)),
        ("\ufeff\n\ufeff".encode(), (2, 2)),
        (b"\xffa", (1, 3)),
    ],
)
def test_lines_and_columns_are_those_of_an_editor(
    page: bytes, place: tuple[int, int]
) -> None:
    assert place == place_behind(page, "utf-8")


def test_a_position_goes_on_from_where_it_stands() -> None:
    position = Position("utf-8")
    for piece in (b"a\n", b"b", "ö".encode()):
        position.go_past(piece)

    assert (2, 3) == (position.line, position.column)


@pytest.mark.parametrize("label", LABELS)
def test_every_charset_is_cut_into_the_characters_that_it_has(label: str) -> None:
    codec = codec_of(b"", content_type=f"text/html; charset={label}")
    try:
        known = codecs.lookup(label).name
    except LookupError:
        known = codec
    for letters in LETTERS:
        try:
            page = letters.encode(known)
        except UnicodeEncodeError:
            continue

        assert (1, 4) == place_behind(page, codec)


@pytest.mark.parametrize(
    ("page", "content_type", "codec"),
    [
        (b"x", None, "latin-1"),
        (b"<meta charset=utf-8>", None, "utf-8"),
        (b"<meta charset=UTF-16>", None, "utf-8"),
        (b"<meta charset=utf-8>", "text/html; charset=Big5", "big5hkscs"),
        (b"\xef\xbb\xbf", "text/html; charset=Big5", "utf-8"),
        (b"x", "text/html; charset=unicode", "utf-8"),
        (b"x", "text/html; charset=klingon", "latin-1"),
    ],
)
def test_the_charset_is_found_where_browsers_find_it(
    page: bytes, content_type: str | None, codec: str
) -> None:
    assert codec == codec_of(page, content_type=content_type)
