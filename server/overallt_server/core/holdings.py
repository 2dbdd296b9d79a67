"""Holdings: how much a patron may hold, and pay in, by who is known of him."""

from collections.abc import Iterable

from overallt_server.core.chart import AccountName
from overallt_server.core.lots import Lot
from overallt_server.core.money import Money
from overallt_server.core.refusals import InvalidRequest
from overallt_server.core.rules import Rules


def refuse_too_much(
    lots: Iterable[Lot], amount: Money, rules: Rules, *, is_verified: bool
) -> None:
    """Refuse *amount* more for the patron who has *lots*.

    Raises:
        InvalidRequest: he would hold more than he may, or has paid in so much that
            it has to be known first who he is.
    """
    own = [each for each in lots if each.amount.currency == rules.currency]
    held = _sum((each.left for each in own), rules)
    most = Money(rules.max_means_minor, rules.currency)
    if not is_verified:
        most = min(most, Money(rules.max_means_unverified_minor, rules.currency))
    if held + amount > most:
        raise InvalidRequest(
            f"With {amount} more, means of {held} would exceed {most}."
        )
    if is_verified:
        return
    paid_in = _sum(
        (each.amount for each in own if each.source.name is AccountName.CASH), rules
    )
    verify_from = Money(rules.verify_from_minor, rules.currency)
    if paid_in + amount > verify_from:
        raise InvalidRequest(
            f"Before more than {verify_from} are paid in altogether, the operator has "
            "to know who you are. Please write to him."
        )


def _sum(amounts: Iterable[Money], rules: Rules) -> Money:
    return sum(amounts, start=Money(0, rules.currency))
