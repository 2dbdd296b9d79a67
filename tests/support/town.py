"""A small town on a server: Ada with something of everything, Bo, Cy, and calls.

What Ada has, nobody else may see or change; what she calls with is a good call. The
tests of the API's doors and answers call every address from here, so that a new address
without a good call is an error.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from overallt_server.core.money import Money
from overallt_server.use_cases.giving_gifts import GivingGifts
from overallt_server.use_cases.intending import Intending
from overallt_server.use_cases.paying_out import PayingOut
from overallt_server.use_cases.registering_apps import RegisteringApps
from overallt_server.use_cases.secret_tokens import hash_of
from overallt_server.use_cases.subscribing import Subscribing
from overallt_server.web.openapi import path_of

if TYPE_CHECKING:
    from overallt_server.core.things import Thing
    from overallt_server.core.users import User
    from overallt_server.web.endpoints import Endpoint
    from tests.web.conftest import World

IBAN: Final = "DE89370400440532013000"
WAITS: Final = "https://waits.example/for-its-owner"
HIDDEN: Final = "The diary of ada"
HOST: Final = "ada.example"
APP: Final = "The reader that Ada wrote"
GIFT: Final = "the-gift-of-ada"
ALL_SCOPES: Final = "flattr thing email extendedread"
PROXY: Final = "overallt-proxy"


@dataclass(frozen=True, slots=True)
class Call:
    """What an address is called with: fields of its path, a query, and a body."""

    fields: Mapping[str, object] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Town:
    """Who lives there, and what of theirs is called."""

    world: "World"
    ada: "User"
    cy: "User"
    song: "Thing"
    essay: "Thing"
    poem: "Thing"
    token_key: str

    @property
    def secrets(self) -> tuple[str, ...]:
        """What is told to Ada alone, wherever it stands."""
        return (self.ada.email, IBAN, WAITS, HIDDEN, APP, GIFT, "141.21")

    def call(self, endpoint: "Endpoint") -> Call:
        """Give a good call of *endpoint* by Ada."""
        name = f"{endpoint.method} {path_of(endpoint)}"
        if name in _PLAIN:
            return Call()
        return self._calls()[name]

    def _calls(self) -> dict[str, Call]:
        song, essay, poem = ({"id": each.id} for each in (self.song, *self._of_bo))
        ada = {"id": "ada"}
        thing, api = "/thing/{id}", "/rest/v2"
        waits = {"url": WAITS}
        return {
            # Pages.
            "POST /signup": Call(body={"username": "a"}),
            "POST /signin": Call(body={"name": "ada", "password": "no idea at all"}),
            "POST /signup/wait": Call(body={"email": "dee@example.org"}),
            "POST /signin/code": Call(body={"code": "000000"}),
            "POST /signin/passkey": Call(body={"name": "ada"}),
            "POST /signin/passkey/answer": Call(body={"answer": "{}"}),
            "POST /confirm": Call(body={"token": "0" * 40}),
            "POST /reset": Call(body={"email": "nobody@example.org"}),
            "POST /reset/password": Call(body={"token": "0" * 40, "password": "x"}),
            "POST /account/password": Call(body={"password": "x"}),
            "POST /account/sessions/end": Call(body={"key": "00"}),
            "POST /account/passkeys/new": Call(body={"answer": "{}"}),
            "POST /account/passkeys/remove": Call(body={"key": "00"}),
            "POST /account/second-factor": Call(body={"code": "000000"}),
            f"GET {thing}/hosts": Call(song),
            f"POST {thing}/hosts": Call(song, body={"host": HOST}),
            f"POST {thing}/hosts/verify": Call(song, body={"host": HOST}),
            f"POST {thing}/hosts/withdraw": Call(song, body={"host": HOST}),
            f"POST {thing}/hosts/page": Call(song),
            "GET /submit/auto": Call(query={"user_id": "ada", "url": self.song.url}),
            "POST /submit/auto": Call(body={"user_id": "bo", "url": self.poem.url}),
            f"GET {api}/things/{{id}}/hosts": Call(song),
            f"POST {api}/things/{{id}}/hosts": Call(song, body={"host": HOST}),
            f"POST {api}/things/{{id}}/hosts/{{host}}/verify": Call(
                {**song, "host": HOST}
            ),
            "POST /budget": Call(body={"amount": "4.00"}),
            "POST /gifts": Call(body={"to": "bo", "amount": "3.00", "id": "another"}),
            "POST /gifts/{id}/undo": Call({"id": GIFT}),
            "POST /payouts": Call(body={"amount": "10.00"}),
            "POST /payouts/account": Call(body={"iban": IBAN, "name": "Ada Ek"}),
            "POST /things/new": Call(body={"url": "https://ada.example/p"}),
            "GET /t/{id}": Call(song),
            f"GET {thing}": Call(song),
            "GET /thing/qr/{id}": Call(song),
            f"GET {thing}/tag": Call(song),
            f"GET {thing}/badge.svg": Call(song),
            f"GET {thing}/{{slug}}": Call({**song, "slug": "the-song-of-ada"}),
            f"POST {thing}/flattr": Call(poem),
            f"POST {thing}/undo": Call(essay),
            "GET /profile/{username}": Call({"username": "ada"}),
            "GET /feeds/{username}/things.atom": Call({"username": "ada"}),
            "GET /feeds/{username}/flattrs.atom": Call({"username": "ada"}),
            "GET /button/view": Call(query={"uid": "ada", "url": self.song.url}),
            "GET /js/{version}/load.js": Call({"version": "0.6"}),
            "GET /button/flattr-badge-{size}.png": Call({"size": "large"}),
            "POST /apps/revoke": Call(body={"key": self.token_key}),
            "POST /apps/new": Call(body={"name": "Another"}),
            "POST /device": Call(body={"user_code": "BCDF-GHJK"}),
            "POST /device/decision": Call(body={"user_code": "BCDF-GHJK"}),
            "GET /oauth/authorize": Call(query={"client_id": PROXY}),
            "POST /oauth/authorize": Call(body={"client_id": PROXY}),
            "POST /card": Call(body={"card_amount": "20.00"}),
            "GET /card/back": Call(query={"session": "cs_1"}),
            # Programs.
            "POST /oauth/token": Call(body={"grant_type": "password"}),
            "POST /oauth/revoke": Call(body={"client_id": PROXY, "token": "0" * 40}),
            "POST /oauth/device": Call(body={"client_id": PROXY, "scope": "flattr"}),
            f"GET {api}/things/lookup": Call(query={"url": self.song.url}),
            f"GET {api}/things/search": Call(query={"query": "song", "sort": "trend"}),
            f"GET {api}/things/range/{{prefix}}": Call({"prefix": ""}),
            f"POST {api}/things": Call(
                body={"url": "https://ada.example/n", "title": "A new one"}
            ),
            f"GET {api}/things/{{id}}": Call(song),
            f"PATCH {api}/things/{{id}}": Call(song, body={"title": "Another song"}),
            f"POST {api}/things/{{id}}": Call(
                song, body={"title": "Another song", "_method": "patch"}
            ),
            f"DELETE {api}/things/{{id}}": Call(song),
            f"GET {api}/things/{{id}}/flattrs": Call(song),
            f"POST {api}/flattr": Call(body={"url": self.poem.url}),
            f"POST {api}/flattr/bulk": Call(body=[{"thing": self.poem.id}]),
            f"POST {api}/things/{{id}}/flattr": Call(poem),
            f"DELETE {api}/things/{{id}}/flattr": Call(essay),
            f"POST {api}/things/{{id}}/subscriptions": Call(poem, body={"months": 3}),
            f"PUT {api}/things/{{id}}/subscriptions": Call(essay),
            f"PATCH {api}/things/{{id}}/subscriptions": Call(essay, body={"weight": 2}),
            f"DELETE {api}/things/{{id}}/subscriptions": Call(essay),
            f"POST {api}/user/intents": Call(body={"url": "https://else.example/"}),
            f"DELETE {api}/user/intents": Call(query=waits),
            f"PUT {api}/user/budget": Call(body={"amount_minor": 400}),
            f"POST {api}/user/payouts": Call(body={"amount_minor": 1000}),
            f"GET {api}/users/{{id}}": Call(ada),
            f"GET {api}/users/{{id}}/things": Call(ada),
            f"GET {api}/users/{{id}}/flattrs": Call(ada),
            f"GET {api}/users/{{id}}/activities": Call(ada),
        }

    @property
    def _of_bo(self) -> "tuple[Thing, Thing]":
        return self.essay, self.poem


# These take nothing, or only which part of a list is meant.
_PLAIN: Final = frozenset(
    f"GET {path}"
    for path in (
        *("/", "/errors", "/docs", "/signup", "/signin", "/dashboard", "/budget"),
        *("/gifts", "/payouts", "/things/new", "/apps", "/apps/new", "/device"),
        "/revenue",
        *("/imprint", "/terms", "/privacy", "/report"),
        *("/healthz", "/readyz", "/metrics", "/openapi.json", "/account"),
        "/rest/v2/rate_limit",
        *("/confirm", "/reset", "/reset/password", "/account/passkeys/new"),
        *("/account/second-factor", "/_img/icons/flattr_logo_16.png"),
        "/oauth/arrived",
        "/.well-known/oauth-authorization-server",
        *(f"/rest/v2/{each}" for each in ("things/index", "things/range", "user")),
        *(f"/rest/v2/user/{each}" for each in ("flattrs", "activities", "things")),
        *(f"/rest/v2/user/{each}" for each in ("subscriptions", "intents", "means")),
        *(f"/rest/v2/user/{each}" for each in ("settlements", "revenue", "payouts")),
        "/rest/v2/user/revenue.csv",
        *(f"/rest/v2/{each}" for each in ("languages", "languages.txt")),
        *(f"/rest/v2/{each}" for each in ("categories", "categories.txt")),
    )
) | {
    *("POST /signout", "POST /webhooks/stripe", "POST /account/invitation"),
    *("POST /account/second-factor/remove", "POST /account/confirmation"),
}


async def town(world: "World") -> Town:
    """Let Ada, Bo and Cy live in *world*, and Ada have something of everything."""
    rules, database = world.settings.rules, world.database
    ada = await world.patron("ada", means=14321)
    bo, cy = await world.user("bo"), await world.patron("cy", means=5000)
    song = await world.thing(ada, "song")
    await world.thing(ada, "diary", hidden=True)
    essay, poem = [await world.thing(bo, name) for name in ("essay", "poem")]
    gifts = GivingGifts(database, rules)
    await gifts.give(
        patron=cy.id,
        owner="ada",
        amount=Money(3000, "EUR"),
        id_="to-ada",
        now=world.settings.now(),
    )
    payouts = PayingOut(database, rules)
    await payouts.name_account(
        owner=ada.id, iban=IBAN, name="Ada Ek", now=world.settings.now()
    )
    world.settings.clock_offset_seconds += int(timedelta(days=9).total_seconds())
    now = world.settings.now()
    await gifts.release(now=now)
    await payouts.request(owner=ada.id, amount=Money(1000, "EUR"), now=now)
    await gifts.give(
        patron=ada.id, owner="bo", amount=Money(200, "EUR"), id_=GIFT, now=now
    )
    headers = await world.bearer(ada)
    await world.client.post(f"/rest/v2/things/{essay.id}/flattr", headers=headers)
    await Subscribing(database).subscribe(
        patron=ada.id, thing=essay.id, now=now, weight=None, periods=None
    )
    await Intending(database, rules).intend(patron=ada.id, url=WAITS, now=now)
    await RegisteringApps(database).register(
        owner=ada.id, name=APP, redirect_uri="https://ada.example/back", public=True
    )
    browser = await world.browser(ada)
    await browser.session.post(
        f"/rest/v2/things/{song.id}/hosts",
        json={"host": HOST},
        headers=browser.headers,
    )
    key = hash_of(headers["Authorization"].removeprefix("Bearer ")).hex()
    return Town(world, ada, cy, song, essay, poem, key)
