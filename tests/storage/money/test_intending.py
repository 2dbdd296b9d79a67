"""Flattring what nobody has claimed yet, and taking it back, on both databases."""

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from overallt.protocol.ids import UserId
from overallt_server.core.intents import Claim, Intent
from overallt_server.core.refusals import (
    AlreadyFlattred,
    IdempotencyMismatch,
    InvalidThing,
    NoMeans,
    NotFound,
    OwnThing,
    Refusal,
)
from overallt_server.storage import schema
from overallt_server.use_cases.intending import Intending, ListedIntent
from overallt_server.use_cases.looking_up import LookingUp
from overallt_server.use_cases.proving_hosts import ProvingHosts
from overallt_server.use_cases.registering_things import RegisteringThings

if TYPE_CHECKING:
    from overallt_server.core.things import Thing
    from tests.storage.money.conftest import Town

URL = "https://blog.test/song"


async def intend(
    town: "Town", patron: UserId, url: str = URL, *, key: str | None = None
) -> Intent:
    return await Intending(town.database, town.rules).intend(
        patron=patron, url=url, now=town.now, idempotency_key=key
    )


async def take_back(town: "Town", patron: UserId, url: str = URL) -> None:
    await Intending(town.database, town.rules).take_back(
        patron=patron, url=url, now=town.now
    )


async def listed(
    town: "Town", patron: UserId, *, page: int = 1, count: int = 10
) -> list[ListedIntent]:
    return await Intending(town.database, town.rules).listed(
        patron=patron, now=town.now, page=page, count=count
    )


async def claim(town: "Town", owner: UserId, url: str = URL) -> "Thing":
    """Let *owner* register the thing at *url* and prove its host."""
    thing = await RegisteringThings(town.database).register(
        owner=owner, url=url, title="The song", now=town.now
    )
    await ProvingHosts(town.database).note(
        thing=thing.id, host="blog.test", now=town.now
    )
    return await LookingUp(town.database).thing(str(thing.id))


async def test_it_waits_for_90_days_under_its_normal_address(town: "Town") -> None:
    ada = await town.patron(1, means=1000, budget=600)

    kept = await intend(town, ada, " HTTPS://BLOG.test:443/song")

    assert Intent(ada, URL, town.now, claim=None) == kept
    assert town.now + timedelta(days=90) == kept.expires_at
    assert [ListedIntent(kept, None)] == await listed(town, ada)
    assert [] == await town.rows(schema.flattrs)


@pytest.mark.parametrize("url", [URL, "http://blog.test/song"])
async def test_what_is_registered_is_flattred_there(town: "Town", url: str) -> None:
    ada = await town.patron(1, means=1000, budget=600)
    await RegisteringThings(town.database).register(
        owner=await town.user(2), url=URL, title="The song", now=town.now
    )

    with pytest.raises(InvalidThing, match="registered"):
        await intend(town, ada, url)


async def test_nobody_waits_for_himself(town: "Town") -> None:
    ada = await town.patron(1, means=1000, budget=600)
    await claim(town, ada, "https://blog.test/")

    with pytest.raises(OwnThing):
        await intend(town, ada)


async def test_there_is_one_for_each_patron_and_address(
    town: "Town", same_town: "Town"
) -> None:
    ada = await town.patron(1, means=1000, budget=600)
    ben = await town.patron(2, means=1000, budget=600)
    await intend(town, ben)

    outcomes = await asyncio.gather(
        intend(town, ada), intend(same_town, ada), return_exceptions=True
    )

    assert {Intent, AlreadyFlattred} == {type(each) for each in outcomes}
    assert 2 == len(await town.rows(schema.intents))


@pytest.mark.parametrize(
    ("means", "active"), [(0, True), (1000, False)], ids=["no means", "paused"]
)
async def test_who_has_nothing_to_give_is_told_so(
    town: "Town", means: int, *, active: bool
) -> None:
    ada = await town.patron(1, means=means, budget=600)
    await town.set_budget(ada, 600, active=active)

    with pytest.raises(NoMeans):
        await intend(town, ada)


async def test_who_is_no_user_any_more_is_refused(town: "Town") -> None:
    with pytest.raises(NotFound):
        await intend(town, UserId(99))


async def test_what_has_expired_is_listed_no_more_and_may_be_kept_anew(
    town: "Town",
) -> None:
    ada = await town.patron(1, means=1000, budget=600)
    await intend(town, ada)
    town.now += timedelta(days=90)

    before = await listed(town, ada)
    anew = await intend(town, ada)

    assert [] == before
    assert [ListedIntent(anew, None)] == await listed(town, ada)


async def test_the_same_key_gets_the_same_answer(town: "Town") -> None:
    ada = await town.patron(1, means=1000, budget=600)
    first = await intend(town, ada, key="k")
    town.now += timedelta(days=1)

    again = await intend(town, ada, key="k")

    assert first == again
    assert 1 == len(await town.rows(schema.intents))


async def test_a_key_for_another_address_is_refused(town: "Town") -> None:
    ada = await town.patron(1, means=1000, budget=600)
    await intend(town, ada, key="k")

    with pytest.raises(IdempotencyMismatch):
        await intend(town, ada, "https://blog.test/other", key="k")


async def test_the_newest_is_listed_first_by_pages(town: "Town") -> None:
    ada = await town.patron(1, means=1000, budget=600)
    for number in range(3):
        await intend(town, ada, f"https://blog.test/{number}")
        town.now += timedelta(seconds=1)

    pages = [await listed(town, ada, page=page, count=2) for page in (1, 2, 3)]

    assert [["2", "1"], ["0"], []] == [
        [each.intent.url[-1] for each in page] for page in pages
    ]


async def test_what_waits_can_be_taken_back_once(town: "Town") -> None:
    ada = await town.patron(1, means=1000, budget=600)
    await intend(town, ada)

    await take_back(town, ada)

    with pytest.raises(NotFound):
        await take_back(town, ada)
    assert [] == await town.rows(schema.intents)


async def test_what_has_expired_cannot_be_taken_back(town: "Town") -> None:
    ada = await town.patron(1, means=1000, budget=600)
    await intend(town, ada)
    town.now += timedelta(days=90)

    with pytest.raises(NotFound):
        await take_back(town, ada)


async def test_the_patron_sees_who_has_claimed_and_when_it_counts(
    town: "Town",
) -> None:
    ada = await town.patron(1, means=1000, budget=600)
    kept = await intend(town, ada)
    town.now = town.january.end - timedelta(days=1)

    song = await claim(town, await town.user(2))

    february = town.january.next
    told = Intent(ada, URL, kept.made_at, Claim(song.id, february))
    assert [ListedIntent(told, song)] == await listed(town, ada)


@pytest.mark.parametrize("days_before_the_end", [1, 10])
async def test_what_was_claimed_can_be_undone_until_its_month_is_closed(
    town: "Town", days_before_the_end: int
) -> None:
    ada = await town.patron(1, means=1000, budget=600)
    await intend(town, ada)
    town.now = town.january.end - timedelta(days=days_before_the_end)
    await claim(town, await town.user(2))

    await take_back(town, ada)

    assert [town.now] == [row.undone_at for row in await town.rows(schema.flattrs)]
    assert [] == await listed(town, ada)
    with pytest.raises(NotFound):
        await take_back(town, ada)


async def outcome(deed: Any) -> type[Refusal] | None:
    try:
        await deed
    except Refusal as refusal:
        return type(refusal)
    return None


async def test_taking_back_comes_before_the_close_or_after_it(
    town: "Town", same_town: "Town"
) -> None:
    ada = await town.patron(1, means=1000, budget=600)
    await intend(town, ada)
    await claim(town, await town.user(2))

    refused, _ = await asyncio.gather(
        outcome(take_back(town, ada)), outcome(same_town.close())
    )

    (flattr,) = await town.rows(schema.flattrs)
    in_pot = await town.rows(schema.pot_things)
    assert (refused is None) == (flattr.undone_at is not None) == (not in_pot)
    assert refused in {None, NotFound}
