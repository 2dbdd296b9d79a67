"""Bank accounts: the one that patrons pay into, and what an IBAN has to be."""

import warnings
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BankAccount:
    """The operator's account for clients' money, in EUR.

    ``iban`` is without blanks, ``bic`` is empty where the bank does not ask for it.
    """

    name: str
    iban: str
    bic: str


def iban_of(text: str) -> str:
    """Return the IBAN *text*, without blanks.

    Raises:
        ValueError: it is none, or of a country outside of SEPA.
    """
    # Imported where it is needed: it brings a register of all banks along.
    from schwifty import IBAN
    from schwifty.exceptions import NationalChecksumNotVerified

    with warnings.catch_warnings():
        # Some countries have no check digits of their own; the IBAN's two are checked.
        warnings.simplefilter("ignore", NationalChecksumNotVerified)
        iban = IBAN(text, validate_bban=True)
    if not iban.in_sepa_zone:
        raise ValueError(f"{iban} is not within SEPA")
    return str(iban)
