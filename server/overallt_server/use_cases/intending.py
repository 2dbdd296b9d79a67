"""Intending: flattring what nobody has claimed yet, taking it back, and what waits."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from overallt.protocol.ids import UserId
from overallt_server.core.flattrs import refuse_undo
from overallt_server.core.intents import (
    Intent,
    claimable_by,
    host_to_prove,
    refuse_intent,
)
from overallt_server.core.refusals import InvalidThing, NotFound
from overallt_server.core.rules import Rules
from overallt_server.core.things import Thing
from overallt_server.core.urls import normal_url
from overallt_server.storage import (
    flattrs,
    hosts,
    idempotency,
    intents,
    patrons,
    standings,
    things,
)
from overallt_server.storage.database import Database, Transaction
from overallt_server.storage.idempotency import Answered
from overallt_server.use_cases.repeating import answered_before

_NO_INTENT: Final = "No flattr of yours waits for this address."


@dataclass(frozen=True, slots=True)
class ListedIntent:
    """An intent in a patron's list; *thing* once it is claimed."""

    intent: Intent
    thing: Thing | None


class Intending:
    """The use cases around intents."""

    def __init__(self, database: Database, rules: Rules) -> None:
        self._database = database
        self._rules = rules

    async def intend(
        self,
        *,
        patron: UserId,
        url: str,
        now: datetime,
        idempotency_key: str | None = None,
    ) -> Intent:
        """Keep a flattr of *patron* for *url* until its owner has claimed it.

        The same *idempotency_key* gets the same answer again for 90 days and keeps
        nothing more; a refusal is not kept.

        Raises:
            InvalidThing: it is no address, or somebody has registered it.
            NotFound: there is no such user any more.
            IdempotencyMismatch: the key came with something else before.
            OwnThing, AlreadyFlattred, NoMeans: see ``core.intents``.
        """
        normal = normal_url(url)
        async with self._database.transaction() as tx:
            await patrons.wait(tx, patron)
            intent = Intent(patron, normal, now, claim=None)
            if idempotency_key is None:
                await self._keep(tx, intent)
                return intent
            key = (patron, idempotency_key)
            request_hash = hashlib.sha256(f"intent:{normal}".encode()).digest()
            before = await answered_before(tx, key, request_hash, now=now)
            if before is not None:
                return Intent(patron, normal, before.at, claim=None)
            await self._keep(tx, intent)
            await idempotency.put(tx, {key: Answered(request_hash, "", now)})
            return intent

    async def _keep(self, tx: Transaction, intent: Intent) -> None:
        patron, url = intent.patron, intent.url
        found = await standings.of_patrons(tx, [patron], currency=self._rules.currency)
        if patron not in found:
            raise NotFound
        if await things.nearest(tx, claimable_by(url)) is not None:
            raise InvalidThing("This address is registered: flattr the thing there.")
        await intents.forget_expired(tx, intent.made_at, patron)
        refuse_intent(
            is_own_host=await hosts.is_proved(tx, patron, host_to_prove(url)),
            is_kept=await intents.get(tx, patron, url) is not None,
            budget=found[patron].budget,
            means=found[patron].means,
        )
        await intents.add(tx, patron, url, at=intent.made_at)

    async def take_back(self, *, patron: UserId, url: str, now: datetime) -> None:
        """Take an intent back; once it was claimed, the flattr that it became.

        Raises:
            InvalidThing: this is no address.
            NotFound: there is none, or it was taken back already.
        """
        normal = normal_url(url)
        async with self._database.transaction() as tx:
            await patrons.wait(tx, patron)
            await intents.forget_expired(tx, now, patron)
            intent = await intents.get(tx, patron, normal)
            if intent is None:
                raise NotFound(_NO_INTENT)
            if intent.claim is None:
                await intents.remove(tx, patron, normal)
                return
            period, thing = intent.claim.period, intent.claim.thing
            # While it is here its period is open: the close of that forgets it.
            refuse_undo(await flattrs.get(tx, patron, period, thing), closed=False)
            await flattrs.undo(tx, patron, period, thing, at=now)

    async def listed(
        self, *, patron: UserId, now: datetime, page: int, count: int
    ) -> list[ListedIntent]:
        """List what of *patron* waits or was claimed, newest first; pages from 1.

        What was claimed is listed until its period is closed, or it is taken back.
        """
        async with self._database.snapshot() as tx:
            listed = await intents.of_patron(tx, patron, now, page=page, count=count)
            claims = [each.claim for each in listed if each.claim is not None]
            by_id = await things.many(tx, (claim.thing for claim in claims))
        return [
            ListedIntent(each, None if each.claim is None else by_id[each.claim.thing])
            for each in listed
        ]
