"""Deeds: what operators do to money by hand, each with all that it takes to do it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final, override

from overallt.protocol.ids import UserId
from overallt_server.core.journal import EntryKind
from overallt_server.core.money import Money


@dataclass(frozen=True, slots=True)
class AddMeans:
    """Book money that an operator took in as means."""

    WORD: ClassVar = "means add"
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
    patron: UserId
    lot: int
    amount: Money
    reference: str

    @override
    def __str__(self) -> str:
        return f"{self.amount} of lot {self.lot}, {self.reference}"


@dataclass(frozen=True, slots=True)
class AddEquity:
    """Put money of the operator's own beside the clients'."""

    WORD: ClassVar = "equity add"
    amount: Money
    reference: str

    @override
    def __str__(self) -> str:
        return f"{self.amount}, {self.reference}"


@dataclass(frozen=True, slots=True)
class PayDebt:
    """Take what a patron owes off his means."""

    WORD: ClassVar = "debt pay"
    patron: UserId
    reference: str

    @override
    def __str__(self) -> str:
        return self.reference


@dataclass(frozen=True, slots=True)
class GiveUpDebt:
    """Book what a patron owes as lost."""

    WORD: ClassVar = "debt give-up"
    patron: UserId
    reference: str

    @override
    def __str__(self) -> str:
        return self.reference


@dataclass(frozen=True, slots=True)
class AssignSuspense:
    """Make the money of that number, which is in suspense, a patron's means."""

    WORD: ClassVar = "bank suspense assign"
    number: int
    patron: UserId

    @override
    def __str__(self) -> str:
        return f"number {self.number}"


@dataclass(frozen=True, slots=True)
class ReturnSuspense:
    """Send the money of that number, which is in suspense, back."""

    WORD: ClassVar = "bank suspense return"
    number: int

    @override
    def __str__(self) -> str:
        return f"number {self.number}"


@dataclass(frozen=True, slots=True)
class UnderstandSuspense:
    """Book the money of that number, which is no patron's, to a *ledger_account*."""

    WORD: ClassVar = "bank suspense understand"
    number: int
    ledger_account: str

    @override
    def __str__(self) -> str:
        return f"number {self.number} to {self.ledger_account}"


@dataclass(frozen=True, slots=True)
class PayByHand:
    """Book that a payout to *owner* was paid from what an operator holds himself."""

    WORD: ClassVar = "payout paid"
    reference: str
    owner: UserId

    @override
    def __str__(self) -> str:
        return self.reference


@dataclass(frozen=True, slots=True)
class OrderPayouts:
    """Order the *payouts* of these numbers of the bank, by a file at *path*."""

    WORD: ClassVar = "payout file"
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


@dataclass(frozen=True, slots=True)
class ImportStatements:
    """Book what the bank's *files* tell, whose statements have these keys.

    *users* are those whose money they name. It is done a hundred movements at a time,
    once it is confirmed, and whoever confirms it again goes on where it was killed.
    """

    WORD: ClassVar = "bank import"
    files: tuple[OrderedFile, ...]
    statements: tuple[str, ...]
    users: tuple[UserId, ...]

    @override
    def __str__(self) -> str:
        return ", ".join(f"{each.path} ({each.sha256[:12]}…)" for each in self.files)


type Deed = (
    AddMeans
    | RefundMeans
    | AddEquity
    | PayDebt
    | GiveUpDebt
    | AssignSuspense
    | ReturnSuspense
    | UnderstandSuspense
    | PayByHand
    | OrderPayouts
    | ImportStatements
)

DEEDS: Final[Mapping[str, type[Deed]]] = {
    each.WORD: each
    for each in (
        AddMeans,
        RefundMeans,
        AddEquity,
        PayDebt,
        GiveUpDebt,
        AssignSuspense,
        ReturnSuspense,
        UnderstandSuspense,
        PayByHand,
        OrderPayouts,
        ImportStatements,
    )
}


def users_of(deed: Deed) -> tuple[UserId, ...]:
    """Return those whose money *deed* moves."""
    match deed:
        case AddMeans() | RefundMeans() | PayDebt() | GiveUpDebt() | AssignSuspense():
            return (deed.patron,)
        case PayByHand():
            return (deed.owner,)
        case OrderPayouts():
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


_KINDS: Final[Mapping[type[Deed], EntryKind]] = {
    AddMeans: EntryKind.MEANS_ADDED,
    RefundMeans: EntryKind.MEANS_REFUNDED,
    AddEquity: EntryKind.EQUITY_ADDED,
    PayDebt: EntryKind.DEBT_PAID,
    GiveUpDebt: EntryKind.DEBT_GIVEN_UP,
    AssignSuspense: EntryKind.SUSPENSE_ASSIGNED,
    ReturnSuspense: EntryKind.SUSPENSE_RETURNED,
    UnderstandSuspense: EntryKind.SUSPENSE_UNDERSTOOD,
    PayByHand: EntryKind.PAYOUT_PAID,
}


def booking_of(deed: Deed) -> Booking | None:
    """Return what *deed* books; ``None`` if it makes no entry, or makes many.

    A file of payouts makes none, each payout had its own as it was asked for; of an
    import each entry is held against its movement at the bank.
    """
    kind = _KINDS.get(type(deed))
    if kind is None:
        return None
    amount = (
        deed.amount if isinstance(deed, AddMeans | RefundMeans | AddEquity) else None
    )
    # A payout is its owner's, but is on its way in the house's chain.
    if isinstance(deed, PayByHand):
        return Booking(kind, None, amount)
    concerned = users_of(deed)
    return Booking(kind, concerned[0] if concerned else None, amount)
