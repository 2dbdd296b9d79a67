"""Doors: every address of the server is tried by everybody.

The addresses and their doors are those of ``routes``: whoever adds one without a rule,
or without a good call in ``tests/support/town.py``, fails here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest
import sqlalchemy as sa
from town import ALL_SCOPES, Town, town

from overallt.protocol import codec, messages
from overallt_server.core.grants import Scope
from overallt_server.storage.schema import metadata, users
from overallt_server.use_cases.authorizing import Authorizing
from overallt_server.use_cases.secret_tokens import hash_of
from overallt_server.web.endpoints import PROGRAM, Asker, Endpoint
from overallt_server.web.openapi import path_of
from overallt_server.web.routes import PAGES, PROGRAMS

if TYPE_CHECKING:
    from aiohttp import ClientResponse

    from tests.web.conftest import Browser, World

type Outcome = tuple[int, str]

# What is told there is what the asker himself has typed into the form.
BRINGS_ITSELF: Final = frozenset({"/payouts/account"})

IN: Final = (0, "in")
UNKNOWN: Final = (401, "unauthorized")
NO_SCOPE: Final = (403, "insufficient_scope")
FORBIDDEN: Final = (403, "forbidden")
LED_AWAY: Final = (303, "/signin")

# What everybody is told at each door. "Nobody" has neither token nor session, "dropped"
# a token that was revoked, "scopeless" one of every scope but that which is needed,
# "program" one of all scopes; "stale" has signed in more than ten minutes ago, "forged"
# comes from another site.
RULES: Final[Mapping[Asker, Mapping[str, Outcome]]] = {
    Asker.ANYBODY: {"nobody": IN, "dropped": IN, "scopeless": IN, "stale": IN},
    Asker.KNOWN_OR_NOT: {"nobody": IN, "dropped": UNKNOWN, "scopeless": IN},
    Asker.PROGRAM: {
        "nobody": UNKNOWN,
        "dropped": UNKNOWN,
        "scopeless": NO_SCOPE,
        "program": IN,
        "person": UNKNOWN,
    },
    Asker.READER: {
        "nobody": UNKNOWN,
        "dropped": UNKNOWN,
        "scopeless": NO_SCOPE,
        "program": IN,
        "stale": IN,
    },
    Asker.PERSON: {
        "nobody": UNKNOWN,
        "dropped": NO_SCOPE,
        "program": NO_SCOPE,
        "stale": IN,
    },
    Asker.PERSON_JUST_NOW: {
        "nobody": UNKNOWN,
        "dropped": NO_SCOPE,
        "program": NO_SCOPE,
        "stale": UNKNOWN,
        "forged": FORBIDDEN,
        "person": IN,
    },
    Asker.APP: {"nobody": IN, "person": IN},
    Asker.PROVIDER: {"nobody": (404, "not_found"), "person": (404, "not_found")},
    Asker.WATCHER: {"nobody": (404, "not_found"), "person": (404, "not_found")},
    Asker.SIGNED_IN: {
        "nobody": LED_AWAY,
        "program": LED_AWAY,
        "stale": IN,
        "person": IN,
    },
    Asker.SIGNED_IN_JUST_NOW: {
        "nobody": LED_AWAY,
        "program": LED_AWAY,
        "stale": LED_AWAY,
    },
}


# How tables name whose a row is.
WHOSE: Final = frozenset({"user_id", "owner_id", "patron_id"})


AT_LEAST: Final = {
    *("access_tokens", "apps", "budgets", "flattrs", "intents", "journal_entries"),
    *("payout_accounts", "payouts", "postings", "subscriptions", "things", "users"),
}


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who calls: with a browser, with a token, or with neither."""

    browser: "Browser"
    headers: Mapping[str, str] = field(default_factory=dict)

    async def call(self, here: Town, endpoint: Endpoint) -> "ClientResponse":
        """Call *endpoint* as Ada would."""
        call = here.call(endpoint)
        path = _address(endpoint, call.fields)
        if endpoint.method == "GET":
            return await self.browser.session.get(
                path, params=call.query, headers=self._all, allow_redirects=False
            )
        if endpoint in PAGES:
            form = {name: str(value) for name, value in call.body.items()}
            return await self.browser.post(path, **form)
        return await self.browser.session.request(
            endpoint.method,
            path,
            params=call.query,
            json=call.body,
            headers=self._all,
        )

    @property
    def _all(self) -> dict[str, str]:
        return {**self.browser.headers, **self.headers}


def _address(endpoint: Endpoint, fields: Mapping[str, object]) -> str:
    return path_of(endpoint).format_map(fields)


def _named(endpoint: Endpoint) -> str:
    return f"{endpoint.method} {path_of(endpoint)}"


async def _outcome(response: "ClientResponse") -> Outcome:
    if response.headers.get("Location", "").startswith("/signin?"):
        return LED_AWAY
    if response.status < 400 or response.content_type != "application/json":
        return IN
    code = codec.decode(messages.Error, await response.text()).error
    told = (response.status, code)
    doors = {UNKNOWN, NO_SCOPE, FORBIDDEN, *RULES[Asker.PROVIDER].values()}
    return told if told in doors else IN


async def _visitor(here: Town, name: str, scope: Scope | None) -> Visitor:
    """Give one of those that the rules speak of: always Ada, or nobody."""
    world, ada = here.world, here.ada
    if name in {"stale", "person", "forged"}:
        since = timedelta(minutes=11) if name == "stale" else timedelta(0)
        browser = await world.browser(ada, signed_in=since)
        if name == "forged":
            browser.headers = {"Sec-Fetch-Site": "cross-site"}
        return Visitor(browser)
    browser = await world.browser()
    if name == "nobody":
        return Visitor(browser)
    scopes = set(Scope) - ({scope} if name == "scopeless" else set())
    headers = await world.bearer(ada, " ".join(scopes))
    if name == "dropped":
        key = hash_of(headers["Authorization"].removeprefix("Bearer ")).hex()
        await Authorizing(world.database).revoke(user=ada, key=key)
    return Visitor(browser, headers)


@pytest.fixture
async def here(world: "World") -> Town:
    return await town(world)


async def test_each_door_opens_to_whom_it_says(here: Town) -> None:
    wrong = {}
    for endpoint in (*PROGRAMS, *PAGES):
        door = endpoint.door
        for name, rule in RULES[door.asker].items():
            visitor = await _visitor(here, name, door.scope)
            outcome = await _outcome(await visitor.call(here, endpoint))
            is_open = rule == NO_SCOPE and door == PROGRAM
            if outcome != (IN if is_open else rule):
                wrong[_named(endpoint), name] = outcome

    assert {} == wrong


async def test_no_door_opens_to_a_form_that_is_not_ours(here: Town) -> None:
    wrong = {}
    for endpoint in PAGES:
        if endpoint.method == "POST":
            call = here.call(endpoint)
            browser = await here.world.browser(here.ada)
            path = _address(endpoint, call.fields)
            for headers in ({}, {"Sec-Fetch-Site": "cross-site"}):
                answer = await browser.session.post(
                    path, data=dict(call.body), headers=headers, allow_redirects=False
                )
                if answer.status != 403:
                    wrong[_named(endpoint), str(headers)] = answer.status

    assert {} == wrong


async def _rows_of_ada(here: Town) -> dict[str, list[Any]]:
    """Read every row that is hers, in every table that knows users."""
    found = {}
    async with here.world.database.snapshot() as tx:
        for table in metadata.sorted_tables:
            hers = [
                column == here.ada.id
                for column in table.c
                if column is users.c.id or column.name in WHOSE
            ]
            if hers:
                rows = await tx.execute(sa.select(table).where(sa.or_(*hers)))
                found[table.name] = [tuple(row) for row in rows]
    return found


async def _stranger(here: Town, endpoint: Endpoint) -> Visitor:
    """Give Cy: at his browser, or with a token of all scopes where that counts more."""
    if endpoint.door.asker in {Asker.KNOWN_OR_NOT, Asker.PROGRAM}:
        headers = await here.world.bearer(here.cy, ALL_SCOPES)
        return Visitor(await here.world.browser(), headers)
    return Visitor(await here.world.browser(here.cy))


async def test_nobody_is_told_what_is_another_users(here: Town) -> None:
    told = {}
    for endpoint in (*PROGRAMS, *PAGES):
        if endpoint.path in BRINGS_ITSELF:
            continue
        stranger = await _stranger(here, endpoint)
        answer = await (await stranger.call(here, endpoint)).text(errors="replace")
        if found := [secret for secret in here.secrets if secret in answer]:
            told[_named(endpoint)] = found

    assert {} == told


async def test_what_they_may_see_is_told_to_who_owns_it(here: Town) -> None:
    """Else what is looked for above might stand nowhere at all."""
    person, program = [
        await _visitor(here, name, None) for name in ("person", "program")
    ]
    told = [
        await (await each.call(here, endpoint)).text(errors="replace")
        for endpoint in (*PROGRAMS, *PAGES)
        if endpoint.method == "GET"
        for each in (person, program)
    ]

    assert [] == [each for each in here.secrets if not any(each in one for one in told)]


async def test_nobody_changes_what_is_another_users(here: Town) -> None:
    changed = {}
    hers = {table for table, rows in (await _rows_of_ada(here)).items() if rows}
    assert hers >= AT_LEAST, "there is too little that could be changed"
    for endpoint in (*PROGRAMS, *PAGES):
        before = await _rows_of_ada(here)
        stranger = await _stranger(here, endpoint)
        await stranger.call(here, endpoint)
        after = await _rows_of_ada(here)
        for table, rows in before.items():
            if lost := [row for row in rows if row not in after[table]]:
                changed[_named(endpoint), table] = lost

    assert {} == changed
