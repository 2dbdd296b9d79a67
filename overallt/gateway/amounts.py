"""Money as people read it: ``1.80 EUR`` for 180 minor units."""

from typing import Final

# ISO 4217's minor units where they are not two digits.
DIGITS: Final = {
    **dict.fromkeys(("CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


def amount(minor: int, currency: str) -> str:
    """Write *minor* units of *currency*, exactly."""
    digits = DIGITS.get(currency, 2)
    sign = "-" if minor < 0 else ""
    whole, rest = divmod(abs(minor), 10**digits)
    fraction = f".{rest:0{digits}}" if digits else ""
    return f"{sign}{whole}{fraction} {currency}"
