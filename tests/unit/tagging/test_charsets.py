import pytest

from overallt.tagging import charsets


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "text/html",
        "Text/HTML; charset=UTF-8",
        'text/html;charset="utf8"',
        "text/html; boundary=x; charset = windows-1252",
        "text/html; charset=ISO-8859-15",
        "text/html; charset=latin1",
        "text/html; charset=us-ascii",
        "text/html; charset=koi8-r",
        "text/html; charset=macintosh",
        "; charset=iso8859-1",
    ],
)
def test_where_every_small_byte_is_ascii_bytes_are_read(
    content_type: str | None,
) -> None:
    assert charsets.is_bytewise(content_type)


@pytest.mark.parametrize(
    "content_type",
    [
        "text/html; charset=Shift_JIS",
        "text/html; charset=gbk",
        "text/html; charset=gb18030",
        "text/html; charset=big5",
        "text/html; charset=utf-16",
        "text/html; charset=iso-2022-jp",
        "text/html; charset=utf-7",
        "text/html; charset=nonsense",
        "text/html; charset=",
        "application/xhtml+xml",
        "text/plain; charset=utf-8",
    ],
)
def test_any_other_page_is_left_alone(content_type: str) -> None:
    assert not charsets.is_bytewise(content_type)
