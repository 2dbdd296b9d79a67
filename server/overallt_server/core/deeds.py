"""Deeds: what operators do to money by hand, each with all that it takes to do it.

``WORD`` is the command that orders it, ``KIND`` is of the one entry that it makes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final, get_args, override

from overallt.protocol.ids import UserId
from overallt_server.core.journal import EntryKind
from overallt_server.core.money import Money


@dataclass(frozen=True, slots=True)
class AddMeans:
    """Book money that an operator took in as means."""

    WORD: ClassVar = "means add"
    KIND: ClassVar = EntryKind.MEANS_ADDED
    patron: UserId
    amount: Money
    reference: str

    @override
    def __str__(self) -> str:
        return f"{self.amount}, {self.reference}"


@dataclass(frozen=True, slots=True)
class RefundMeans:
    """Give back what is left of the lot of that number."""

    WORD: ClassVar = "means refund"
    KIND: ClassVar = EntryKind.MEANS_REFUNDED
    patron: UserId
    lot: int
    amount: Money
    reference: str

    @override
    def __str__(self) -> str:
        return f"{self.amount} of lot {self.lot}, {self.reference}"


@dataclass(frozen=True, slots=True)
class MoveRevenue:
    """Make what an *owner* has earned his means."""

    WORD: ClassVar = "means from-revenue"
    KIND: ClassVar = EntryKind.REVENUE_MOVED
    owner: UserId
    amount: Money
    reference: str

    @override
    def __str__(self) -> str:
        return f"{self.amount}, {self.reference}"


@dataclass(frozen=True, slots=True)
class AddEquity:
    """Put money of the operator's own beside the clients'."""

    WORD: ClassVar = "equity add"
    KIND: ClassVar = EntryKind.EQUITY_ADDED
    amount: Money
    reference: str

    @override
    def __str__(self) -> str:
        return f"{self.amount}, {self.reference}"


@dataclass(frozen=True, slots=True)
class PayDebt:
    """Take what a patron owes off his means."""

    WORD: ClassVar = "debt pay"
    KIND: ClassVar = EntryKind.DEBT_PAID
    patron: UserId
    reference: str

    @override
    def __str__(self) -> str:
        return self.reference


@dataclass(frozen=True, slots=True)
class GiveUpDebt:
    """Book what a patron owes as lost."""

    WORD: ClassVar = "debt give-up"
    KIND: ClassVar = EntryKind.DEBT_GIVEN_UP
    patron: UserId
    reference: str

    @override
    def __str__(self) -> str:
        return self.reference


@dataclass(frozen=True, slots=True)
class AssignSuspense:
    """Make the money of that number, which is in suspense, a patron's means."""

    WORD: ClassVar = "bank suspense assign"
    KIND: ClassVar = EntryKind.SUSPENSE_ASSIGNED
    number: int
    patron: UserId

    @override
    def __str__(self) -> str:
        return f"number {self.number}"


@dataclass(frozen=True, slots=True)
class ReturnSuspense:
    """Send the money of that number, which is in suspense, back."""

    WORD: ClassVar = "bank suspense return"
    KIND: ClassVar = EntryKind.SUSPENSE_RETURNED
    number: int

    @override
    def __str__(self) -> str:
        return f"number {self.number}"


@dataclass(frozen=True, slots=True)
class UnderstandSuspense:
    """Book the money of that number, which is no patron's, to a *ledger_account*."""

    WORD: ClassVar = "bank suspense understand"
    KIND: ClassVar = EntryKind.SUSPENSE_UNDERSTOOD
    number: int
    ledger_account: str

    @override
    def __str__(self) -> str:
        return f"number {self.number} to {self.ledger_account}"


@dataclass(frozen=True, slots=True)
class PayByHand:
    """Book that a payout to *owner* was paid from what an operator holds himself."""

    WORD: ClassVar = "payout paid"
    KIND: ClassVar = EntryKind.PAYOUT_PAID
    reference: str
    owner: UserId

    @override
    def __str__(self) -> str:
        return self.reference


@dataclass(frozen=True, slots=True)
class RejectPayout:
    """Make a payout to *owner* that never left his revenue again."""

    WORD: ClassVar = "payout reject"
    KIND: ClassVar = EntryKind.PAYOUT_REJECTED
    reference: str
    owner: UserId

    @override
    def __str__(self) -> str:
        return self.reference


@dataclass(frozen=True, slots=True)
class NameAccount:
    """Let payouts of *owner* go to the account *iban* of *name*."""

    WORD: ClassVar = "payout account"
    KIND: ClassVar = None
    owner: UserId
    iban: str
    name: str

    @override
    def __str__(self) -> str:
        return f"{self.iban} of {self.name}"


@dataclass(frozen=True, slots=True)
class OrderPayouts:
    """Order the *payouts* of these numbers of the bank, by a file at *path*."""

    WORD: ClassVar = "payout file"
    KIND: ClassVar = None
    payouts: tuple[int, ...]
    owners: tuple[UserId, ...]
    amount: Money
    path: str

    @override
    def __str__(self) -> str:
        return f"{len(self.payouts)} payouts, {self.amount}, to {self.path}"


@dataclass(frozen=True, slots=True)
class OrderedFile:
    """A file by its *path* and the hash of its content, in hexadecimal digits."""

    path: str
    sha256: str

    @override
    def __str__(self) -> str:
        return f"{self.path} ({self.sha256[:12]}…)"


@dataclass(frozen=True, slots=True)
class TakeAnswers:
    """Make revenue again what the bank rejects in *files*: *payouts* to *owners*."""

    WORD: ClassVar = "payout answer"
    KIND: ClassVar = None
    files: tuple[OrderedFile, ...]
    payouts: tuple[int, ...]
    owners: tuple[UserId, ...]

    @override
    def __str__(self) -> str:
        told = ", ".join(map(str, self.files))
        return f"{len(self.payouts)} payouts rejected in {told}"


@dataclass(frozen=True, slots=True)
class ImportStatements:
    """Book what the bank's *files* tell, whose statements have these keys.

    *users* are those whose money they name. It is done a hundred movements at a time,
    once it is confirmed, and whoever confirms it again goes on where it was killed.
    """

    WORD: ClassVar = "bank import"
    KIND: ClassVar = None
    files: tuple[OrderedFile, ...]
    statements: tuple[str, ...]
    users: tuple[UserId, ...]

    @override
    def __str__(self) -> str:
        return ", ".join(map(str, self.files))


type Deed = (
    AddMeans
    | RefundMeans
    | MoveRevenue
    | AddEquity
    | PayDebt
    | GiveUpDebt
    | AssignSuspense
    | ReturnSuspense
    | UnderstandSuspense
    | PayByHand
    | RejectPayout
    | NameAccount
    | OrderPayouts
    | TakeAnswers
    | ImportStatements
)

DEEDS: Final[Mapping[str, type[Deed]]] = {
    each.WORD: each for each in get_args(Deed.__value__)
}


def users_of(deed: Deed) -> tuple[UserId, ...]:
    """Return those whose money *deed* moves, or sends elsewhere."""
    match deed:
        case AddMeans() | RefundMeans() | PayDebt() | GiveUpDebt() | AssignSuspense():
            return (deed.patron,)
        case MoveRevenue() | PayByHand() | RejectPayout() | NameAccount():
            return (deed.owner,)
        case OrderPayouts() | TakeAnswers():
            return deed.owners
        case ImportStatements():
            return deed.users
        case AddEquity() | ReturnSuspense() | UnderstandSuspense():
            return ()


@dataclass(frozen=True, slots=True)
class Booking:
    """The one entry that a deed makes.

    *chain* is the patron's whose it is, ``None`` for the house; *amount* is ``None``
    where it is told only when the deed is done.
    """

    kind: EntryKind
    chain: UserId | None
    amount: Money | None


def booking_of(deed: Deed) -> Booking | None:
    """Return what *deed* books; ``None`` if it makes no entry, or makes many.

    A file of payouts makes none, each payout had its own as it was asked for, and where
    payouts go stands in none; of an import each entry is held against its movement at
    the bank, of an answer against the payouts that are to be rejected.
    """
    if deed.KIND is None:
        return None
    amount = None
    if isinstance(deed, AddMeans | RefundMeans | MoveRevenue | AddEquity):
        amount = deed.amount
    # A payout is its owner's, but is on its way in the house's chain.
    if isinstance(deed, PayByHand | RejectPayout):
        return Booking(deed.KIND, None, amount)
    concerned = users_of(deed)
    return Booking(deed.KIND, concerned[0] if concerned else None, amount)
