"""What waits for its owner counts when he has proved himself, on both databases."""

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from overallt_server.core.refusals import AlreadyFlattred
from overallt_server.storage import schema
from overallt_server.use_cases.intending import Intending
from overallt_server.use_cases.proving_hosts import ProvingHosts
from overallt_server.use_cases.registering_things import RegisteringThings

if TYPE_CHECKING:
    from overallt.protocol.ids import ThingId, UserId
    from overallt_server.core.periods import Period
    from tests.storage.money.conftest import Town

URL = "https://blog.test/song"


async def intend(town: "Town", patron: "UserId", url: str = URL) -> None:
    await Intending(town.database, town.rules).intend(
        patron=patron, url=url, now=town.now
    )


async def register(town: "Town", owner: "UserId", url: str = URL) -> "ThingId":
    thing = await RegisteringThings(town.database).register(
        owner=owner, url=url, title="The song", now=town.now
    )
    return thing.id


async def prove(town: "Town", thing: "ThingId", host: str = "blog.test") -> None:
    await ProvingHosts(town.database).note(thing=thing, host=host, now=town.now)


async def given(town: "Town") -> "list[tuple[UserId, Period, ThingId, datetime]]":
    """Return what was flattred: by whom, in which month, what and when."""
    return [
        (row.patron_id, row.period, row.thing_id, row.flattred_at)
        for row in await town.rows(schema.flattrs)
    ]


async def waiting(town: "Town") -> "list[tuple[UserId, str]]":
    """Return who waits for which address."""
    return [
        (row.patron_id, row.url)
        for row in await town.rows(schema.intents)
        if row.thing_id is None
    ]


async def test_a_thing_of_an_owner_who_has_not_proved_its_host_claims_nothing(
    town: "Town",
) -> None:
    ada = await town.patron(1, means=1000, budget=600)
    await intend(town, ada)

    await prove(town, await register(town, await town.user(2)), "other.test")

    assert [] == await given(town)
    assert [(ada, URL)] == await waiting(town)


async def test_the_thing_may_come_first(town: "Town") -> None:
    ada = await town.patron(1, means=1000, budget=600)
    await intend(town, ada)
    song = await register(town, await town.user(2))
    town.now += timedelta(days=2)

    await prove(town, song)

    assert [(ada, town.january, song, town.now)] == await given(town)
    assert [] == await waiting(town)


async def test_the_host_may_come_first(town: "Town") -> None:
    ada = await town.patron(1, means=1000, budget=600)
    owner = await town.user(2)
    await prove(town, await register(town, owner, "https://blog.test/"))
    await intend(town, ada)
    town.now += timedelta(days=2)

    song = await register(town, owner)

    assert [(ada, town.january, song, town.now)] == await given(town)


async def test_somebody_elses_proof_is_none(town: "Town") -> None:
    ada = await town.patron(1, means=1000, budget=600)
    await prove(town, await register(town, await town.user(2), "https://blog.test/"))
    await intend(town, ada)

    await register(town, await town.user(3))

    assert [(ada, URL)] == await waiting(town)


async def test_a_host_with_a_port_of_its_own_is_another_server(town: "Town") -> None:
    ada = await town.patron(1, means=1000, budget=600)
    url = "https://blog.test:8443/song"
    await intend(town, ada, url)

    await prove(town, await register(town, await town.user(2), url))

    assert [(ada, url)] == await waiting(town)


async def test_one_proof_claims_all_that_the_owner_has_there(town: "Town") -> None:
    owner = await town.user(9)
    urls = [f"https://blog.test/{number}" for number in range(3)]
    patrons = [await town.patron(each, means=1000, budget=600) for each in (1, 2)]
    for patron in patrons:
        for url in urls:
            await intend(town, patron, url)
    things = [await register(town, owner, url) for url in urls]

    await prove(town, things[0])

    assert [
        (patron, town.january, thing, town.now)
        for patron in patrons
        for thing in things
    ] == await given(town)


async def test_what_an_old_button_named_by_http_is_claimed_by_https(
    town: "Town",
) -> None:
    ada = await town.patron(1, means=1000, budget=600)
    await intend(town, ada, "http://blog.test/song")
    await intend(town, ada)

    song = await register(town, await town.user(2))
    await prove(town, song)

    assert [(ada, town.january, song, town.now)] == await given(town)
    assert [] == await waiting(town)


async def test_of_two_things_that_at_the_very_address_claims(town: "Town") -> None:
    ada = await town.patron(1, means=1000, budget=600)
    owner = await town.user(2)
    await intend(town, ada, "http://blog.test/song")
    await register(town, owner)
    old = await register(town, owner, "http://blog.test/song")

    await prove(town, old)

    assert [old] == [thing for _, _, thing, _ in await given(town)]


async def test_what_named_https_is_not_claimed_by_http(town: "Town") -> None:
    ada = await town.patron(1, means=1000, budget=600)
    await intend(town, ada)

    await prove(town, await register(town, await town.user(2), "http://blog.test/song"))

    assert [(ada, URL)] == await waiting(town)


async def test_what_was_flattred_by_hand_meanwhile_counts_once(town: "Town") -> None:
    ada = await town.patron(1, means=1000, budget=600)
    await intend(town, ada)
    song = await register(town, await town.user(2))
    await town.flattr(ada, song)
    clicked_at = town.now
    town.now += timedelta(days=1)

    await prove(town, song)

    assert [(ada, town.january, song, clicked_at)] == await given(town)
    assert [] == await waiting(town)


async def test_what_was_claimed_cannot_be_flattred_again_in_its_month(
    town: "Town",
) -> None:
    ada = await town.patron(1, means=1000, budget=600)
    await intend(town, ada)
    song = await register(town, await town.user(2))
    await prove(town, song)

    with pytest.raises(AlreadyFlattred):
        await town.flattr(ada, song)


async def test_proved_again_it_counts_once(town: "Town") -> None:
    ada = await town.patron(1, means=1000, budget=600)
    await intend(town, ada)
    song = await register(town, await town.user(2))

    for _ in range(2):
        await prove(town, song)

    assert 1 == len(await given(town))


async def test_owners_who_prove_at_the_same_moment_claim_once(
    town: "Town", same_town: "Town"
) -> None:
    ada = await town.patron(1, means=1000, budget=600)
    ben = await town.patron(2, means=1000, budget=600)
    owner = await town.user(3)
    things = []
    for url in (URL, "https://blog.test/essay"):
        for patron in (ada, ben):
            await intend(town, patron, url)
        things.append(await register(town, owner, url))

    await asyncio.gather(prove(town, things[0]), prove(same_town, things[1]))

    assert 4 == len(await given(town))
    assert [] == await waiting(town)


async def test_in_the_last_days_of_a_month_it_counts_in_the_next(town: "Town") -> None:
    ada = await town.patron(1, means=1000, budget=600)
    await intend(town, ada)
    town.now = town.january.end - timedelta(hours=72)
    song = await register(town, await town.user(2))

    await prove(town, song)
    await town.close()

    assert [(ada, town.january.next, song, town.now)] == await given(town)
    assert 0 == (await town.rows(schema.pots))[0].pot_minor


@pytest.mark.parametrize(("days", "given_then"), [(89, 1), (90, 0)])
async def test_after_90_days_nothing_is_claimed(
    town: "Town", days: int, given_then: int
) -> None:
    ada = await town.patron(1, means=1000, budget=600)
    await intend(town, ada)
    town.now += timedelta(days=days)

    await prove(town, await register(town, await town.user(2)))

    assert given_then == len(await given(town))


async def test_the_close_forgets_what_has_expired_or_counted(town: "Town") -> None:
    ada = await town.patron(1, means=1000, budget=600)
    town.now = town.closing_time - timedelta(days=90)
    await intend(town, ada, "https://blog.test/expired")
    town.now += timedelta(seconds=1)
    await intend(town, ada, "https://blog.test/waits")
    await intend(town, ada)
    town.now = town.january.start
    await prove(town, await register(town, await town.user(2)))

    await town.close()

    assert ["https://blog.test/waits"] == [
        row.url for row in await town.rows(schema.intents)
    ]


async def test_nobody_gives_to_himself(town: "Town") -> None:
    ada = await town.patron(1, means=1000, budget=600)
    await intend(town, ada)

    await prove(town, await register(town, ada))

    assert [] == await given(town)
    assert [] == await town.rows(schema.intents)


async def test_who_cannot_give_is_passed_over_until_a_month_is_closed(
    town: "Town",
) -> None:
    ada = await town.patron(1, means=1000, budget=600)
    ben = await town.patron(2, means=1000, budget=600)
    for patron in (ada, ben):
        await intend(town, patron)
    await town.set_budget(ada, 600, active=False)
    song = await register(town, await town.user(3))
    await prove(town, song)
    before = [(patron, period) for patron, period, _, _ in await given(town)]
    await town.set_budget(ada, 600)

    await town.close()

    february = town.january.next
    assert [(ben, town.january)] == before
    assert [
        (ada, february, song, town.closing_time),
        (ben, town.january, song, town.now),
    ] == await given(town)


async def test_who_has_spent_his_means_is_passed_over(town: "Town") -> None:
    ada = await town.patron(1, means=600, budget=600)
    await town.flattr(ada, await town.thing(11, owner=await town.user(2)))
    await intend(town, ada)
    closed = await town.close()
    town.now = town.closing_time

    await prove(town, await register(town, await town.user(3)))

    assert 600 == closed.pots.minor
    assert [(ada, URL)] == await waiting(town)


async def test_no_money_is_moved_by_an_intent_or_its_claim(town: "Town") -> None:
    ada = await town.patron(1, means=1000, budget=600)
    before = await town.rows(schema.postings)
    await intend(town, ada)

    await prove(town, await register(town, await town.user(2)))

    assert before == await town.rows(schema.postings)


async def test_many_patrons_are_claimed_a_few_at_a_time(
    town: "Town", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("overallt_server.use_cases.claiming.PATRONS_AT_ONCE", 2)
    patrons = [await town.patron(each, means=1000, budget=600) for each in range(1, 6)]
    for patron in patrons:
        await intend(town, patron)

    await prove(town, await register(town, await town.user(9)))

    assert patrons == [patron for patron, _, _, _ in await given(town)]


async def test_a_click_a_claim_and_a_close_at_once_count_it_once_a_month(
    town: "Town", same_town: "Town"
) -> None:
    ada = await town.patron(1, means=1000, budget=600)
    await intend(town, ada)
    song = await register(town, await town.user(2))
    town.now = town.closing_time

    await asyncio.gather(
        prove(town, song),
        same_town.flattr(ada, song, at=town.closing_time),
        town.close(),
        return_exceptions=True,
    )

    assert [(ada, town.january.next)] == [
        (patron, period) for patron, period, _, _ in await given(town)
    ]
    assert [] == await waiting(town)
