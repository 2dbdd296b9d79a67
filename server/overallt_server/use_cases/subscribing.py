"""Subscribing: flattrs that a patron repeats each period, until he ends it.

They are given by ``closing``: for a period at its close, where something was subscribed
to and not flattred, and for the next one right after, so that patrons see them early.
"""

from dataclasses import dataclass
from datetime import datetime

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.periods import Period
from overallt_server.core.refusals import NotFound
from overallt_server.core.subscriptions import Subscription, Terms, refuse_subscription
from overallt_server.core.teams import NO_TEAM, owners_of
from overallt_server.core.things import Thing
from overallt_server.storage import patrons, subscriptions, teams, things
from overallt_server.storage.database import Database

_NOT_SUBSCRIBED = "You have not subscribed to this thing."


@dataclass(frozen=True, slots=True)
class SubscribedThing:
    """A subscription in a patron's list."""

    subscription: Subscription
    thing: Thing


class Subscribing:
    """The use cases around subscriptions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def subscribe(
        self,
        *,
        patron: UserId,
        thing: ThingId,
        now: datetime,
        weight: int | None = None,
        periods: int | None = None,
    ) -> Thing:
        """Flattr *thing* in each period from the one of *now* on, for *periods*.

        Raises:
            InvalidRequest: see ``core.subscriptions``.
            NotFound: there is no such thing.
            OwnThingSubscribed, AlreadySubscribed: see ``core.subscriptions``.
        """
        terms = Terms.asked(weight=weight, periods=periods, first=Period.of(now))
        async with self._database.transaction() as tx:
            await patrons.wait(tx, patron)
            found = await things.get(tx, thing)
            if found is None:
                raise NotFound
            before = await subscriptions.get(tx, patron, thing)
            team = (await teams.newest(tx, [thing])).get(thing, NO_TEAM)
            owners = owners_of(found.owner, team)
            refuse_subscription(patron=patron, owners=owners, before=before)
            await subscriptions.add(
                tx,
                Subscription(
                    patron,
                    thing,
                    active=True,
                    created_at=now,
                    started_at=now,
                    terms=terms,
                ),
            )
        return found

    async def change(
        self,
        *,
        patron: UserId,
        thing: ThingId,
        now: datetime,
        weight: int | None,
        periods: int | None,
    ) -> Terms:
        """Let a subscription weigh and last something else from *now* on.

        What it has given keeps its weight, in the open period too.

        Raises:
            InvalidRequest: see ``core.subscriptions``.
            NotFound: there is none.
        """
        terms = Terms.asked(weight=weight, periods=periods, first=Period.of(now))
        async with self._database.transaction() as tx:
            await patrons.wait(tx, patron)
            if not await subscriptions.change(tx, patron, thing, terms):
                raise NotFound(_NOT_SUBSCRIBED)
        return terms

    async def toggle(self, *, patron: UserId, thing: ThingId, now: datetime) -> bool:
        """Pause a subscription, or start it again; tell whether it is active now.

        Raises:
            NotFound: there is none.
        """
        async with self._database.transaction() as tx:
            await patrons.wait(tx, patron)
            before = await subscriptions.get(tx, patron, thing)
            if before is None:
                raise NotFound(_NOT_SUBSCRIBED)
            if before.active:
                await subscriptions.pause(tx, patron, thing)
            else:
                await subscriptions.start(tx, patron, thing, at=now)
        return not before.active

    async def end(self, *, patron: UserId, thing: ThingId) -> None:
        """End a subscription; what it has given stays given.

        Raises:
            NotFound: there is none.
        """
        async with self._database.transaction() as tx:
            await patrons.wait(tx, patron)
            if not await subscriptions.remove(tx, patron, thing):
                raise NotFound(_NOT_SUBSCRIBED)

    async def listed(
        self, *, patron: UserId, page: int, count: int
    ) -> list[SubscribedThing]:
        """List the subscriptions of *patron*, newest first; *page* counts from 1."""
        async with self._database.snapshot() as tx:
            listed = await subscriptions.of_patron(tx, patron, page=page, count=count)
            by_id = await things.many(tx, (each.thing for each in listed))
        return [SubscribedThing(each, by_id[each.thing]) for each in listed]
