"""Money and numbers as people of each language read them: ``1,80 €`` for 180 cents."""

from decimal import Decimal
from typing import Final

from babel.numbers import format_currency, format_decimal

# ISO 4217's minor units where they are not two digits. Unicode's tables count the
# digits in use today, which are fewer for some: they would be wrong by a thousand.
DIGITS: Final = {
    **dict.fromkeys(("CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


def amount(minor: int, currency: str, language: str) -> str:
    """Write *minor* units of *currency*, exactly, as *language* writes numbers.

    The currency stands behind, after a space that does not break, in every language.
    """
    digits = DIGITS.get(currency, 2)
    fraction = "." + "0" * digits if digits else ""
    return format_currency(
        Decimal(minor).scaleb(-digits),
        currency,
        format=f"#,##0{fraction}\N{NO-BREAK SPACE}¤",
        locale=language,
        currency_digits=False,
    )


def number(value: int, language: str) -> str:
    """Write *value* as *language* groups digits."""
    return format_decimal(value, locale=language)
