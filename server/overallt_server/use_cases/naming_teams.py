"""Naming teams: who shares what a thing earns, from the open period on.

A new member may have flattred the thing before, or subscribed to it. From the moment on
in which he earns by it this would be money given to himself: what of it is not closed
yet is undone, as if he had done it.
"""

from collections.abc import Mapping
from datetime import datetime

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.refusals import NotFound
from overallt_server.core.teams import Member, Team, alone, team_of
from overallt_server.core.things import Thing
from overallt_server.storage import (
    flattrs,
    patrons,
    periods,
    subscriptions,
    teams,
    things,
    users,
)
from overallt_server.storage.database import Database, Transaction

# Weights by username, in the order of user ids.
type NamedWeights = Mapping[str, int]


class NamingTeams:
    """The use cases around teams."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def name(
        self, *, thing: ThingId, weights: NamedWeights, now: datetime
    ) -> None:
        """Let the users of *weights* share what *thing* earns in the open period on.

        Raises:
            InvalidRequest: there can be no such team.
            NotFound: there is no such thing, or no such user.
        """
        async with self._database.transaction() as tx:
            found = await _found(tx, thing)
            members = [
                Member(await _user(tx, username), weight)
                for username, weight in weights.items()
            ]
            await _put(tx, found, team_of(members, owner=found.owner), now)

    async def end(self, *, thing: ThingId, now: datetime) -> None:
        """Let *thing* earn for its owner alone, in the open period on.

        Raises:
            NotFound: there is no such thing.
        """
        async with self._database.transaction() as tx:
            found = await _found(tx, thing)
            await _put(tx, found, alone(found.owner), now)

    async def team(self, *, thing: ThingId) -> NamedWeights:
        """Tell who shares what *thing* earns.

        Raises:
            NotFound: there is no such thing.
        """
        async with self._database.snapshot() as tx:
            found = await _found(tx, thing)
            team = (await teams.newest(tx, [thing])).get(thing, alone(found.owner))
            by_id = await users.many(tx, (each.user for each in team))
        return {by_id[each.user].username: each.weight for each in team}


async def _found(tx: Transaction, thing: ThingId) -> Thing:
    found = await things.get(tx, thing)
    if found is None:
        raise NotFound(f"There is no thing {thing}.")
    return found


async def _user(tx: Transaction, username: str) -> UserId:
    user = await users.by_username(tx, username)
    if user is None:
        raise NotFound(f"There is no user called {username}.")
    return user.id


async def _put(tx: Transaction, thing: Thing, team: Team, now: datetime) -> None:
    # Whoever closes a period needs their turn, too: it comes before or after.
    members = [each.user for each in team]
    await patrons.wait(tx, *members)
    period = await periods.open_at(tx, now)
    await teams.put(tx, thing.id, period, team)
    await flattrs.undo_since(tx, members, period, thing.id, at=now)
    for member in members:
        await subscriptions.remove(tx, member, thing.id)
