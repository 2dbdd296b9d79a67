"""Paying out: an owner says where his revenue goes and asks for it.

What puts a payout on its way is in the owner's chain, and he waits for his own turn,
so that his revenue is asked for once. All that comes after is in the house's.
"""

import hashlib
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from overallt.protocol.ids import UserId
from overallt_server.core import chart
from overallt_server.core.marks import Mark
from overallt_server.core.money import Money
from overallt_server.core.payouts import (
    UNPAID,
    Payout,
    PayoutAccount,
    PayoutState,
    account_named,
    paid_by_hand_entry,
    refuse_payout,
    rejected_entry,
    requested_entry,
)
from overallt_server.core.references import Purpose, find
from overallt_server.core.refusals import Frozen, InvalidRequest, NotFound
from overallt_server.core.rules import Rules
from overallt_server.storage import idempotency, journal, marks, patrons, payouts
from overallt_server.storage.database import Database, Transaction
from overallt_server.storage.idempotency import Answered
from overallt_server.use_cases.repeating import answered_before


@dataclass(frozen=True, slots=True)
class OwnPayouts:
    """What an owner sees of his payouts, newest first, and the sums of some."""

    account: PayoutAccount | None
    payouts: list[Payout]
    on_its_way: Money
    paid: Money


class PayingOut:
    """The use cases of payouts, for owners and for operators by hand."""

    def __init__(self, database: Database, rules: Rules) -> None:
        self._database = database
        self._rules = rules

    async def name_account(
        self, *, owner: UserId, iban: str, name: str, now: datetime
    ) -> PayoutAccount:
        """Let payouts of *owner* go to the account *iban* of *name* from now on.

        The same account named again does not wait again.

        Raises:
            InvalidRequest: there can be no such account.
            NotFound: there is no such user.
        """
        named = account_named(iban, name, now=now)
        async with self._database.transaction() as tx:
            if not await patrons.lock(tx, owner):
                raise NotFound
            before = await payouts.account_of(tx, owner)
            if before and (before.iban, before.name) == (named.iban, named.name):
                return before
            await payouts.put_account(tx, owner, named)
        return named

    async def request(
        self,
        *,
        owner: UserId,
        amount: Money | None,
        now: datetime,
        idempotency_key: str | None = None,
    ) -> Payout:
        """Put *amount* of the revenue of *owner* on its way; all of it without one.

        The same *idempotency_key* gets the same answer again for 90 days and asks for
        nothing more; a refusal is not kept.

        Raises:
            Frozen: a card payment of his was charged back.
            Refusal: it may not be paid out, see ``core.payouts.refuse_payout``.
            NotFound: there is no such user.
            IdempotencyMismatch: the key came with something else before.
        """
        async with self._database.transaction() as tx:
            if not await patrons.lock(tx, owner):
                raise NotFound
            await patrons.lock_house(tx)
            if idempotency_key is None:
                return await self._request(tx, owner, amount, now)
            key = (owner, idempotency_key)
            request_hash = hashlib.sha256(f"payout:{amount or 'all'}".encode()).digest()
            before = await answered_before(tx, key, request_hash, now=now)
            if before is not None:
                return (await _called(tx, before.answer)).as_requested
            payout = await self._request(tx, owner, amount, now)
            answered = Answered(request_hash, payout.reference, now)
            await idempotency.put(tx, {key: answered})
            return payout

    async def _request(
        self, tx: Transaction, owner: UserId, amount: Money | None, now: datetime
    ) -> Payout:
        if await marks.has(tx, owner, Mark.FROZEN):
            raise Frozen
        currency = self._rules.currency
        revenue = await journal.balance(tx, chart.revenue(owner), currency)
        wanted = revenue if amount is None else amount
        account = refuse_payout(
            wanted,
            revenue=revenue,
            account=await payouts.account_of(tx, owner),
            rules=self._rules,
            now=now,
        )
        payout = Payout(
            number=await payouts.next_number(tx),
            owner=owner,
            amount=wanted,
            iban=account.iban,
            name=account.name,
            state=PayoutState.REQUESTED,
            requested_at=now,
            changed_at=now,
            file=None,
            reason="",
        )
        await journal.append(tx, owner, requested_entry(payout))
        await payouts.add(tx, payout)
        return payout

    async def overview(self, *, owner: UserId) -> OwnPayouts:
        """Return where the payouts of *owner* go, and how far each has come."""
        async with self._database.snapshot() as tx:
            account = await payouts.account_of(tx, owner)
            every = (await payouts.of_owner(tx, owner))[::-1]
        return OwnPayouts(
            account,
            every,
            on_its_way=self._sum(each for each in every if each.state in UNPAID),
            paid=self._sum(each for each in every if each.state is PayoutState.PAID),
        )

    def _sum(self, some: Iterable[Payout]) -> Money:
        return sum((each.amount for each in some), Money(0, self._rules.currency))

    async def of(self, *, owner: UserId) -> list[Payout]:
        """List the payouts of *owner*, newest first."""
        async with self._database.snapshot() as tx:
            return (await payouts.of_owner(tx, owner))[::-1]

    async def open(self) -> list[Payout]:
        """List all payouts that are requested or sent, oldest first."""
        async with self._database.snapshot() as tx:
            unpaid = [await payouts.in_state(tx, state) for state in UNPAID]
        return sorted(
            (each for some in unpaid for each in some), key=lambda each: each.number
        )

    async def called(self, reference: str) -> Payout:
        """Return the payout that has our *reference*.

        Raises:
            NotFound: there is none.
        """
        async with self._database.snapshot() as tx:
            return await _called(tx, reference)

    async def reject(self, *, reference: str, reason: str, now: datetime) -> Payout:
        """Make a payout that never left revenue again.

        Raises:
            NotFound: there is no such payout.
            InvalidRequest: it was paid or rejected before, or there is no reason.
        """
        _refuse_no_reason(reason)
        async with self._locked(reference) as (tx, payout):
            if payout.state not in UNPAID:
                raise InvalidRequest(f"{payout.reference} is {payout.state} already.")
            entry = rejected_entry(payout, reason=reason, now=now)
            await journal.append_to_house(tx, entry)
            rejected = PayoutState.REJECTED
            await payouts.change(tx, payout.number, rejected, reason=reason, now=now)
        return payout

    async def pay_by_hand(
        self, *, reference: str, reason: str, now: datetime
    ) -> Payout:
        """Book that an operator has paid a payout from what he holds himself.

        Raises:
            NotFound: there is no such payout.
            InvalidRequest: it is not waiting to be paid, or there is no reason.
        """
        _refuse_no_reason(reason)
        async with self._locked(reference) as (tx, payout):
            if payout.state is PayoutState.SENT:
                raise InvalidRequest(
                    f"The bank has the order {payout.reference}: its statement tells "
                    "when it is paid."
                )
            if payout.state is not PayoutState.REQUESTED:
                raise InvalidRequest(f"{payout.reference} is {payout.state} already.")
            entry = paid_by_hand_entry(payout, reason=reason, now=now)
            await journal.append_to_house(tx, entry)
            paid = PayoutState.PAID
            await payouts.change(tx, payout.number, paid, reason="", now=now)
        return payout

    @asynccontextmanager
    async def _locked(
        self, reference: str
    ) -> AsyncIterator[tuple[Transaction, Payout]]:
        async with self._database.transaction() as tx:
            await patrons.lock_house(tx)
            yield tx, await _called(tx, reference)


async def _called(tx: Transaction, reference: str) -> Payout:
    purpose, number = find(reference) or (None, 0)
    payout = await payouts.numbered(tx, number)
    if purpose is not Purpose.PAYOUT or payout is None:
        raise NotFound(f"There is no payout {reference}.")
    return payout


def _refuse_no_reason(reason: str) -> None:
    if not reason.strip():
        raise InvalidRequest("The books need a reason.")
