"""Giving: a patron's budget, and what becomes of it if the period ended now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core import chart
from overallt_server.core.budgets import Budget, pot, refuse_budget
from overallt_server.core.flattrs import CLICK_WEIGHT
from overallt_server.core.marks import Mark
from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.core.refusals import Frozen, NotFound
from overallt_server.core.rules import Rules
from overallt_server.core.settlement import PotThing, settle
from overallt_server.core.things import Thing
from overallt_server.storage import (
    budgets,
    flattrs,
    journal,
    marks,
    patrons,
    periods,
    things,
)
from overallt_server.storage.database import Database

# Stands for a thing that is not flattred yet; no thing has this id.
_ANY_THING = PotThing(ThingId(0), UserId(0), CLICK_WEIGHT, charity=False)


@dataclass(frozen=True, slots=True)
class FlattrWorth:
    """What the owner of *thing* would get for it if the period ended now."""

    thing: Thing
    worth: Money


@dataclass(frozen=True, slots=True)
class Overview:
    """What a patron sees of his giving; *flattrs* are newest first.

    ``pot`` is what the flattrs of ``period`` share, before the fee; ``next_worth`` is
    what one more would be worth, to a cent; ``reserved`` are the pots of closed
    periods that are not settled yet.
    """

    means: Money
    budget: Budget | None
    period: Period
    pot: Money
    flattrs: list[FlattrWorth]
    next_worth: Money
    reserved: Money


class Giving:
    """The use cases of a patron's budget."""

    def __init__(self, database: Database, rules: Rules) -> None:
        self._database = database
        self._rules = rules

    async def set_budget(self, *, patron: UserId, amount: Money, active: bool) -> None:
        """Give *amount* each period from the open one on; nothing if not *active*.

        Raises:
            InvalidRequest: the amount is not within the rules.
            NotFound: there is no such user.
            Frozen: he may not give until he is released.
        """
        refuse_budget(amount, self._rules)
        async with self._database.transaction() as tx:
            if not await patrons.lock(tx, patron):
                raise NotFound
            if active and await marks.has(tx, patron, Mark.FROZEN):
                raise Frozen
            await budgets.put(tx, patron, Budget(amount, active))

    async def overview(self, *, patron: UserId, now: datetime) -> Overview:
        """Return what *patron* has, gives and has flattred in the open period."""
        currency = self._rules.currency
        async with self._database.snapshot() as tx:
            period = await periods.open_at(tx, now)
            means = await journal.balance(tx, chart.means(patron), currency)
            reserved = await journal.reserved(tx, patron, currency)
            budget = await budgets.get(tx, patron)
            listed = await flattrs.of_period(tx, patron, period)
            by_id = await things.many(tx, (flattr.thing for flattr in listed))
        current_pot = pot(budget, means)
        in_pot = [
            PotThing(
                flattr.thing,
                by_id[flattr.thing].owner,
                flattr.weight,
                by_id[flattr.thing].charity,
            )
            for flattr in listed
        ]

        def worths(shared_by: Iterable[PotThing]) -> dict[ThingId, Money]:
            settlement = settle(
                current_pot.minor,
                self._rules.fee_bps,
                list(shared_by),
                patron=patron,
                period=period,
            )
            return {
                share.thing: Money(share.minor, currency) for share in settlement.shares
            }

        worth_now = worths(in_pot) if in_pot else {}
        return Overview(
            means=means,
            budget=budget,
            period=period,
            pot=current_pot,
            flattrs=[
                FlattrWorth(by_id[flattr.thing], worth_now[flattr.thing])
                for flattr in listed
            ],
            next_worth=worths([*in_pot, _ANY_THING])[_ANY_THING.thing],
            reserved=reserved,
        )
