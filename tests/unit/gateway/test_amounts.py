"""Money and numbers as people read them."""

import pytest

from overallt.gateway.amounts import amount, number


@pytest.mark.parametrize(
    ("minor", "currency", "written"),
    [
        (180, "EUR", "1.80 €"),
        (0, "EUR", "0.00 €"),
        (5, "SEK", "0.05 SEK"),
        (-205, "EUR", "-2.05 €"),
        (1234, "JPY", "1,234 ¥"),
        (1234, "KWD", "1.234 KWD"),
        (9007199254740993, "EUR", "90,071,992,547,409.93 €"),
    ],
)
def test_minor_units_are_written_exactly(
    minor: int, currency: str, written: str
) -> None:
    assert written == amount(minor, currency, "en").replace("\N{NO-BREAK SPACE}", " ")


def test_digits_that_are_out_of_use_are_written_all_the_same() -> None:
    """The server counts a lek in hundredths, as ISO 4217 does."""
    assert "1.80 ALL" == amount(180, "ALL", "en").replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("language", "money", "count"),
    [
        ("en", "1,234.50 €", "12,345"),
        ("sv", "1 234,50 €", "12 345"),
        ("de", "1.234,50 €", "12.345"),
        ("ru", "1 234,50 €", "12 345"),
    ],
)
def test_each_language_writes_numbers_in_its_own_way(
    language: str, money: str, count: str
) -> None:
    written = [amount(123450, "EUR", language), number(12345, language)]

    assert [money, count] == [
        each.replace("\N{NO-BREAK SPACE}", " ") for each in written
    ]
