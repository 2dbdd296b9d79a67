"""Proving hosts: which sites are known to be those of a thing's owner.

Owners prove it by themselves, see ``claiming_hosts``; here an operator notes what he
has seen proof of, and decides where two owners claim the same.
"""

from datetime import datetime

from overallt.protocol.ids import ThingId
from overallt_server.core.hosts import host_named, provable_host
from overallt_server.core.refusals import NotFound
from overallt_server.storage import host_claims, hosts, things
from overallt_server.storage.database import Database
from overallt_server.storage.intents import Claimants
from overallt_server.use_cases.claiming import claim


class ProvingHosts:
    """Notes proved hosts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, *, thing: ThingId, host: str, now: datetime) -> str:
        """Note that the owner of *thing* has proved *host*; return its one spelling.

        All his things there claim what waits for them.

        Raises:
            InvalidHost: this names no host, or one that is nobody's own.
            NotFound: there is no such thing.
        """
        proved = provable_host(host)
        async with self._database.transaction() as tx:
            found = await things.get(tx, thing)
            if found is None:
                raise NotFound(f"There is no thing {thing}.")
            await hosts.add(tx, thing, proved, at=now)
            await claim(tx, Claimants(thing=None, owner=found.owner), now=now)
        return proved

    async def withdraw(self, *, thing: ThingId, host: str) -> str:
        """Take back that *host* is proved for *thing*; return its one spelling.

        That its owner has asked for it is forgotten, too.

        Raises:
            InvalidHost: this names no host.
            NotFound: it was not noted.
        """
        proved = host_named(host)
        async with self._database.transaction() as tx:
            if not await hosts.remove(tx, thing, proved):
                raise NotFound(f"{proved} is not noted for thing {thing}.")
            await host_claims.remove(tx, thing, proved)
        return proved
