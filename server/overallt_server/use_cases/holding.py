"""Holding: whether a patron may hold more, by his lots and by what is known of him."""

from overallt.protocol.ids import UserId
from overallt_server.core import holdings
from overallt_server.core.marks import Mark
from overallt_server.core.money import Money
from overallt_server.core.rules import Rules
from overallt_server.storage import lots, marks
from overallt_server.storage.database import Transaction


async def refuse_too_much(
    tx: Transaction, patron: UserId, amount: Money, rules: Rules
) -> None:
    """Refuse *amount* more for *patron*, as he is in *tx*.

    Raises:
        InvalidRequest: the rules do not allow him that much.
    """
    holdings.refuse_too_much(
        await lots.of(tx, patron),
        amount,
        rules,
        is_verified=await marks.has(tx, patron, Mark.VERIFIED),
    )
