"""Claiming hosts: an owner says which sites are his, and lets them say so, too.

What is outside is looked at between two transactions, never within one: a site may
take its time.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.hosts import host_named, provable_host
from overallt_server.core.limits import PROOFS_BY_ONE_USER
from overallt_server.core.proofs import (
    HostClaim,
    HostState,
    PageProof,
    refuse_too_many_hosts,
)
from overallt_server.core.refusals import Forbidden, InvalidHost, NotFound
from overallt_server.core.things import Thing
from overallt_server.core.users import User
from overallt_server.storage import host_claims, hosts, proved_pages, things
from overallt_server.storage.database import Database, Transaction
from overallt_server.storage.intents import Claimants
from overallt_server.use_cases.claiming import claim
from overallt_server.use_cases.limiting import Limited, take

type ProfileOf = Callable[[str], str]


class Proofs(Protocol):
    """Whoever looks outside; both refuse as ``NotProved`` what does not say so."""

    async def of_host(self, claim: HostClaim, profile: str) -> None:
        """Look whether the host of *claim* names the owner with that *profile*."""

    async def of_page(self, url: str, profile: str) -> None:
        """Look whether the page at *url* names the owner with that *profile*."""


class ClaimingHosts:
    """The use cases of an owner; *profile_of* gives a username's profile address."""

    def __init__(
        self, database: Database, proofs: Proofs, *, profile_of: ProfileOf
    ) -> None:
        self._database = database
        self._proofs = proofs
        self._profile_of = profile_of

    async def listed(
        self, *, owner: User, thing: ThingId
    ) -> tuple[Thing, list[HostClaim], PageProof | None]:
        """Return *thing* of *owner*, its hosts, and whether its page is proved.

        Raises:
            NotFound: there is no such thing.
            Forbidden: it is somebody else's.
        """
        async with self._database.snapshot() as tx:
            return (
                await _own(tx, owner, thing),
                await host_claims.of_thing(tx, thing),
                await proved_pages.get(tx, thing),
            )

    async def ask(
        self, *, owner: User, thing: ThingId, host: str, now: datetime
    ) -> HostClaim:
        """Say that *host* is that of *owner*; said twice it is said once.

        Raises:
            InvalidHost: nobody can prove this host.
            InvalidRequest: there are too many.
            NotFound: there is no such thing.
            Forbidden: it is somebody else's.
        """
        name = provable_host(host)
        async with self._database.transaction() as tx:
            await _own(tx, owner, thing)
            before = await host_claims.of_thing(tx, thing)
            if name not in {each.host for each in before}:
                refuse_too_many_hosts(len(before))
                await host_claims.add(tx, thing, name, at=now)
            return await _found(tx, thing, name)

    async def verify(
        self, *, owner: User, thing: ThingId, host: str, now: datetime
    ) -> HostClaim:
        """Look for the proof of *host*; if it is there, it counts from now on.

        Where another owner has proved the same host, it is contested, and an operator
        decides.

        Raises:
            NotProved: there is no proof; the sentence says what was seen.
            RateLimited: the owner lets us look too often.
            NotFound: he has not asked for it.
            Forbidden: the thing is somebody else's.
        """
        name = _asked_for(host)
        async with self._database.snapshot() as tx:
            await _own(tx, owner, thing)
            asked = await _found(tx, thing, name)
        await self._take_a_look(owner, now)
        await self._proofs.of_host(asked, self._profile_of(owner.username))
        async with self._database.transaction() as tx:
            asked = await _found(tx, thing, name)
            await count(tx, asked, owner.id, now=now)
            return await _found(tx, thing, name)

    async def verify_page(self, *, owner: User, thing: ThingId, now: datetime) -> None:
        """Look whether the page of *thing* says whose it is; then what waits is his.

        Raises:
            NotProved: it does not; the sentence says why.
            RateLimited: the owner lets us look too often.
            NotFound: there is no such thing.
            Forbidden: it is somebody else's.
        """
        async with self._database.snapshot() as tx:
            own = await _own(tx, owner, thing)
        await self._take_a_look(owner, now)
        await self._proofs.of_page(own.url, self._profile_of(owner.username))
        async with self._database.transaction() as tx:
            await proved_pages.add(tx, own, at=now)
            await claim(tx, Claimants(thing=thing, owner=None), now=now)

    async def withdraw(self, *, owner: User, thing: ThingId, host: str) -> None:
        """Say that *host* is that of *owner* no longer.

        Raises:
            NotFound: he has not said so.
            Forbidden: the thing is somebody else's.
        """
        name = _asked_for(host)
        async with self._database.transaction() as tx:
            await _own(tx, owner, thing)
            if not await host_claims.remove(tx, thing, name):
                raise NotFound
            await hosts.remove(tx, thing, name)

    async def proved_pages(self, ids: list[ThingId]) -> set[ThingId]:
        """Return the things of *ids* whose pages say themselves whose they are."""
        async with self._database.snapshot() as tx:
            return await proved_pages.among(tx, ids)

    async def _take_a_look(self, owner: User, now: datetime) -> None:
        limited = Limited(PROOFS_BY_ONE_USER, ("proofs for", owner.username))
        await take(self._database, [limited], now=now)


async def count(
    tx: Transaction, asked: HostClaim, owner: UserId, *, now: datetime
) -> HostState:
    """Let the proof of *asked* count, which was seen; contested, it only waits.

    Once it counts, all things of its *owner* on that host claim what waits for them.
    """
    await host_claims.note(tx, asked, seen_at=now, missing_since=None)
    if asked.is_proved:
        return HostState.PROVED
    if await host_claims.others_with(tx, asked.host, owner):
        return HostState.CONTESTED
    await hosts.add(tx, asked.thing, asked.host, at=now)
    await claim(tx, Claimants(thing=None, owner=owner), now=now)
    return HostState.PROVED


def _asked_for(host: str) -> str:
    try:
        return host_named(host)
    except InvalidHost as error:
        raise NotFound("No host is named so.") from error


async def _own(tx: Transaction, owner: User, thing: ThingId) -> Thing:
    found = await things.get(tx, thing)
    if found is None:
        raise NotFound
    if found.owner != owner.id:
        raise Forbidden
    return found


async def _found(tx: Transaction, thing: ThingId, host: str) -> HostClaim:
    found = await host_claims.get(tx, thing, host)
    if found is None:
        raise NotFound(f"Say first that {host} is yours.")
    return found
