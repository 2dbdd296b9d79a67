"""Earning: what an owner has of what his things have brought him.

What each of them brought is told by ``use_cases.reporting``.
"""

from dataclasses import dataclass

from overallt.protocol.ids import UserId
from overallt_server.core import chart
from overallt_server.core.held_revenue import HeldRevenue, held_revenue
from overallt_server.core.money import Money
from overallt_server.core.rules import Rules
from overallt_server.storage import held_shares, journal
from overallt_server.storage.database import Database


@dataclass(frozen=True, slots=True)
class Revenue:
    """What an owner has earned and not taken out.

    What is *held* can still be taken back; ``held_until`` says when each part of it
    no longer can.
    """

    settled: Money
    held: Money
    held_until: list[HeldRevenue]


class Earning:
    """The use case of looking at one's revenue."""

    def __init__(self, database: Database, rules: Rules) -> None:
        self._database = database
        self._rules = rules

    async def revenue(self, *, owner: UserId) -> Revenue:
        """Return what is settled for *owner*, and what is held."""
        currency = self._rules.currency
        async with self._database.snapshot() as tx:
            settled = await journal.balance(tx, chart.revenue(owner), currency)
            lines = await held_shares.lines_of(tx, owner, currency)
            until = await held_shares.held_until(tx)
        waiting = held_revenue(lines, until, self._rules)
        held = sum((each.amount for each in waiting), Money(0, currency))
        return Revenue(settled, held, waiting)
