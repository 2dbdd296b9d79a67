"""A bucket is a span of keys, named by the bits that they begin with."""

from hypothesis import given
from hypothesis import strategies as st

from overallt.protocol.buckets import prefix_of, span_of

NUMBERS = st.integers(0, 2**64 - 1)


@given(NUMBERS, st.integers(0, 64))
def test_a_key_is_in_the_span_of_its_prefix(number: int, bits: int) -> None:
    prefix = prefix_of(number, bits)
    first, end = span_of(prefix)

    assert bits == len(prefix)
    assert first <= number < end


@given(st.text("01", max_size=63))
def test_both_halves_of_a_bucket_are_the_bucket(prefix: str) -> None:
    (first, middle), (also_middle, end) = span_of(f"{prefix}0"), span_of(f"{prefix}1")

    assert span_of(prefix) == (first, end)
    assert middle == also_middle


def test_the_one_bucket_without_a_name_is_everything() -> None:
    assert (0, 2**64) == span_of("")
