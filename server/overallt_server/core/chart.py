"""The chart of accounts: which ledger accounts there are and what each may be.

Seen from the platform: what patrons and owners have with us are liabilities. A ledger
account is written as its name and what it is of, joined by colons: ``means:17`` is what
user 17 can give, ``reserved:17:2026-10`` his pot of a closed period,
``clearing:2026-10:3`` stands between both sides of the settlement of slice 3.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self, override

from overallt.protocol.ids import UserId
from overallt_server.core.periods import Period


class AccountKind(StrEnum):
    """The nature of a ledger account."""

    ASSET = "asset"
    LIABILITY = "liability"
    EQUITY = "equity"
    INCOME = "income"
    EXPENSE = "expense"


class Side(StrEnum):
    """Left and right."""

    DEBIT = "debit"
    CREDIT = "credit"


NORMAL_SIDES: Final[Mapping[AccountKind, Side]] = {
    AccountKind.ASSET: Side.DEBIT,
    AccountKind.LIABILITY: Side.CREDIT,
    AccountKind.EQUITY: Side.CREDIT,
    AccountKind.INCOME: Side.CREDIT,
    AccountKind.EXPENSE: Side.DEBIT,
}


class AccountName(StrEnum):
    """The first word of a ledger account."""

    CASH = "cash"
    SUSPENSE = "suspense"
    MEANS = "means"
    RESERVED = "reserved"
    CLEARING = "clearing"
    REVENUE = "revenue"
    HELD = "held"
    IN_TRANSIT = "in_transit"
    FEE_INCOME = "fee_income"
    PAYMENT_COST = "payment_cost"
    RECEIVABLE = "receivable"
    CHARGEBACK_LOSS = "chargeback_loss"
    OPERATOR_EQUITY = "operator_equity"


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the chart: the nature, and the form of what follows the name."""

    kind: AccountKind
    form: re.Pattern[str]


_USER: Final = "[1-9][0-9]*"
_PERIOD: Final = "[0-9]{4}-(?:0[1-9]|1[0-2])"
_SLICE: Final = "(?:0|[1-9][0-9]*)"
_PROVIDER: Final = "[a-z][a-z_]*"
_REFERENCE: Final = "RF[0-9]{2}[A-Z0-9]+"

CHART: Final[Mapping[AccountName, _Line]] = {
    AccountName.CASH: _Line(AccountKind.ASSET, re.compile(_PROVIDER)),
    AccountName.SUSPENSE: _Line(AccountKind.LIABILITY, re.compile("")),
    AccountName.MEANS: _Line(AccountKind.LIABILITY, re.compile(_USER)),
    AccountName.RESERVED: _Line(
        AccountKind.LIABILITY, re.compile(f"{_USER}:{_PERIOD}")
    ),
    AccountName.CLEARING: _Line(
        AccountKind.LIABILITY, re.compile(f"{_PERIOD}:{_SLICE}")
    ),
    AccountName.REVENUE: _Line(AccountKind.LIABILITY, re.compile(_USER)),
    AccountName.HELD: _Line(AccountKind.LIABILITY, re.compile(_USER)),
    AccountName.IN_TRANSIT: _Line(AccountKind.LIABILITY, re.compile(_REFERENCE)),
    AccountName.FEE_INCOME: _Line(AccountKind.INCOME, re.compile("")),
    AccountName.PAYMENT_COST: _Line(AccountKind.EXPENSE, re.compile("")),
    AccountName.RECEIVABLE: _Line(AccountKind.ASSET, re.compile(_USER)),
    AccountName.CHARGEBACK_LOSS: _Line(AccountKind.EXPENSE, re.compile("")),
    AccountName.OPERATOR_EQUITY: _Line(AccountKind.EQUITY, re.compile("")),
}


@dataclass(frozen=True, slots=True)
class LedgerAccount:
    """One ledger account; *of* is what follows its name, empty if nothing does.

    Raises:
        ValueError: *of* has not the form that the chart demands.
    """

    name: AccountName
    of: str = ""

    def __post_init__(self) -> None:
        if CHART[self.name].form.fullmatch(self.of) is None:
            raise ValueError(f"the chart knows no {self.name} of {self.of!r}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``means:17``.

        Raises:
            ValueError: the chart knows no such ledger account.
        """
        name, colon, of = text.partition(":")
        if name not in _NAMES or (colon and not of):
            raise ValueError(f"the chart knows no ledger account {text!r}")
        return cls(AccountName(name), of)

    @property
    def kind(self) -> AccountKind:
        """The nature of this ledger account."""
        return CHART[self.name].kind

    @property
    def normal_side(self) -> Side:
        """The side on which it grows."""
        return NORMAL_SIDES[self.kind]

    @override
    def __str__(self) -> str:
        return f"{self.name}:{self.of}" if self.of else str(self.name)


_NAMES: Final = frozenset(AccountName)

FEE_INCOME: Final = LedgerAccount(AccountName.FEE_INCOME)
PAYMENT_COST: Final = LedgerAccount(AccountName.PAYMENT_COST)
CHARGEBACK_LOSS: Final = LedgerAccount(AccountName.CHARGEBACK_LOSS)
OPERATOR_EQUITY: Final = LedgerAccount(AccountName.OPERATOR_EQUITY)
SUSPENSE: Final = LedgerAccount(AccountName.SUSPENSE)


def cash(provider: str) -> LedgerAccount:
    """Return the clients' money at *provider* (``by_hand``)."""
    return LedgerAccount(AccountName.CASH, provider)


def in_transit(reference: str) -> LedgerAccount:
    """Return what is on its way to the bank under our *reference*."""
    return LedgerAccount(AccountName.IN_TRANSIT, reference)


def means(patron: UserId) -> LedgerAccount:
    """Return what *patron* has paid in and is still his."""
    return LedgerAccount(AccountName.MEANS, str(patron))


def reserved(patron: UserId, period: Period) -> LedgerAccount:
    """Return the pot of *patron* for the closed *period*."""
    return LedgerAccount(AccountName.RESERVED, f"{patron}:{period}")


def clearing(period: Period, slice_: int) -> LedgerAccount:
    """Return what stands between patrons and owners while *slice_* is settled."""
    return LedgerAccount(AccountName.CLEARING, f"{period}:{slice_}")


def revenue(owner: UserId) -> LedgerAccount:
    """Return what *owner* has earned and not yet taken out."""
    return LedgerAccount(AccountName.REVENUE, str(owner))


def held(owner: UserId) -> LedgerAccount:
    """Return what *owner* has earned and what can still be taken back."""
    return LedgerAccount(AccountName.HELD, str(owner))


def receivable(patron: UserId) -> LedgerAccount:
    """Return what *patron* owes us after a chargeback."""
    return LedgerAccount(AccountName.RECEIVABLE, str(patron))
