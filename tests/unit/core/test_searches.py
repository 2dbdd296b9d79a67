"""Tags are asked for as Flattr's clients write them."""

import pytest

from overallt_server.core.refusals import InvalidRequest
from overallt_server.core.searches import MAX_TAGS, WantedTags, tags_in, words_in


@pytest.mark.parametrize(
    ("text", "any_of", "none_of"),
    [
        ("", (), ()),
        (" | & ! ", (), ()),
        ("Sea", (("sea",),), ()),
        ("deep  sea", (("deep sea",),), ()),
        ("game | games ! software", (("game",), ("games",)), ("software",)),
        ("photo & flickr ! art", (("photo", "flickr"),), ("art",)),
        ("photos & travel & !flickr", (("photos", "travel"),), ("flickr",)),
        ("!c", (), ("c",)),
        ("!c & a", (("a",),), ("c",)),
        ("a & b | c & d", (("a", "b"), ("c", "d")), ()),
        ("a & !x | b", (("a",), ("b",)), ("x",)),
        ("a | !x & b", (("a",), ("b",)), ("x",)),
        ("a || b &", (("a",), ("b",)), ()),
    ],
)
def test_tags_are_joined_by_their_signs(
    text: str, any_of: tuple[tuple[str, ...], ...], none_of: tuple[str, ...]
) -> None:
    assert WantedTags(any_of, none_of) == tags_in(text)


def test_each_word_is_looked_for_once() -> None:
    assert ("the", "sea") == words_in(" the sea the ")


@pytest.mark.parametrize("sign", "|&!")
def test_a_search_has_an_end(sign: str) -> None:
    with pytest.raises(InvalidRequest):
        tags_in(sign.join(["a"] * (MAX_TAGS + 1)))


def test_so_has_a_search_for_words() -> None:
    with pytest.raises(InvalidRequest):
        words_in(" ".join(map(str, range(21))))
