"""What is shown of things: of many who look at once, to each what is his to know."""

import asyncio
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from overallt.protocol.ids import ThingId
from overallt_server.core.refusals import InvalidRequest
from overallt_server.core.shown_things import Viewer
from overallt_server.storage import hosts
from overallt_server.use_cases.looking_up import MOST_THINGS, LookingUp
from overallt_server.use_cases.subscribing import Subscribing

if TYPE_CHECKING:
    from overallt.protocol.ids import UserId
    from tests.storage.money.conftest import Town


async def _ada_and_her_things(town: "Town") -> tuple["UserId", "ThingId", "ThingId"]:
    ada = await town.patron(1, means=1000, budget=500)
    song = await town.thing(11, owner=await town.user(2))
    essay = await town.thing(12, owner=await town.user(3))
    await town.flattr(ada, song)
    return ada, song, essay


async def test_to_each_who_looks_at_once_is_told_what_he_has_done(town: "Town") -> None:
    ada, song, essay = await _ada_and_her_things(town)
    eva = await town.patron(4, means=1000, budget=500)
    await Subscribing(town.database).subscribe(patron=eva, thing=essay, now=town.now)
    looking_up = LookingUp(town.database)

    told = await asyncio.gather(
        *(
            looking_up.shown([song, essay], viewer)
            for viewer in (Viewer(ada, town.now), Viewer(eva, town.now), None)
        )
    )

    assert [
        [(True, False), (False, False)],
        [(False, False), (False, True)],
        [(None, None), (None, None)],
    ] == [[(each.flattred, each.subscribed) for each in shown] for shown in told]


async def test_what_was_flattred_is_told_of_the_open_period_alone(town: "Town") -> None:
    """A period that is closed takes nothing, even by a clock that is behind."""
    ada, song, _ = await _ada_and_her_things(town)
    looking_up = LookingUp(town.database)
    open_, over = Viewer(ada, town.now), Viewer(ada, town.january.end)

    before = [
        (await looking_up.shown_thing(str(song), viewer)).flattred
        for viewer in (open_, over)
    ]
    await town.close()
    after = (await looking_up.shown_thing(str(song), open_)).flattred

    assert [True, False] == before
    assert after is False


async def test_what_is_undone_is_not_shown_as_flattred(town: "Town") -> None:
    ada, song, _ = await _ada_and_her_things(town)
    await town.flattring.undo(patron=ada, thing=song, now=town.now)

    shown = await LookingUp(town.database).shown_thing(str(song), Viewer(ada, town.now))

    assert (False, 0, 0) == (shown.flattred, shown.flattrs, shown.patrons)


async def test_things_come_in_order_with_owner_hosts_and_counts(town: "Town") -> None:
    ada, song, essay = await _ada_and_her_things(town)
    eva = await town.patron(4, means=1000, budget=500)
    await town.flattr(eva, song)
    await town.flattr(ada, song, at=town.january.end)
    async with town.database.transaction() as tx:
        for host in ("www.test", "a.test"):
            await hosts.add(tx, song, host, at=town.now)

    shown = await LookingUp(town.database).shown(
        [essay, ThingId(99), song, essay], None
    )

    assert [essay, song, essay] == [each.thing.id for each in shown]
    assert [3, 2, 3] == [each.owner.id for each in shown]
    assert [0, 3, 0] == [each.flattrs for each in shown]
    assert [0, 2, 0] == [each.patrons for each in shown]
    assert [[], ["a.test", "www.test"], []] == [each.hosts for each in shown]


async def test_many_who_look_at_once_cost_two_statements(town: "Town") -> None:
    ada, song, essay = await _ada_and_her_things(town)
    looking_up = LookingUp(town.database)
    sent: list[str] = []

    def note(_c: object, _u: object, sql: str, *_: object) -> None:
        sent.append(sql)

    sa.event.listen(town.database.engine.sync_engine, "before_cursor_execute", note)
    await asyncio.gather(
        *(looking_up.shown([song, essay], Viewer(ada, town.now)) for _ in range(20))
    )

    assert 2 == len(sent)


async def test_more_than_is_shown_at_once_is_refused(town: "Town") -> None:
    with pytest.raises(InvalidRequest):
        await LookingUp(town.database).shown([ThingId(1)] * (MOST_THINGS + 1), None)
