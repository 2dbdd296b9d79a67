"""Orders by hand: one operator orders a deed, another one confirms it, it is done once.

::

    ordered ──▶ open ── confirmed, by another operator ──▶ done, in the same instant
                  └──── refused, by any operator ────────▶ never done

An order is a row that is never changed, and its outcome is another one. Each order
carries a hash over itself and the hash of the order before it, each outcome one over
itself and its order's: so a changed cell is seen, and an order that is gone. An order
says how many operators it needs. With one it is confirmed as it is made, and it may
concern that operator himself; with two neither may it concern.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from overallt.protocol.ids import UserId
from overallt_server.core.deeds import Deed, users_of
from overallt_server.core.journal import hash_of
from overallt_server.core.refusals import Forbidden

ALONE: Final = 1
TOGETHER: Final = 2


@dataclass(frozen=True, slots=True)
class HandOrder:
    """A deed that was ordered, of *needed* operators; *operator* is who ordered it."""

    number: int
    deed: Deed
    reason: str
    needed: int
    operator: UserId | None
    ordered_at: datetime


class Verdict(StrEnum):
    """What became of an order."""

    CONFIRMED = "confirmed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an order, by whom, and why it was refused.

    ``entry`` is the number of the entry that was made, ``file`` that of payouts.
    """

    verdict: Verdict
    operator: UserId | None
    reason: str
    decided_at: datetime
    entry: int | None
    file: int | None


def refuse_own(deed: Deed, operator: UserId) -> None:
    """Refuse that *operator* has a hand in a deed that concerns himself.

    Raises:
        Forbidden: it does.
    """
    if operator in users_of(deed):
        raise Forbidden(
            "This concerns your own account: two other operators have to do it."
        )


def refuse_same(order: HandOrder, operator: UserId) -> None:
    """Refuse that *operator* confirms what he ordered himself.

    Raises:
        Forbidden: he did.
    """
    if operator == order.operator:
        raise Forbidden(
            f"You ordered {order.number} yourself: another operator has to confirm it."
        )


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order's cells as they stand in the table, whatever they say."""

    number: int
    what: str
    arguments: str
    reason: str
    needed: int
    operator: int | None
    ordered_at: datetime

    def digest(self, previous: bytes) -> bytes:
        """Return the SHA-256 of this row after the order with the hash *previous*."""
        return hash_of(
            (
                previous.hex(),
                str(self.number),
                self.what,
                self.arguments,
                self.reason,
                str(self.needed),
                _known(self.operator),
                str(int(self.ordered_at.timestamp())),
            )
        )


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """An outcome's cells as they stand in the table, whatever they say."""

    number: int
    verdict: str
    operator: int | None
    reason: str
    decided_at: datetime
    chain: int | None
    entry: int | None
    file: int | None

    def digest(self, order_hash: bytes) -> bytes:
        """Return the SHA-256 of this row for the order with that hash."""
        return hash_of(
            (
                order_hash.hex(),
                str(self.number),
                self.verdict,
                _known(self.operator),
                self.reason,
                str(int(self.decided_at.timestamp())),
                *map(_known, (self.chain, self.entry, self.file)),
            )
        )


def _known(number: int | None) -> str:
    return "" if number is None else str(number)
