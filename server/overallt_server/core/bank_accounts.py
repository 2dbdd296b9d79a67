"""The bank account that patrons pay into."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BankAccount:
    """The operator's account for clients' money, in EUR.

    ``iban`` is without blanks, ``bic`` is empty where the bank does not ask for it.
    """

    name: str
    iban: str
    bic: str
