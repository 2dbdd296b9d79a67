"""Subscriptions: a flattr that is repeated each period until the patron ends it.

It gives what a click would give, once a period, from the one in which it started on:
where there is a flattr already, undone ones included, it gives nothing more.
"""

from dataclasses import dataclass
from datetime import datetime

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.refusals import AlreadySubscribed, OwnThingSubscribed
from overallt_server.core.things import Thing


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


def refuse_subscription(
    *, patron: UserId, thing: Thing, before: Subscription | None
) -> None:
    """Refuse what *patron* may not subscribe to; *before* is what he has already.

    Raises:
        OwnThingSubscribed: the thing is his own.
        AlreadySubscribed: he has subscribed to it, be it paused.
    """
    if thing.owner == patron:
        raise OwnThingSubscribed
    if before is not None:
        raise AlreadySubscribed
