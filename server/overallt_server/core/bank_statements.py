"""Bank statements: what a bank says came in and went out, and whether it adds up.

A movement is one payment that the bank has booked. The same one may come in several
statements, and in files of two versions: its key is made of what the bank keeps the
same, its own reference with day, side and amount, and of how many such movements came
before it in the same statement. Where a bank gives no reference, everything it says
about the payment takes that place.

A statement is believed only if its opening balance and its movements give its closing
balance. Statements are believed together only if one goes on where the other ended;
as they may overlap and come in any order, this is checked by days: all that moved up
to a day has to give the balance that the bank tells for its end.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from overallt_server.core.chart import Side
from overallt_server.core.money import Money

# A movement's key is that many hexadecimal digits.
KEY_DIGITS: Final = 32


@dataclass(frozen=True, slots=True)
class Movement:
    """One payment as the bank tells it; ``amount`` is above zero.

    ``side`` is that of our own ledger account: debit came in, credit went out.
    ``bank_reference`` is empty if there is none, ``texts`` are what the payer wrote,
    structured references first; ``iban`` and ``name`` are the other one's, if told, as
    is ``return_reason``, the bank's code of why a payment of ours came back.
    """

    side: Side
    amount: Money
    booked_on: date
    bank_reference: str
    texts: tuple[str, ...]
    iban: str
    name: str
    return_reason: str

    @property
    def signed_minor(self) -> int:
        """What it adds to the balance at the bank."""
        return self.amount.minor if self.side is Side.DEBIT else -self.amount.minor

    def key_material(self) -> tuple[str, ...]:
        """Return what is the same whenever the bank tells of this payment."""
        same = (
            self.booked_on.isoformat(),
            self.side,
            str(self.amount.minor),
            self.amount.currency,
        )
        if self.bank_reference:
            return ("bank", self.bank_reference, *same)
        return ("content", *same, self.iban, self.name, *self.texts)


@dataclass(frozen=True, slots=True)
class Statement:
    """What moved on the account *iban* between two balances, in minor units.

    ``movements`` are those the bank has booked; ``not_booked`` is how many more it
    tells of that are not, which no balance counts.
    """

    iban: str
    currency: str
    name: str
    opening_minor: int
    closing_minor: int
    closed_on: date
    movements: tuple[Movement, ...]
    not_booked: int

    @property
    def key(self) -> str:
        """Tells this statement from all others, and is the same if it comes again."""
        return _hash(
            self.iban,
            self.currency,
            self.name,
            self.closed_on.isoformat(),
            str(self.opening_minor),
            str(self.closing_minor),
        )


class Unbelievable(ValueError):
    """A statement contradicts itself, so nothing of its file is booked."""


def refuse_unless_it_adds_up(statement: Statement) -> None:
    """Refuse *statement* if its balances and its movements differ.

    Raises:
        Unbelievable: they do.
    """
    moved = sum(movement.signed_minor for movement in statement.movements)
    if statement.opening_minor + moved != statement.closing_minor:
        opening, closing, sum_ = (
            Money(minor, statement.currency)
            for minor in (statement.opening_minor, statement.closing_minor, moved)
        )
        raise Unbelievable(
            f"Statement {statement.name} of {statement.closed_on} does not add up: "
            f"{opening} and movements of {sum_} do not give {closing}."
        )


def keyed(statement: Statement) -> Iterator[tuple[str, Movement]]:
    """Give each movement with its key, 32 hexadecimal digits."""
    before = Counter[tuple[str, ...]]()
    for movement in statement.movements:
        material = movement.key_material()
        yield _hash(statement.iban, str(before[material]), *material), movement
        before[material] += 1


@dataclass(frozen=True, slots=True)
class BankDay:
    """All statements of one account and currency that end on the day ``on``.

    ``moved_minor`` is the sum of the movements that no earlier day has told of.
    """

    on: date
    openings: tuple[int, ...]
    closings: tuple[int, ...]
    moved_minor: int


@dataclass(frozen=True, slots=True)
class Gap:
    """By the end of ``on`` the statements explain ``expected_minor``, no more.

    The bank told of ``found_minor``: a statement before that day is missing.
    """

    on: date
    expected_minor: int
    found_minor: int


def gaps(days: Sequence[BankDay]) -> Iterator[Gap]:
    """Tell where one day's balance does not follow from the days before, in order."""
    balance: int | None = None
    for day in days:
        if balance is None:
            balance = _opening(day) + day.moved_minor
        else:
            balance += day.moved_minor
        if balance not in day.closings:
            found = _opening(day) + day.moved_minor
            if found not in day.closings:
                found = day.closings[-1]
            yield Gap(day.on, balance, found)
            balance = found


def _opening(day: BankDay) -> int:
    # One day may have several statements: the first opens, the last closes it.
    for opening in day.openings:
        if opening + day.moved_minor in day.closings:
            return opening
    return day.openings[0]


def _hash(*fields: str) -> str:
    text = "".join(f"{len(field)}:{field}," for field in fields)
    return hashlib.sha256(text.encode()).hexdigest()[:KEY_DIGITS]
