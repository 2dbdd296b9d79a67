"""Flattrs: one act of appreciation, and when it is refused.

There is one for each patron, thing and period, undone ones included: what has been
undone cannot be flattred again in the same period.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.budgets import Budget, pot
from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.core.refusals import (
    AlreadyFlattred,
    LateClick,
    NoMeans,
    NotFound,
    OwnThing,
    PeriodClosed,
)

# What a flattr made by a click weighs against the others of its period.
CLICK_WEIGHT: Final = 1
# What any flattr may weigh: a subscription is a part of a standing split.
WEIGHTS: Final = range(1, 101)


@dataclass(frozen=True, slots=True)
class Flattr:
    """What *patron* gave to *thing* in *period*; ``undone_at`` if he took it back."""

    patron: UserId
    thing: ThingId
    period: Period
    weight: int
    flattred_at: datetime
    undone_at: datetime | None


def refuse_flattr(
    *,
    patron: UserId,
    owners: Collection[UserId],
    is_flattred: bool,
    budget: Budget | None,
    means: Money,
) -> None:
    """Refuse what *patron* may not flattr, in the order of precedence of refusals.

    *owners* are the thing's owner and whoever is in its team; *is_flattred* if he has
    a flattr of it in the same period, be it undone.

    Raises:
        OwnThing: he is one of its owners.
        AlreadyFlattred: there is a flattr.
        NoMeans: he has no active budget, or no means above zero.
    """
    if patron in owners:
        raise OwnThing
    if is_flattred:
        raise AlreadyFlattred
    if pot(budget, means).minor <= 0:
        raise NoMeans


def refuse_late_click(made_at: datetime | None, period: Period) -> None:
    """Refuse a click that was *made_at* a time before *period*, which would count it.

    Whoever gave for last month is asked before it is taken from this one. A client says
    so itself, if at all: what it says may refuse a click, and moves none into another
    period.

    Raises:
        LateClick: it was made in a period that has ended since.
    """
    if made_at is not None and Period.of(made_at) < period:
        raise LateClick


def refuse_undo(flattr: Flattr | None, *, closed: bool) -> None:
    """Refuse to undo *flattr* if it is not there or its period is *closed*.

    Raises:
        NotFound: there is none, or it is undone already.
        PeriodClosed: what was given in its period can no longer be changed.
    """
    if flattr is None or flattr.undone_at is not None:
        raise NotFound
    if closed:
        raise PeriodClosed
