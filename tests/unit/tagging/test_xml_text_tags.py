import pytest

from overallt.tagging import text_tags, xml_text_tags


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        (b"x [Flattr=1]", [2]),
        (b"<![CDATA[[Flattr=1]]]>", [9]),
        (b"<![CDATA[[[Flattr=1]]]>", []),
        (b"<![CDATA[[Flattr=1]]]]>", []),
        (b"<![CDATA[[Flattr=1]]>", []),
        (b"[[Flattr=1]]", []),
        (b"[Flattr=1]]", []),
    ],
)
def test_a_border_is_no_bracket(text: bytes, starts: list[int]) -> None:
    assert starts == [each.start for each in xml_text_tags.candidates(text)]


@pytest.mark.parametrize(
    ("text", "held"),
    [
        (b"x", b""),
        (b"x]", b""),
        (b"x [Flat", b"[Flat"),
        (b"[Flattr=1]", b"[Flattr=1]"),
        (b"[Flattr=1]]", b"[Flattr=1]]"),
        (b"[Flattr=1]]]", b"[Flattr=1]]]"),
        (b"[Flattr=1]]]]", b""),
        (b"[Flattr=1]]]>", b""),
        (b"<![", b"["),
        (b"<![CDA", b"[CDA"),
        (b"<![CDATA[", b"[CDATA["),
        (b"<![CDATA[[", b"[CDATA[["),
        (b"<![CDATA[[[Fl", b"[CDATA[[[Fl"),
        (b"<![CDATA[&#9", b"[CDATA[&#9"),
        (b"<![CDATA[x[Fl", b"[Fl"),
        (b"<![CDATA[<", b""),
    ],
)
def test_a_border_that_decides_is_held_back(text: bytes, held: bytes) -> None:
    assert held == text[xml_text_tags.unfinished_from(text) :]


def test_little_more_is_held_back_than_the_longest_tag() -> None:
    text = b"[CDATA[" + b"[&#32;" * 1000

    held = len(text) - xml_text_tags.unfinished_from(text)

    assert held <= text_tags.LONGEST_HELD_BYTES
