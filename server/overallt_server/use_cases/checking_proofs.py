"""Checking proofs: what was seen once is looked for again, each day, by a job.

A proof that is missing counts for some days more, as ``core.proofs`` says. One that was
contested counts as soon as the other owner's is lost: so a site that has changed hands
comes to its new owner by itself.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from overallt.protocol.ids import ThingId
from overallt_server.core.hosts import host_named
from overallt_server.core.proofs import HostClaim, HostState, is_lost
from overallt_server.core.refusals import NotFound, NotProved
from overallt_server.storage import host_claims, hosts, proved_pages
from overallt_server.storage.database import Database, Transaction
from overallt_server.storage.host_claims import OwnersClaim
from overallt_server.storage.proved_pages import OwnersPage
from overallt_server.use_cases.claiming_hosts import ProfileOf, Proofs, count

_AT_ONCE: Final = 8


@dataclass(frozen=True, slots=True)
class Checked:
    """How many proofs are there, missing for now, and lost."""

    seen: int
    missing: int
    lost: int


@dataclass(frozen=True, slots=True)
class Contested:
    """A claim whose proof was seen, and the usernames of those who have the host."""

    claim: OwnersClaim
    others: tuple[str, ...]


class CheckingProofs:
    """The use cases of the operator, and of the job that he runs."""

    def __init__(
        self, database: Database, proofs: Proofs, *, profile_of: ProfileOf
    ) -> None:
        self._database = database
        self._proofs = proofs
        self._profile_of = profile_of

    async def check(self, *, now: datetime) -> Checked:
        """Look for every proof that was seen once."""
        async with self._database.snapshot() as tx:
            claims = await host_claims.to_look_at(tx)
            pages = await proved_pages.all_(tx)
        turns = asyncio.Semaphore(_AT_ONCE)

        async def in_turn(each: OwnersClaim | OwnersPage) -> bool:
            async with turns:
                return await self._is_there(each)

        found: list[OwnersClaim | OwnersPage] = [*claims, *pages]
        seen = await asyncio.gather(*map(in_turn, found))
        # What is lost makes room for what is contested.
        lost = 0
        for each, is_seen in sorted(
            zip(found, seen, strict=True), key=lambda pair: pair[1]
        ):
            lost += await self._note(each, is_seen=is_seen, now=now)
        there = sum(seen)
        return Checked(seen=there, missing=len(found) - there - lost, lost=lost)

    async def contested(self) -> list[Contested]:
        """List the claims of which an operator has to decide."""
        async with self._database.transaction() as tx:
            return [
                Contested(
                    each,
                    tuple(
                        await host_claims.others_with(tx, each.claim.host, each.owner)
                    ),
                )
                for each in await host_claims.to_look_at(tx)
                if each.claim.state is HostState.CONTESTED
            ]

    async def refuse(self, *, thing: ThingId, host: str) -> str:
        """Forget that the owner of *thing* calls *host* his; return its one spelling.

        Raises:
            InvalidHost: this names no host.
            NotFound: he does not, or it is proved.
        """
        name = host_named(host)
        async with self._database.transaction() as tx:
            found = await host_claims.get(tx, thing, name)
            if found is None or found.is_proved:
                raise NotFound(f"Nothing is to be decided of {name} for thing {thing}.")
            await host_claims.remove(tx, thing, name)
        return name

    async def _is_there(self, each: OwnersClaim | OwnersPage) -> bool:
        profile = self._profile_of(each.username)
        try:
            if isinstance(each, OwnersClaim):
                await self._proofs.of_host(each.claim, profile)
            else:
                await self._proofs.of_page(each.thing.url, profile)
        except NotProved:
            return False
        return True

    async def _note(
        self, each: OwnersClaim | OwnersPage, *, is_seen: bool, now: datetime
    ) -> bool:
        """Store what was seen of *each*; tell whether it is lost by that."""
        if isinstance(each, OwnersPage):
            return await self._note_page(each, is_seen=is_seen, now=now)
        async with self._database.transaction() as tx:
            # It may have been withdrawn while we looked.
            asked = await host_claims.get(tx, each.claim.thing, each.claim.host)
            if asked is None:
                return False
            if is_seen:
                await count(tx, asked, each.owner, now=now)
                return False
            return await _miss_host(tx, asked, now=now)

    async def _note_page(
        self, each: OwnersPage, *, is_seen: bool, now: datetime
    ) -> bool:
        async with self._database.transaction() as tx:
            proof = await proved_pages.get(tx, each.thing.id)
            if proof is None:
                return False
            if is_seen:
                await proved_pages.add(tx, each.thing, at=now)
                return False
            if is_lost(proof.missing_since, now=now):
                return await proved_pages.remove(tx, each.thing.id)
            if proof.missing_since is None:
                await proved_pages.miss(tx, each.thing.id, since=now)
            return False


async def _miss_host(tx: Transaction, asked: HostClaim, *, now: datetime) -> bool:
    if asked.is_proved and not is_lost(asked.missing_since, now=now):
        since = asked.missing_since or now
        await host_claims.note(tx, asked, seen_at=asked.seen_at, missing_since=since)
        return False
    await hosts.remove(tx, asked.thing, asked.host)
    await host_claims.note(tx, asked, seen_at=None, missing_since=None)
    return True
