"""Charsets of pages through a real proxy, however they are told."""

from typing import Any

import pytest

TEXT = "<p>Vör [Flattr=7] ж ス</p>"
META = '<meta charset="{}">'


PAGES = {
    "BOM of UTF-8": ("text/html", "utf-8-sig", TEXT),
    "BOM of UTF-16": ("text/html", "utf-16", TEXT),
    "header": ("text/html; charset=utf-16be", "utf-16-be", TEXT),
    "header, Shift_JIS": (
        "text/html; charset=shift_jis",
        "shift_jis",
        "<p>ス[Flattr=7]",
    ),
    "header, GBK": ("text/html; charset=gbk", "gbk", "<p>汉[Flattr=7]"),
    "header, Big5": ("text/html; charset=big5", "big5", "<p>字[Flattr=7]"),
    "header, ISO-2022-JP": (
        "text/html; charset=iso-2022-jp",
        "iso2022_jp",
        "<p>ス[Flattr=7]",
    ),
    "meta": ("text/html", "koi8-r", META.format("koi8-r") + "<p>ж [Flattr=7]"),
    "default": ("text/html", "windows-1252", "<p>ö [Flattr=7]"),
}


@pytest.mark.usefixtures("each_arrival")
@pytest.mark.parametrize("how", PAGES)
async def test_a_tag_becomes_live_and_all_else_stays(
    site: Any, reader: Any, how: str
) -> None:
    content_type, charset, text = PAGES[how]
    site.add("/", text.encode(charset), content_type=content_type)
    before, after = text.split("[Flattr=7]")

    body = (await reader.get("https://site.test/")).body.decode(charset)

    assert body.startswith(before + '<a href="https://flattr.internal/give/7?')
    assert body.endswith("</a>" + after)


@pytest.mark.parametrize("charset", ["shift_jis", "gbk", "big5"])
async def test_half_a_character_is_no_bracket(
    site: Any, reader: Any, charset: str
) -> None:
    body = b"<p>\x81[Flattr=7]"
    site.add("/", body, content_type=f"text/html; charset={charset}")

    assert (await reader.get("https://site.test/")).body == body
