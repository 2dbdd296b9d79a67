"""Money: exact amounts within a currency."""

import pytest

from overallt_server.core.money import CurrencyMismatch, Money


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("10.00", "EUR", 1000),
        ("10.5", "EUR", 1050),
        (" 10 ", "EUR", 1000),
        ("0.01", "EUR", 1),
        ("500", "JPY", 500),
        ("1.234", "KWD", 1234),
        ("92233720368547758.07", "EUR", 2**63 - 1),
    ],
)
def test_an_amount_is_read_exactly(text: str, currency: str, minor: int) -> None:
    money = Money.parse(text, currency)

    assert Money(minor, currency) == money


@pytest.mark.parametrize(
    "text", ["", "ten", "-1.00", "1,50", "1.", ".5", "1e3", "\u0661"]
)
def test_what_is_no_amount_is_told_how_to_write_one(text: str) -> None:
    with pytest.raises(ValueError, match=r"write it like 1\.00 EUR"):
        Money.parse(text, "EUR")


def test_half_a_cent_is_refused() -> None:
    with pytest.raises(ValueError, match="EUR has 2 decimals"):
        Money.parse("1.005", "EUR")


def test_more_than_the_books_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="more than the books can hold"):
        Money.parse("92233720368547758.08", "EUR")


@pytest.mark.parametrize(
    ("money", "text"),
    [
        (Money(1000, "EUR"), "10.00 EUR"),
        (Money(5, "EUR"), "0.05 EUR"),
        (Money(0, "EUR"), "0.00 EUR"),
        (Money(-5, "EUR"), "-0.05 EUR"),
        (Money(-12345, "EUR"), "-123.45 EUR"),
        (Money(500, "JPY"), "500 JPY"),
        (Money(-1, "KWD"), "-0.001 KWD"),
    ],
)
def test_money_is_written_with_its_decimals(money: Money, text: str) -> None:
    assert text == str(money)


def test_amounts_of_a_currency_add_subtract_and_compare() -> None:
    ten, three = Money(1000, "EUR"), Money(300, "EUR")

    assert Money(1300, "EUR") == ten + three
    assert Money(700, "EUR") == ten - three
    assert three < ten
    assert ten >= three


def test_two_currencies_never_mix() -> None:
    euro, yen = Money(1, "EUR"), Money(1, "JPY")

    with pytest.raises(CurrencyMismatch):
        euro + yen
    with pytest.raises(CurrencyMismatch):
        euro - yen
    with pytest.raises(CurrencyMismatch):
        min(euro, yen)
    assert euro != yen
