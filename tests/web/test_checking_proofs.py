"""What was proved once is looked for each day; what is lost makes room for another."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest
from aiohttp import web

from overallt_server.core.proofs import KEPT_WITHOUT_PROOF, HostState
from overallt_server.outside.proofs import Proofs
from overallt_server.use_cases.checking_proofs import Checked, CheckingProofs
from overallt_server.use_cases.claiming_hosts import ClaimingHosts
from overallt_server.use_cases.looking_up import LookingUp
from overallt_server.use_cases.proving_hosts import ProvingHosts
from overallt_server.web.addresses import Addresses

if TYPE_CHECKING:
    from outside_world import OutsideWorld

    from overallt_server.core.things import Thing
    from overallt_server.core.users import User
    from tests.web.conftest import World

HOST: Final = "bo.example"
RECORD: Final = "_overallt.bo.example"
DAY: Final = timedelta(days=1)


class Site:
    """A host, its owners, and the job that looks each day."""

    def __init__(self, world: "World", outside: "OutsideWorld") -> None:
        profile_of = Addresses(world.settings.public_url).profile
        proofs: Any = (world.database, Proofs(outside.way_out()))
        self.claiming = ClaimingHosts(*proofs, profile_of=profile_of)
        self.checking = CheckingProofs(*proofs, profile_of=profile_of)
        self.proving = ProvingHosts(world.database)
        self.world, self.outside = world, outside
        self.now: datetime = world.settings.now()

    def says(self, *owners: str) -> None:
        self.outside.texts[RECORD] = [
            f"overallt-verification={self.world.settings.public_url}/profile/{each}"
            for each in owners
        ]

    async def proved_by(self, owner: "User") -> "Thing":
        thing = await self.world.thing(owner)
        about: Any = {"owner": owner, "thing": thing.id, "host": HOST, "now": self.now}
        await self.claiming.ask(**about)
        await self.claiming.verify(**about)
        return thing

    async def look(self, *, after: timedelta = DAY) -> Checked:
        self.now += after
        return await self.checking.check(now=self.now)

    async def state(self, owner: "User", thing: "Thing") -> HostState:
        _, (claim,), _ = await self.claiming.listed(owner=owner, thing=thing.id)
        return claim.state

    async def counts(self, thing: "Thing") -> bool:
        looking_up = LookingUp(self.world.database)
        return [HOST] == (await looking_up.shown_thing(str(thing.id), None)).hosts


@pytest.fixture
def site(world: "World", outside: "OutsideWorld") -> Site:
    return Site(world, outside)


async def test_what_is_still_there_still_counts(world: "World", site: Site) -> None:
    site.says("bo")
    thing = await site.proved_by(bo := await world.user("bo"))

    checked = await site.look(after=KEPT_WITHOUT_PROOF * 2)

    assert Checked(seen=1, missing=0, lost=0) == checked
    assert HostState.PROVED is await site.state(bo, thing)


async def test_what_is_missing_counts_for_seven_days_more(
    world: "World", site: Site
) -> None:
    site.says("bo")
    thing = await site.proved_by(bo := await world.user("bo"))
    site.says("eve")

    first = await site.look()
    last = await site.look(after=KEPT_WITHOUT_PROOF - timedelta(seconds=1))
    counts, state = await site.counts(thing), await site.state(bo, thing)
    too_late = await site.look(after=timedelta(seconds=1))

    assert [Checked(0, 1, 0), Checked(0, 1, 0)] == [first, last]
    assert (True, HostState.MISSING) == (counts, state)
    assert Checked(0, 0, 1) == too_late
    assert HostState.WAITING is await site.state(bo, thing)
    assert not await site.counts(thing)


async def test_what_came_back_is_as_if_it_never_was_missing(
    world: "World", site: Site
) -> None:
    site.says("bo")
    thing = await site.proved_by(bo := await world.user("bo"))
    site.says()
    await site.look()
    site.says("bo")
    await site.look()
    site.says()

    await site.look(after=KEPT_WITHOUT_PROOF)

    assert HostState.MISSING is await site.state(bo, thing)


async def test_what_is_lost_can_be_proved_again(world: "World", site: Site) -> None:
    site.says("bo")
    thing = await site.proved_by(bo := await world.user("bo"))
    site.says()
    await site.look()
    await site.look(after=KEPT_WITHOUT_PROOF)
    site.says("bo")

    await site.claiming.verify(owner=bo, thing=thing.id, host=HOST, now=site.now)

    assert await site.counts(thing)


async def test_a_site_that_changes_hands_comes_to_its_new_owner_by_itself(
    world: "World", site: Site
) -> None:
    site.says("bo", "eve")
    old = await site.proved_by(await world.user("bo"))
    new = await site.proved_by(eve := await world.user("eve"))
    contested = await site.state(eve, new)
    site.says("eve")

    await site.look()
    during = await site.state(eve, new)
    await site.look(after=KEPT_WITHOUT_PROOF)

    assert [HostState.CONTESTED] * 2 == [contested, during]
    assert (False, True) == (await site.counts(old), await site.counts(new))


async def test_a_contested_claim_without_its_proof_waits_again(
    world: "World", site: Site
) -> None:
    site.says("bo", "eve")
    await site.proved_by(await world.user("bo"))
    new = await site.proved_by(eve := await world.user("eve"))
    site.says("bo")

    await site.look()

    assert HostState.WAITING is await site.state(eve, new)
    assert [] == await site.checking.contested()


async def test_what_an_operator_has_noted_is_not_looked_for(
    world: "World", site: Site
) -> None:
    thing = await world.thing(await world.user("bo"))
    await site.proving.note(thing=thing.id, host=HOST, now=site.now)

    assert Checked(0, 0, 0) == await site.look()
    assert await site.counts(thing)


async def test_what_an_operator_takes_back_is_not_asked_for_any_more(
    world: "World", site: Site
) -> None:
    site.says("bo")
    thing = await site.proved_by(bo := await world.user("bo"))

    await site.proving.withdraw(thing=thing.id, host=HOST)

    assert [] == (await site.claiming.listed(owner=bo, thing=thing.id))[1]
    assert Checked(0, 0, 0) == await site.look()


async def test_a_page_is_looked_for_as_a_host_is(world: "World", site: Site) -> None:
    says = [f'<a rel="me" href="{world.settings.public_url}/profile/bo">bo</a>']

    async def serve(_request: web.Request) -> web.StreamResponse:
        return web.Response(text=says[0], content_type="text/html")

    await site.outside.site(HOST, serve)
    thing = await world.thing(bo := await world.user("bo"))
    await site.claiming.verify_page(owner=bo, thing=thing.id, now=site.now)

    there = await site.look()
    says[0] = "sold"
    missing = [await site.look(), await site.look()]
    lost = await site.look(after=KEPT_WITHOUT_PROOF)

    assert Checked(1, 0, 0) == there
    assert [Checked(0, 1, 0)] * 2 == missing
    assert Checked(0, 0, 1) == lost
    assert set() == await site.claiming.proved_pages([thing.id])
