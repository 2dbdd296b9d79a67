"""Money that is written and read again is the same money."""

from hypothesis import given
from hypothesis import strategies as st

from overallt_server.core.money import MOST_MINOR, Money

amounts = st.builds(
    Money, st.integers(0, MOST_MINOR), st.sampled_from(["EUR", "JPY", "KWD"])
)


@given(amounts)
def test_what_is_written_is_read_as_the_same(money: Money) -> None:
    text, currency = str(money).split(" ")

    assert money == Money.parse(text, currency)


@given(st.lists(st.integers(-(10**9), 10**9)))
def test_adding_loses_nothing(minors: list[int]) -> None:
    total = sum((Money(minor, "EUR") for minor in minors), Money(0, "EUR"))

    assert Money(sum(minors), "EUR") == total
