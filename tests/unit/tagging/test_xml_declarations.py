import pytest

from overallt.tagging.charsets import Kind
from overallt.tagging.xml_declarations import LONGEST_BYTES, kind_declared


def declared(rest: str) -> bytes:
    return f"<?xml version='1.0'{rest}?><p/>".encode()


@pytest.mark.parametrize(
    ("beginning", "kind"),
    [
        (b"<html>", Kind.UTF_8),
        (b"\n<?xml version='1.0' encoding='gbk'?>", Kind.UTF_8),
        (b"<?xml-stylesheet encoding='gbk'?>", Kind.UTF_8),
        (b"<!-- <meta charset='gbk'/> -->", Kind.UTF_8),
        (declared(""), Kind.UTF_8),
        (declared(" standalone='yes'"), Kind.UTF_8),
        (declared(" encoding='UTF-8'"), Kind.UTF_8),
        (declared(' encoding = "Shift_JIS" standalone="no" '), Kind.JIS_HALVES),
        (declared("\n\tencoding='gb2312'\r\n"), Kind.HALVES),
        (declared(" encoding='iso-2022-jp'"), Kind.ESCAPING),
        (declared(" encoding='nonsense'"), Kind.UNKNOWN),
        (declared(" encoding='\xe5'"), Kind.UNKNOWN),
        (declared(" encoding=''"), Kind.UNKNOWN),
        (declared(" encoding=gbk"), Kind.UNKNOWN),
        (declared(" standalone='yes' encoding='gbk'"), Kind.UNKNOWN),
        (b"<?xml encoding='gbk'?>", Kind.UNKNOWN),
        (b"<?xml version='1.0><p title='?>", Kind.UNKNOWN),
        (b"<?xml " + b" " * LONGEST_BYTES, Kind.UNKNOWN),
    ],
)
def test_the_declaration_tells(beginning: bytes, kind: Kind) -> None:
    assert kind is kind_declared(beginning)


@pytest.mark.parametrize(
    ("charset", "kind"), [("utf-16-le", Kind.UTF_16LE), ("utf-16-be", Kind.UTF_16BE)]
)
def test_utf_16_is_told_by_its_bytes(charset: str, kind: Kind) -> None:
    beginning = declared(" encoding='utf-16'").decode().encode(charset)

    assert kind is kind_declared(beginning)


def test_a_charset_that_these_bytes_cannot_be_is_unknown() -> None:
    assert Kind.UNKNOWN is kind_declared(declared(" encoding='utf-16'"))


@pytest.mark.parametrize(
    "beginning", [b"", b"<", b"\0", b"<\0", b"\0<\0", b"<?xml", b"<?xml version='1.0'?"]
)
def test_it_may_need_more_bytes(beginning: bytes) -> None:
    assert kind_declared(beginning) is None
