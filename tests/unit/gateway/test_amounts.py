"""Money as people read it."""

import pytest

from overallt.gateway.amounts import amount


@pytest.mark.parametrize(
    ("minor", "currency", "written"),
    [
        (180, "EUR", "1.80 EUR"),
        (0, "EUR", "0.00 EUR"),
        (5, "SEK", "0.05 SEK"),
        (-205, "EUR", "-2.05 EUR"),
        (1234, "JPY", "1234 JPY"),
        (1234, "KWD", "1.234 KWD"),
    ],
)
def test_minor_units_are_written_exactly(
    minor: int, currency: str, written: str
) -> None:
    assert written == amount(minor, currency)
