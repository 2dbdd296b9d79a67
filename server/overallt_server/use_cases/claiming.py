"""Claiming: what waits for its owner becomes flattrs, now that he has proved himself.

It is part of whatever may make an intent claimable, in the same transaction: a thing
is registered, a host is proved, in either order. The close of a period does it once
more for everybody, for those who had nothing to give before, and for an intent that
was made at the very moment in which its address was registered.

Done twice it is the same: what is claimed waits no more, and a flattr that is there
already, undone or not, is left as it is.
"""

from datetime import datetime
from itertools import batched
from typing import Final

from overallt_server.core.flattrs import CLICK_WEIGHT, Flattr
from overallt_server.core.intents import counts_in
from overallt_server.core.teams import NO_TEAM, owners_of
from overallt_server.storage import budgets, flattrs, intents, patrons, periods, teams
from overallt_server.storage.database import Transaction
from overallt_server.storage.intents import Claimants

EVERYBODY: Final = Claimants(thing=None, owner=None)
PATRONS_AT_ONCE: Final = 500


async def claim(tx: Transaction, by: Claimants, *, now: datetime) -> None:
    """Let the things of *by* claim what waits for them.

    Nobody's intent for what he earns by becomes a flattr; it is forgotten.
    """
    for some in batched(await intents.whose(tx, by, now=now), PATRONS_AT_ONCE):
        await patrons.wait(tx, *some)
        # Read only now: a period may have been closed while others had their turn.
        period = counts_in(now, closed=await periods.newest(tx))
        claimable = await intents.claimable(tx, by, some, now=now)
        named = await teams.newest(tx, (each.thing for each in claimable))
        own = {
            each
            for each in claimable
            if each.patron in owners_of(each.owner, named.get(each.thing, NO_TEAM))
        }
        for each in own:
            await intents.remove(tx, each.patron, each.url)
        givers = await budgets.givers(tx, some)
        claimed = [
            each for each in claimable if each.patron in givers and each not in own
        ]
        if claimed:
            await flattrs.add_missing(
                tx,
                [
                    Flattr(each.patron, each.thing, period, CLICK_WEIGHT, now, None)
                    for each in claimed
                ],
            )
            await intents.claim(tx, claimed, period)
