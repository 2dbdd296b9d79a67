"""Owners prove their hosts and pages by themselves: asked, looked for, contested."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest

from overallt.protocol import codec, messages
from overallt.protocol.host_messages import HostClaim
from overallt_server.core.limits import PROOFS_BY_ONE_USER
from overallt_server.core.proofs import MOST_HOSTS
from overallt_server.use_cases.looking_up import LookingUp

if TYPE_CHECKING:
    from aiohttp import ClientResponse
    from outside_world import OutsideWorld

    from overallt_server.core.things import Thing
    from overallt_server.core.users import User
    from tests.web.conftest import Browser, World

HOST: Final = "bo.example"
RECORD: Final = "_overallt.bo.example"
FILE: Final = "/.well-known/overallt-verification"


@pytest.fixture
async def bo(world: "World") -> "User":
    return await world.user("bo")


@pytest.fixture
async def thing(world: "World", bo: "User") -> "Thing":
    return await world.thing(bo)


def says(world: "World", username: str = "bo") -> str:
    return f"overallt-verification={world.settings.public_url}/profile/{username}"


async def sent(
    browser: "Browser", path: str, body: object, **headers: str
) -> "ClientResponse":
    return await browser.session.post(
        f"/rest/v2/things/{path}", json=body, headers={**browser.headers, **headers}
    )


async def asked(browser: "Browser", thing: "Thing", host: str = HOST) -> Any:
    response = await sent(browser, f"{thing.id}/hosts", {"host": host})
    return codec.decode(HostClaim, await response.text())


async def verified(
    browser: "Browser", thing: "Thing", host: str = HOST
) -> "ClientResponse":
    return await sent(browser, f"{thing.id}/hosts/{host}/verify", {})


async def state(response: "ClientResponse") -> str:
    return codec.decode(HostClaim, await response.text()).state


async def error(response: "ClientResponse") -> tuple[int, str]:
    told = codec.decode(messages.Error, await response.text())
    return response.status, told.error


async def confirmed(world: "World", thing: "Thing") -> list[str] | None:
    response = await world.client.get(f"/rest/v2/things/{thing.id}")
    return codec.decode(messages.Thing, await response.text()).hosts


async def test_it_is_said_what_would_prove_a_host(
    world: "World", bo: "User", thing: "Thing"
) -> None:
    claim = await asked(await world.browser(bo), thing, "BO.example")

    assert ("waiting", HOST, RECORD, f"https://{HOST}{FILE}", says(world)) == (
        claim.state,
        claim.host,
        claim.record_name,
        claim.file_url,
        claim.text,
    )
    assert [] == await confirmed(world, thing)


async def test_a_record_proves_a_host(
    world: "World", outside: "OutsideWorld", bo: "User", thing: "Thing"
) -> None:
    browser = await world.browser(bo)
    await asked(browser, thing)
    outside.texts[RECORD] = ["v=spf1 -all", says(world)]

    response = await verified(browser, thing)

    assert (200, "proved") == (response.status, await state(response))
    assert [HOST] == await confirmed(world, thing)


async def test_a_file_proves_a_host(
    world: "World", outside: "OutsideWorld", bo: "User", thing: "Thing"
) -> None:
    browser = await world.browser(bo)
    await asked(browser, thing)
    await outside.pages(HOST, {FILE: f"something else\r\n {says(world)} \r\n"})

    response = await verified(browser, thing)

    assert "proved" == await state(response)
    assert [HOST] == await confirmed(world, thing)


@pytest.mark.parametrize(
    "pages",
    [
        {},
        {FILE: "overallt-verification=https://other.test/profile/bo"},
        {FILE: "We do not say: {says}, or do we?"},
        {"/": "{says}"},
        {FILE: "to:https://evil.example/bo"},
        {FILE: "to:http://127.0.0.1/"},
    ],
)
async def test_anything_else_at_the_host_proves_nothing(
    world: "World",
    outside: "OutsideWorld",
    bo: "User",
    thing: "Thing",
    pages: dict[str, str],
) -> None:
    browser = await world.browser(bo)
    await asked(browser, thing)
    await outside.pages(
        HOST, {at: text.format(says=says(world)) for at, text in pages.items()}
    )
    await outside.pages("evil.example", {"/bo": says(world)})

    assert (403, "not_proved") == await error(await verified(browser, thing))
    assert [] == await confirmed(world, thing)


@pytest.mark.parametrize(
    "texts", [["overallt-verification=eve"], ["xoverallt-verification"], []]
)
async def test_another_record_proves_nothing(
    world: "World",
    outside: "OutsideWorld",
    bo: "User",
    thing: "Thing",
    texts: list[str],
) -> None:
    browser = await world.browser(bo)
    await asked(browser, thing)
    outside.texts |= {RECORD: [*texts, says(world, "eve")], HOST: [says(world)]}

    response = await verified(browser, thing)
    sentence = codec.decode(messages.Error, await response.text()).error_description

    assert f"The record {RECORD}: It says something else." in sentence
    assert "The file: It could not be reached." in sentence


async def test_a_host_that_was_not_asked_for_is_not_looked_at(
    world: "World", outside: "OutsideWorld", bo: "User", thing: "Thing"
) -> None:
    outside.texts[RECORD] = [says(world)]

    response = await verified(await world.browser(bo), thing)

    assert (404, "not_found") == await error(response)


@pytest.mark.parametrize(
    "host",
    ["co.uk", "github.io", "com", "localhost", "127.0.0.1", "bo.example:8080", ""],
)
async def test_what_is_nobodys_own_is_not_provable(
    world: "World", bo: "User", thing: "Thing", host: str
) -> None:
    response = await sent(await world.browser(bo), f"{thing.id}/hosts", {"host": host})

    assert (400, "invalid_request") == await error(response)


async def test_a_thing_has_only_so_many_hosts(
    world: "World", bo: "User", thing: "Thing"
) -> None:
    browser = await world.browser(bo)
    for number in range(MOST_HOSTS):
        await asked(browser, thing, f"n{number}.example")

    again = await sent(browser, f"{thing.id}/hosts", {"host": "n0.example"})
    more = await sent(browser, f"{thing.id}/hosts", {"host": HOST})

    assert 201 == again.status
    assert (400, "invalid_request") == await error(more)


async def test_the_server_is_not_made_to_look_without_an_end(
    world: "World", bo: "User", thing: "Thing"
) -> None:
    browser = await world.browser(bo)
    await asked(browser, thing)

    answers = [
        await error(await verified(browser, thing))
        for _ in range(PROOFS_BY_ONE_USER.tries + 1)
    ]

    assert {(403, "not_proved")} == set(answers[:-1])
    assert (403, "rate_limit_exceeded") == answers[-1]


@pytest.mark.parametrize("path", ["hosts", "hosts/bo.example/verify"])
async def test_only_the_owner_himself_just_now_says_what_is_his(
    world: "World", bo: "User", thing: "Thing", path: str
) -> None:
    at, body = f"{thing.id}/{path}", {"host": HOST}
    browser = await world.browser(bo)
    token = dict(await world.bearer(bo, "flattr thing email extendedread"))
    other = await world.browser(await world.user("eve"))
    stale = await world.browser(bo, signed_in=timedelta(minutes=11))
    stranger = await world.browser()

    answers = [
        await error(response)
        for response in (
            await sent(browser, at, body, **token),
            await sent(other, at, body),
            await sent(stale, at, body),
            await sent(stranger, at, body),
            await sent(browser, at, body, **{"Sec-Fetch-Site": "cross-site"}),
            await sent(browser, f"99/{path}", body),
        )
    ]

    assert [
        (403, "insufficient_scope"),
        (403, "forbidden"),
        (401, "unauthorized"),
        (401, "unauthorized"),
        (403, "forbidden"),
        (404, "not_found"),
    ] == answers


async def test_an_owner_lists_his_own_hosts_and_nobody_elses(
    world: "World", bo: "User", thing: "Thing"
) -> None:
    browser = await world.browser(bo)
    claim = await asked(browser, thing)
    other = await world.browser(await world.user("eve"))

    mine = await (await browser.get(f"/rest/v2/things/{thing.id}/hosts")).text()
    theirs = await other.get(f"/rest/v2/things/{thing.id}/hosts.json")

    assert [claim] == codec.decode(list[HostClaim], mine)
    assert (403, "forbidden") == await error(theirs)


async def test_a_host_that_another_has_proved_is_contested(
    world: "World", outside: "OutsideWorld", bo: "User", thing: "Thing"
) -> None:
    eve = await world.user("eve")
    outside.texts[RECORD] = [says(world), says(world, "eve")]
    browser, evil = await world.browser(bo), await world.browser(eve)
    hers = await LookingUp(world.database).thing("eve")
    await asked(browser, thing)
    await asked(evil, hers)

    states = [
        await state(await verified(browser, thing)),
        await state(await verified(evil, hers)),
    ]

    assert ["proved", "contested"] == states
    assert [HOST] == await confirmed(world, thing)
    assert [] == await confirmed(world, hers)


async def test_two_things_of_one_owner_have_one_host(
    world: "World", outside: "OutsideWorld", bo: "User", thing: "Thing"
) -> None:
    outside.texts[RECORD] = [says(world)]
    browser, other = await world.browser(bo), await world.thing(bo, "song")
    for each in (thing, other):
        await asked(browser, each)

    states = [await state(await verified(browser, each)) for each in (thing, other)]

    assert ["proved", "proved"] == states


async def test_what_waits_at_a_host_is_claimed_as_it_is_proved(
    world: "World", outside: "OutsideWorld", bo: "User"
) -> None:
    headers = await world.bearer(await world.patron("ada"))
    await world.client.post(
        "/rest/v2/user/intents",
        headers=headers,
        data={"url": "http://bo.example/essay"},
    )
    thing, browser = await world.thing(bo), await world.browser(bo)
    outside.texts[RECORD] = [says(world)]
    await asked(browser, thing)

    await verified(browser, thing)

    (intent,) = await _intents(world, headers)
    assert intent.thing is not None
    assert thing.id == intent.thing.id


async def _intents(world: "World", headers: Any) -> list[messages.Intent]:
    response = await world.client.get("/rest/v2/user/intents", headers=headers)
    return codec.decode(list[messages.Intent], await response.text())


# --- The page for owners ------------------------------------------------------------


async def test_the_page_says_what_to_set_and_what_became_of_it(
    world: "World", outside: "OutsideWorld", bo: "User", thing: "Thing"
) -> None:
    browser, here = await world.browser(bo), f"/thing/{thing.id}/hosts"

    await browser.post(here, host=HOST)
    before = await browser.text(here)
    outside.texts[RECORD] = [says(world)]
    looked = await browser.post(f"{here}/verify", host=HOST)
    after = await browser.text(here)

    assert all(
        text in before
        for text in ("not confirmed yet", RECORD, f"https://{HOST}{FILE}", says(world))
    )
    assert here == looked.headers["Location"]
    assert "<strong>confirmed</strong>" in after
    assert RECORD not in after


async def test_the_page_says_why_nothing_is_proved(
    world: "World", bo: "User", thing: "Thing"
) -> None:
    browser, here = await world.browser(bo), f"/thing/{thing.id}/hosts"
    await browser.post(here, host=HOST)

    looked = await browser.post(f"{here}/verify", host=HOST)
    wrong = await browser.post(here, host="github.io")

    assert 403 == looked.status
    assert f"The record {RECORD}: There is none." in await looked.text()
    assert 400 == wrong.status
    assert "it is nobody&#39;s own" in await wrong.text()


async def test_a_host_is_taken_back_on_the_page(
    world: "World", outside: "OutsideWorld", bo: "User", thing: "Thing"
) -> None:
    browser, here = await world.browser(bo), f"/thing/{thing.id}/hosts"
    outside.texts[RECORD] = [says(world)]
    await browser.post(here, host=HOST)
    await browser.post(f"{here}/verify", host=HOST)

    await browser.post(f"{here}/withdraw", host=HOST)

    assert 'id="host-list"' not in await browser.text(here)
    assert [] == await confirmed(world, thing)


async def test_the_page_is_the_owners_alone(
    world: "World", thing: "Thing", stranger: "Browser"
) -> None:
    here = f"/thing/{thing.id}/hosts"
    eve = await world.browser(await world.user("eve"))

    assert 303 == (await stranger.get(here)).status
    assert 403 == (await eve.get(here)).status
    assert 403 == (await eve.post(here, host=HOST)).status
    assert 403 == (await eve.post(f"{here}/withdraw", host=HOST)).status
    assert 403 == (await eve.post(f"{here}/page")).status


@pytest.mark.parametrize("deed", ["", "/verify", "/withdraw", "/page"])
async def test_who_signed_in_a_while_ago_signs_in_again(
    world: "World", bo: "User", thing: "Thing", deed: str
) -> None:
    browser = await world.browser(bo, signed_in=timedelta(minutes=11))

    response = await browser.post(f"/thing/{thing.id}/hosts{deed}", host=HOST)

    assert 303 == response.status
    assert response.headers["Location"].startswith("/signin?next=")
