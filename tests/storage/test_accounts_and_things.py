"""Users, things, sessions and tokens on both databases, also when two come at once."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher

from overallt_server.core.grants import GrantRefused
from overallt_server.core.refusals import InvalidRequest, InvalidThing, NotFound
from overallt_server.core.registration import Registration
from overallt_server.core.users import User
from overallt_server.storage import things, users
from overallt_server.storage.database import Database
from overallt_server.storage.id_blocks import BLOCK, IdBlocks
from overallt_server.use_cases.authorizing import (
    AuthorizationRequest,
    Authorizing,
    Credentials,
    IssuedToken,
)
from overallt_server.use_cases.authorizing_devices import AuthorizingDevices
from overallt_server.use_cases.changing_things import ChangingThings
from overallt_server.use_cases.indexing_things import IndexingThings
from overallt_server.use_cases.looking_up import LookingUp
from overallt_server.use_cases.passwords import Passwords
from overallt_server.use_cases.registering_apps import RegisteringApps
from overallt_server.use_cases.registering_things import RegisteringThings
from overallt_server.use_cases.signing_in import Place, SigningIn
from overallt_server.use_cases.signing_up import SigningUp

NOW = datetime(2026, 1, 5, tzinfo=UTC)
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


async def _sign_up(database: Database, username: str) -> User:
    return await SigningUp(database, Passwords(CHEAP), Registration.OPEN).sign_up(
        username=username,
        email=f"{username}@example.org",
        password="a quiet morning",
        profile_url=lambda name: f"https://overallt.example/profile/{name}",
        newcomer=None,
        now=NOW,
    )


async def test_no_id_is_ever_given_twice(any_database: Database) -> None:
    processes = [IdBlocks(any_database) for _ in range(3)]

    given = await asyncio.gather(
        *(ids.next("thing") for ids in processes for _ in range(BLOCK + 3))
    )

    assert len(given) == len(set(given))
    assert 1 == min(given)


async def test_each_kind_of_id_counts_for_itself(any_database: Database) -> None:
    ids = IdBlocks(any_database)

    assert (1, 1, 2) == (
        await ids.next("user"),
        await ids.next("thing"),
        await ids.next("user"),
    )


async def test_a_user_comes_with_his_profile_thing(any_database: Database) -> None:
    ada = await _sign_up(any_database, "Ada")

    found = await LookingUp(any_database).user("ADA")
    profile = await LookingUp(any_database).thing("ada")

    assert ada == found
    assert (ada.profile_thing, ada.id) == (profile.id, profile.owner)
    assert "https://overallt.example/profile/ada" == profile.url
    async with any_database.snapshot() as tx:
        assert ada == await users.get(tx, ada.id)
        assert ada == await users.by_email(tx, "ada@example.org")
        assert {ada.id: ada} == await users.many(tx, [ada.id, ada.id])


async def test_of_two_who_want_a_name_at_once_one_gets_it(
    any_database: Database,
) -> None:
    outcomes = await asyncio.gather(
        *(_sign_up(any_database, "ada") for _ in range(4)), return_exceptions=True
    )

    assert 1 == sum(isinstance(each, User) for each in outcomes)
    assert 3 == sum(isinstance(each, InvalidRequest) for each in outcomes)


async def test_of_two_who_register_an_address_at_once_one_gets_it(
    any_database: Database,
) -> None:
    ada = await _sign_up(any_database, "ada")
    registering = RegisteringThings(any_database)

    outcomes = await asyncio.gather(
        *(
            registering.register(
                owner=ada.id, url="https://a.example", title="A thing", now=NOW
            )
            for _ in range(4)
        ),
        return_exceptions=True,
    )

    assert 3 == sum(isinstance(each, InvalidThing) for each in outcomes)


async def test_a_thing_is_stored_as_it_was_described(any_database: Database) -> None:
    ada = await _sign_up(any_database, "ada")

    thing = await RegisteringThings(any_database).register(
        owner=ada.id,
        url="https://a.example/ö",
        title="A thing with ö and 漢字",
        description="Two\nlines",
        language="sv_SE",
        category="audio",
        tags=("sea", "calm"),
        hidden=True,
        charity=True,
        now=NOW,
    )

    assert thing == await LookingUp(any_database).thing(str(thing.id))
    async with any_database.snapshot() as tx:
        assert thing == await things.nearest(tx, ["https://a.example/%C3%B6"])
        assert {thing.id: thing} == await things.many(tx, [thing.id])
    looking_up = LookingUp(any_database)
    for hidden, expected in (
        (True, [thing.id, ada.profile_thing]),
        (False, [ada.profile_thing]),
    ):
        listed = await looking_up.things_of(ada.id, page=1, count=10, hidden=hidden)
        assert expected == [each.id for each in listed]


async def test_changes_that_come_at_once_are_all_kept(any_database: Database) -> None:
    ada = await _sign_up(any_database, "ada")
    thing = await RegisteringThings(any_database).register(
        owner=ada.id, url="https://a.example/", title="A thing", now=NOW
    )
    as_it_was: dict[str, Any] = dict.fromkeys(
        ("title", "description", "language", "category", "tags", "hidden")
    )
    words: dict[str, Any] = {
        "title": "Another title",
        "description": "Two",
        "tags": ("ö", "b"),
    }

    await asyncio.gather(
        *(
            ChangingThings(any_database).change(
                owner=ada.id, thing=thing.id, **{**as_it_was, name: word}
            )
            for name, word in words.items()
        ),
        ChangingThings(any_database).hide(owner=ada.id, thing=thing.id),
    )

    assert replace(thing, hidden=True, **words) == await LookingUp(any_database).thing(
        str(thing.id)
    )


async def test_a_refused_thing_takes_no_number(any_database: Database) -> None:
    ada = await _sign_up(any_database, "ada")
    registering = RegisteringThings(any_database)
    numbers = []
    for title in ("One thing", "?", "Another thing"):
        try:
            thing = await registering.register(
                owner=ada.id, url=f"https://a.example/{title[0]}", title=title, now=NOW
            )
        except InvalidThing:
            continue
        numbers.append(thing.id)

    assert numbers[0] + 1 == numbers[1]


async def test_the_index_is_made_again_only_when_things_came(
    any_database: Database,
) -> None:
    indexing = IndexingThings(any_database, most_things=100)
    empty = await indexing.index()

    assert empty is await indexing.index()
    await _sign_up(any_database, "ada")
    assert 16 == len((await indexing.index()).keys.content)


async def test_who_asks_at_once_is_given_the_one_index_that_is_made(
    any_database: Database,
) -> None:
    indexing = IndexingThings(any_database, most_things=100)
    await _sign_up(any_database, "ada")

    given = await asyncio.gather(*(indexing.index() for _ in range(10)))

    assert 1 == len({id(each) for each in given})
    assert 1 == given[0].things


async def test_what_came_late_or_in_another_process_is_in_the_index(
    any_database: Database,
) -> None:
    """The number of things tells that one is missing which no clock would show."""
    indexing = IndexingThings(any_database, most_things=100)
    ada = await _sign_up(any_database, "ada")
    await indexing.index()
    registering = RegisteringThings(any_database)
    for url, days in (("https://a.example/new", 1), ("https://a.example/late", -30)):
        await registering.register(
            owner=ada.id, url=url, title="A song", now=NOW + timedelta(days=days)
        )
        made = await indexing.index()
        fresh = await IndexingThings(any_database, most_things=100).index()

        assert (made.version, made.things) == (fresh.version, fresh.things)
        assert fresh.since(0).content == made.since(0).content == made.keys.content


async def test_what_nobody_has_is_not_found(any_database: Database) -> None:
    looking_up = LookingUp(any_database)

    for tag_id in ("1", "ada", "a\0b", "", "9" * 19):
        with pytest.raises(NotFound):
            await looking_up.thing(tag_id)
        with pytest.raises(NotFound):
            await looking_up.user(tag_id)


async def test_a_session_is_found_by_its_token_until_it_ends(
    any_database: Database,
) -> None:
    ada = await _sign_up(any_database, "ada")
    signing_in = SigningIn(any_database, Passwords(CHEAP))
    token = await signing_in.sign_in(
        name="ada",
        password="a quiet morning",
        former=None,
        place=Place("this computer", "a program"),
        now=NOW,
    )
    assert isinstance(token, str)

    found = await signing_in.session(token, now=NOW + timedelta(days=29))
    late = await signing_in.session(token, now=NOW + timedelta(days=30))
    await signing_in.sign_out(token)

    assert found is not None
    assert ada == found.user
    assert found.is_fresh(now=NOW + timedelta(minutes=9))
    assert not found.is_fresh(now=NOW + timedelta(minutes=10))
    assert late is None
    assert await signing_in.session(token, now=NOW) is None


async def test_a_dearer_hash_takes_the_place_of_a_cheap_one(
    any_database: Database,
) -> None:
    await _sign_up(any_database, "ada")
    dearer = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))

    await SigningIn(any_database, dearer).sign_in(
        name="ada",
        password="a quiet morning",
        former=None,
        place=Place("this computer", "a program"),
        now=NOW,
    )
    async with any_database.snapshot() as tx:
        login = await users.login(tx, "ada")

    assert login is not None
    assert not dearer.is_outdated(login.password_hash)
    assert await dearer.fits("a quiet morning", login.password_hash)


async def test_of_two_who_bring_one_code_one_gets_a_token(
    any_database: Database,
) -> None:
    ada = await _sign_up(any_database, "ada")
    registered = await RegisteringApps(any_database).register(
        owner=ada.id, name="A reader", redirect_uri="https://app.example/", public=False
    )
    authorizing = Authorizing(any_database)
    code = await authorizing.approve(
        AuthorizationRequest(
            client_id=registered.app.client_id,
            redirect_uri=None,
            response_type="code",
            scope="flattr",
            state=None,
            code_challenge=None,
            code_challenge_method=None,
        ),
        user=ada,
        now=NOW,
    )

    outcomes = await asyncio.gather(
        *(
            authorizing.redeem(
                credentials=Credentials(registered.app.client_id, registered.secret),
                code=code,
                redirect_uri=None,
                code_verifier=None,
                now=NOW,
            )
            for _ in range(4)
        ),
        return_exceptions=True,
    )

    assert 1 == sum(isinstance(each, IssuedToken) for each in outcomes)
    assert 3 == sum(isinstance(each, GrantRefused) for each in outcomes)
    assert 1 == len(await authorizing.held(ada))


async def test_of_two_who_fetch_for_one_device_one_gets_a_token(
    any_database: Database,
) -> None:
    ada = await _sign_up(any_database, "ada")
    devices = AuthorizingDevices(any_database)
    codes = await devices.begin(
        client_id="overallt-proxy", scope="flattr", network="this computer", now=NOW
    )
    await devices.decide(
        codes.user_code, user=ada, network="this computer", approved=True, now=NOW
    )

    outcomes = await asyncio.gather(
        *(
            devices.redeem(
                credentials=Credentials("overallt-proxy", None),
                device_code=codes.device_code,
                now=NOW,
            )
            for _ in range(4)
        ),
        return_exceptions=True,
    )

    assert 1 == sum(isinstance(each, IssuedToken) for each in outcomes)
    assert 3 == sum(isinstance(each, GrantRefused) for each in outcomes)
