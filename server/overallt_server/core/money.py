"""Money: exact amounts, whole minor units of one currency.

No float ever touches money, and nothing is rounded here: amounts are added,
subtracted and compared within a currency. What has to be divided is divided by
``core.allocation``, which loses nothing. There is no conversion of currencies.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import total_ordering
from typing import Final, Self, override

# ISO 4217, "Minor unit" (table A.1), where it is not two.
EXPONENTS: Final[Mapping[str, int]] = {
    "BHD": 3,
    "CLP": 0,
    "IQD": 3,
    "ISK": 0,
    "JOD": 3,
    "JPY": 0,
    "KRW": 0,
    "KWD": 3,
    "LYD": 3,
    "OMR": 3,
    "PYG": 0,
    "TND": 3,
    "UGX": 0,
    "VND": 0,
    "XAF": 0,
    "XOF": 0,
}
USUAL_EXPONENT: Final = 2

# What a signed 64-bit column holds.
MOST_MINOR: Final = 2**63 - 1

_AMOUNT: Final = re.compile(r"([0-9]+)(?:\.([0-9]+))?", re.ASCII)


class CurrencyMismatch(ValueError):
    """Amounts of two currencies were added or compared."""


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount: whole *minor* units (cents, for EUR) of one currency.

    ``Money(minor=1050, currency="EUR")`` is ten euro fifty, written ``10.50 EUR``.
    """

    minor: int
    currency: str

    @classmethod
    def parse(cls, text: str, currency: str) -> Self:
        """Read ``10.00``, ``10.5`` or ``10`` as an amount of *currency*.

        Raises:
            ValueError: *text* is no amount that *currency* can express exactly.
        """
        places = exponent(currency)
        match = _AMOUNT.fullmatch(text.strip())
        if match is None:
            raise ValueError(
                f"{text!r} is no amount: write it like {cls(10**places, currency)}, "
                f"without the {currency}"
            )
        fraction = match[2] or ""
        if len(fraction) > places:
            raise ValueError(f"{text!r} is too fine: {currency} has {places} decimals")
        minor = int(match[1] + fraction.ljust(places, "0"))
        if minor > MOST_MINOR:
            raise ValueError(f"{text!r} is more than the books can hold")
        return cls(minor, currency)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._minor_of(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._minor_of(other), self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._minor_of(other)

    @override
    def __str__(self) -> str:
        places = exponent(self.currency)
        digits = str(abs(self.minor)).rjust(places + 1, "0")
        sign = "-" if self.minor < 0 else ""
        whole, fraction = digits[: len(digits) - places], digits[len(digits) - places :]
        point = "." if places else ""
        return f"{sign}{whole}{point}{fraction} {self.currency}"

    def _minor_of(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self} and {other} are of two currencies")
        return other.minor


def exponent(currency: str) -> int:
    """Return how many decimals *currency* has: 2 for EUR, 0 for JPY."""
    return EXPONENTS.get(currency, USUAL_EXPONENT)
