"""Giving gifts: a patron gives once, to one owner, and can undo it while it is held."""

from datetime import datetime
from typing import Final

from overallt.protocol.ids import UserId
from overallt_server.core import chart
from overallt_server.core import gifts as core
from overallt_server.core.gifts import Gift
from overallt_server.core.marks import Mark
from overallt_server.core.money import Money
from overallt_server.core.refusals import Frozen, IdempotencyMismatch, NotFound
from overallt_server.core.rules import Rules
from overallt_server.storage import gifts, journal, marks, patrons, users
from overallt_server.storage.database import Database

_AT_ONCE: Final = 100


class GivingGifts:
    """The use cases of single gifts."""

    def __init__(self, database: Database, rules: Rules) -> None:
        self._database = database
        self._rules = rules

    async def give(
        self, *, patron: UserId, owner: str, amount: Money, id_: str, now: datetime
    ) -> Gift:
        """Give *amount* to the owner who is called so; the same *id_* gives once.

        Raises:
            NotFound: there is no such user.
            IdempotencyMismatch: another gift has this id.
            Frozen: he may not give until he is released.
            InvalidRequest, NoMeans: see ``core.gifts``.
        """
        async with self._database.transaction() as tx:
            to = await users.by_username(tx, owner)
            if to is None or not await patrons.lock(tx, patron):
                raise NotFound(f"There is no user called {owner}.")
            before = await gifts.get(tx, patron, id_)
            if before is not None:
                if (before.owner, before.amount) != (to.id, amount):
                    raise IdempotencyMismatch
                return before
            if await marks.has(tx, patron, Mark.FROZEN):
                raise Frozen
            means = await journal.balance(tx, chart.means(patron), self._rules.currency)
            core.refuse_gift(
                amount, patron=patron, owner=to.id, means=means, rules=self._rules
            )
            entry = core.given_entry(
                id_, amount, patron=patron, owner=to.id, rules=self._rules, now=now
            )
            await journal.append(tx, patron, entry)
            return core.gift_of(entry, patron, None)

    async def undo(self, *, patron: UserId, id_: str, now: datetime) -> None:
        """Take a gift back that is still held.

        Raises:
            NotFound: there is no such gift.
            GiftEnded: it is undone already, or its owner's.
        """
        async with self._database.transaction() as tx:
            await patrons.lock(tx, patron)
            gift = await gifts.get(tx, patron, id_)
            if gift is None:
                raise NotFound("There is no such gift.")
            core.refuse_undo(gift)
            await journal.append(tx, patron, core.undone_entry(gift, now=now))

    async def last(self, *, patron: UserId, count: int) -> list[Gift]:
        """List the last *count* gifts of *patron*, newest first."""
        async with self._database.snapshot() as tx:
            return await gifts.of_patron(tx, patron, count=count)

    async def release(self, *, now: datetime) -> int:
        """Make all gifts their owners' that were held for long enough; count them.

        Each is a transaction of its own, so that whoever is killed in the middle
        starts again.
        """
        released, until = 0, now - core.held_for(self._rules)
        while True:
            async with self._database.snapshot() as tx:
                due = await gifts.held(tx, until=until, count=_AT_ONCE)
            if not due:
                return released
            for gift in due:
                released += await self._release(gift, now)

    async def _release(self, gift: Gift, now: datetime) -> bool:
        async with self._database.transaction() as tx:
            await patrons.lock(tx, gift.patron)
            current = await gifts.get(tx, gift.patron, gift.id)
            # Undone, or released by somebody else, while this one waited.
            if current is None or not current.is_due(now, self._rules):
                return False
            await journal.append(tx, gift.patron, core.released_entry(gift, now=now))
        return True
