"""Subscriptions: a flattr that is repeated each period until the patron ends it.

It gives what a click would give, once a period, from the one in which it started on:
where there is a flattr already, undone ones included, it gives nothing more. Its weight
makes it more than a click: weights of 60, 30 and 10 are a standing split of a budget
over three causes.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.flattrs import CLICK_WEIGHT, WEIGHTS
from overallt_server.core.periods import Period
from overallt_server.core.refusals import (
    AlreadySubscribed,
    InvalidRequest,
    OwnThingSubscribed,
)

LENGTHS: Final = (3, 6, 12)


@dataclass(frozen=True, slots=True)
class Terms:
    """How much a subscription weighs, and the last period in which it gives, if any."""

    weight: int = CLICK_WEIGHT
    last_period: Period | None = None

    @classmethod
    def asked(cls, *, weight: int | None, periods: int | None, first: Period) -> Self:
        """Return the terms for *periods* from *first* on, without end if ``None``.

        Raises:
            InvalidRequest: no subscription weighs or lasts so.
        """
        if weight is None:
            weight = CLICK_WEIGHT
        if weight not in WEIGHTS:
            raise InvalidRequest("A subscription weighs 1 to 100.")
        if periods is None:
            return cls(weight)
        if periods not in LENGTHS:
            raise InvalidRequest(
                "A subscription lasts 3, 6 or 12 months, or until it is ended."
            )
        return cls(weight, first.after(periods - 1))


@dataclass(frozen=True, slots=True)
class Subscription:
    """What *patron* gives to *thing* each period; nothing while it is not *active*.

    ``started_at`` is when it was made, or started again after a pause.
    """

    patron: UserId
    thing: ThingId
    active: bool
    created_at: datetime
    started_at: datetime
    terms: Terms = Terms()


def refuse_subscription(
    *, patron: UserId, owners: Collection[UserId], before: Subscription | None
) -> None:
    """Refuse what *patron* may not subscribe to; *before* is what he has already.

    *owners* are the thing's owner and whoever is in its team.

    Raises:
        OwnThingSubscribed: he is one of its owners.
        AlreadySubscribed: he has subscribed to it, be it paused.
    """
    if patron in owners:
        raise OwnThingSubscribed
    if before is not None:
        raise AlreadySubscribed
