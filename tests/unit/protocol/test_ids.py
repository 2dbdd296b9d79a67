"""A text tag's id is a thing's number or a username, never both."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from overallt.protocol.ids import (
    index_key,
    index_number,
    is_thing_id,
    is_username,
)

IDS = st.text("0123456789abzABZ.-_", max_size=32)


@given(IDS)
def test_no_id_is_both_a_number_and_a_username(text: str) -> None:
    assert not (is_thing_id(text) and is_username(text))


def test_a_thing_id_has_1_to_18_digits_and_no_leading_zero() -> None:
    texts = ["1", "9" * 18, "0", "01", "9" * 19, "", "1 ", "١"]  # noqa: RUF001 - Arabic.

    assert [True, True, False, False, False, False, False, False] == [
        is_thing_id(text) for text in texts
    ]


def test_a_username_is_never_all_digits() -> None:
    texts = ["ada", "Ada", "1a", "a.b-c_d", "123", "-a", "a" * 31, "åda"]

    assert [True, True, True, True, False, False, False, False] == [
        is_username(text) for text in texts
    ]


def test_the_index_key_does_not_depend_on_case() -> None:
    assert index_key("ada") == index_key("ADA")


def test_the_index_key_is_the_head_of_a_sha_256() -> None:
    assert hashlib.sha256(b"1214915").digest()[:8] == index_key("1214915")


def test_numbers_are_in_the_order_of_their_keys() -> None:
    ids = [str(number) for number in range(1, 100)]

    assert sorted(ids, key=index_key) == sorted(ids, key=index_number)
