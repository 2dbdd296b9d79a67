"""Payouts as they are stored, the accounts they go to and the files that order them.

Numbers count from 1 and states change only while the house's lock is held.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from overallt.protocol.ids import UserId
from overallt_server.core.money import Money
from overallt_server.core.payouts import Payout, PayoutAccount, PayoutState
from overallt_server.storage import witnesses
from overallt_server.storage.database import Transaction
from overallt_server.storage.row_hashes import hashed, is_whole
from overallt_server.storage.schema import payout_accounts, payout_files, payouts
from overallt_server.storage.uniqueness import inserting


@dataclass(frozen=True, slots=True)
class PayoutFile:
    """A file of orders as the bank got it; ``message`` is what the bank calls it."""

    number: int
    message: str
    made_at: datetime
    content: bytes


async def account_of(tx: Transaction, owner: UserId) -> PayoutAccount | None:
    """Return where payouts of *owner* go, ``None`` if he has not said so.

    An account that was changed by hand is none: he has to name it again, and it waits.
    """
    rows = await tx.execute(
        sa.select(payout_accounts).where(payout_accounts.c.owner_id == owner)
    )
    row = rows.mappings().one_or_none()
    if row is None or not is_whole(payout_accounts, row):
        return None
    return PayoutAccount(row["iban"], row["name"], row["named_at"])


async def put_account(tx: Transaction, owner: UserId, account: PayoutAccount) -> None:
    """Let payouts of *owner* go to *account* from now on."""
    values = hashed(
        payout_accounts,
        {
            "owner_id": owner,
            "iban": account.iban,
            "name": account.name,
            "named_at": account.named_at,
        },
    )
    await tx.execute(
        inserting(tx, payout_accounts)
        .values(values)
        .on_conflict_do_update(index_elements=[payout_accounts.c.owner_id], set_=values)
    )
    await witnesses.add(tx, payout_accounts, values)


async def next_number(tx: Transaction) -> int:
    """Return the number that the next payout gets."""
    last = await tx.execute(sa.select(sa.func.max(payouts.c.number)))
    return (last.scalar_one() or 0) + 1


async def add(tx: Transaction, payout: Payout) -> None:
    """Store a new *payout*."""
    await tx.execute(
        sa.insert(payouts).values(
            number=payout.number,
            owner_id=payout.owner,
            amount_minor=payout.amount.minor,
            currency=payout.amount.currency,
            iban=payout.iban,
            name=payout.name,
            state=str(payout.state),
            requested_at=payout.requested_at,
            changed_at=payout.changed_at,
            file=payout.file,
            reason=payout.reason,
        )
    )


async def change(
    tx: Transaction, number: int, state: PayoutState, *, reason: str, now: datetime
) -> None:
    """Let the payout *number* come into *state*."""
    await tx.execute(
        sa.update(payouts)
        .where(payouts.c.number == number)
        .values(state=str(state), changed_at=now, reason=reason)
    )


async def numbered(tx: Transaction, number: int) -> Payout | None:
    """Return the payout *number*, or ``None``."""
    rows = await tx.execute(sa.select(payouts).where(payouts.c.number == number))
    row = rows.one_or_none()
    return None if row is None else _payout_of(row)


async def in_state(tx: Transaction, state: PayoutState) -> list[Payout]:
    """List the payouts that are in *state*, oldest first."""
    return await _chosen(tx, payouts.c.state == str(state))


async def ordered_by(tx: Transaction, file: int) -> list[Payout]:
    """List the payouts that the file of that number ordered, oldest first."""
    return await _chosen(tx, payouts.c.file == file)


async def of_owner(tx: Transaction, owner: UserId) -> list[Payout]:
    """List all payouts of *owner*, oldest first."""
    return await _chosen(tx, payouts.c.owner_id == owner)


async def after(tx: Transaction, number: int, *, count: int) -> list[Payout]:
    """List the next *count* payouts after *number*."""
    rows = await tx.execute(
        sa.select(payouts)
        .where(payouts.c.number > number)
        .order_by(payouts.c.number)
        .limit(count)
    )
    return [_payout_of(row) for row in rows]


async def next_file(tx: Transaction) -> int:
    """Return the number that the next file gets."""
    last = await tx.execute(sa.select(sa.func.max(payout_files.c.number)))
    return (last.scalar_one() or 0) + 1


async def send(tx: Transaction, file: PayoutFile, ordered: Iterable[Payout]) -> None:
    """Store *file* and note that it orders the payouts *ordered*."""
    await tx.execute(
        sa.insert(payout_files).values(
            number=file.number,
            message=file.message,
            made_at=file.made_at,
            content=file.content,
        )
    )
    await witnesses.add(tx, payout_files, {"number": file.number})
    await tx.execute(
        sa.update(payouts)
        .where(payouts.c.number.in_([each.number for each in ordered]))
        .values(state=str(PayoutState.SENT), changed_at=file.made_at, file=file.number)
    )


async def file_numbered(tx: Transaction, number: int) -> PayoutFile | None:
    """Return the file *number*, or ``None``."""
    return await _file(tx, payout_files.c.number == number)


async def file_called(tx: Transaction, message: str) -> PayoutFile | None:
    """Return the file that the bank calls *message*, or ``None``."""
    return await _file(tx, payout_files.c.message == message)


async def file_after(tx: Transaction, number: int) -> PayoutFile | None:
    """Return the next file after *number*, or ``None`` if there is none."""
    following = (
        sa.select(sa.func.min(payout_files.c.number))
        .where(payout_files.c.number > number)
        .scalar_subquery()
    )
    return await _file(tx, payout_files.c.number == following)


async def _file(tx: Transaction, chosen: "sa.ColumnElement[bool]") -> PayoutFile | None:
    rows = await tx.execute(sa.select(payout_files).where(chosen))
    row = rows.one_or_none()
    if row is None:
        return None
    return PayoutFile(row.number, row.message, row.made_at, row.content)


async def _chosen(tx: Transaction, chosen: "sa.ColumnElement[bool]") -> list[Payout]:
    rows = await tx.execute(sa.select(payouts).where(chosen).order_by(payouts.c.number))
    return _payouts_of(rows.all())


def _payouts_of(rows: Sequence[sa.Row[Any]]) -> list[Payout]:
    return [_payout_of(row) for row in rows]


def _payout_of(row: sa.Row[Any]) -> Payout:
    return Payout(
        number=row.number,
        owner=UserId(row.owner_id),
        amount=Money(row.amount_minor, row.currency),
        iban=row.iban,
        name=row.name,
        state=PayoutState(row.state),
        requested_at=row.requested_at,
        changed_at=row.changed_at,
        file=row.file,
        reason=row.reason,
    )
