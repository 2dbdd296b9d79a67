"""Sorted keys: what is printed is parsed again, and what is joined is a set."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overallt.protocol.index_keys import IndexKeys, MalformedKeys

NUMBERS = st.sets(st.integers(0, 2**64 - 1) | st.integers(0, 20), max_size=40)


@given(NUMBERS)
def test_keys_printed_and_parsed_again_are_the_same(numbers: set[int]) -> None:
    content = IndexKeys(numbers).content

    assert sorted(numbers) == list(IndexKeys.parse(content))
    assert b"".join(each.to_bytes(8, "big") for each in sorted(numbers)) == content


@given(NUMBERS, NUMBERS)
def test_joined_keys_are_those_of_both(left: set[int], right: set[int]) -> None:
    joined = IndexKeys(left).joined(right)

    assert sorted(left | right) == list(joined)


@given(NUMBERS, st.integers(0, 2**64 - 1) | st.integers(0, 20))
def test_it_contains_what_it_is_made_of(numbers: set[int], number: int) -> None:
    assert (number in numbers) == (number in IndexKeys(numbers))


def test_what_is_no_number_is_no_key() -> None:
    assert "7" not in IndexKeys({7})


@pytest.mark.parametrize(
    "content", [b"1234567", b"\2" * 8 + b"\1" * 8, b"\1" * 8 + b"\1" * 8]
)
def test_what_is_cut_off_out_of_order_or_twice_is_refused(content: bytes) -> None:
    with pytest.raises(MalformedKeys):
        IndexKeys.parse(content)
