"""Access tokens: what a code gives, every way to get it wrong, and revoking."""

import base64
import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from overallt_server.storage.access_schema import access_tokens, authorization_codes
from overallt_server.use_cases.registering_apps import RegisteringApps

if TYPE_CHECKING:
    from tests.web.conftest import Consent, World


async def test_the_token_has_the_scopes_asked_for_and_no_more(
    world: "World", consent: "Consent"
) -> None:
    app = await consent.app(public=True)
    _, code = await consent.code(app, scope="thing")

    _, token = await consent.token(app, code)
    headers = {"Authorization": f"Bearer {token}"}
    means = await world.client.get("/rest/v2/user/means", headers=headers)
    me = await world.client.get("/rest/v2/user", headers=headers)

    assert 403 == means.status
    assert "email" not in await me.json()


async def test_only_hashes_are_stored(world: "World", consent: "Consent") -> None:
    app = await consent.app(public=True)
    _, code = await consent.code(app)
    async with world.database.snapshot() as tx:
        stored_code = (await tx.execute(sa.select(authorization_codes))).one()

    _, token = await consent.token(app, code)
    async with world.database.snapshot() as tx:
        stored_token = (await tx.execute(sa.select(access_tokens))).one()

    assert hashlib.sha256(code.encode()).digest() == stored_code.code_hash
    assert hashlib.sha256(token.encode()).digest() == stored_token.token_hash


async def test_a_code_works_once(consent: "Consent") -> None:
    app = await consent.app(public=True)
    _, code = await consent.code(app)

    first = await consent.token(app, code)
    second = await consent.token(app, code)

    assert 200 == first[0]
    assert (400, "invalid_grant") == second


@pytest.mark.parametrize("verifier", ["w" * 64, "", "c" * 43])
async def test_a_wrong_verifier_gets_nothing_and_spoils_the_code(
    consent: "Consent", verifier: str
) -> None:
    app = await consent.app(public=True)
    _, code = await consent.code(app)

    wrong = await consent.token(app, code, code_verifier=verifier)
    right = await consent.token(app, code)

    assert (400, "invalid_grant") == wrong
    assert (400, "invalid_grant") == right


async def test_a_code_is_for_its_own_app(world: "World", consent: "Consent") -> None:
    app = await consent.app(public=True)
    other = await RegisteringApps(world.database).register(
        owner=(await world.user("other")).id,
        name="Another",
        redirect_uri=consent.back,
        public=True,
    )
    _, code = await consent.code(app)

    assert (400, "invalid_grant") == await consent.token(other, code)


async def test_a_code_lasts_a_minute(world: "World", consent: "Consent") -> None:
    app = await consent.app(public=True)
    _, code = await consent.code(app)
    world.settings.clock_offset_seconds = int(timedelta(minutes=1).total_seconds())

    assert (400, "invalid_grant") == await consent.token(app, code)


async def test_the_address_asked_with_must_be_the_address_fetched_with(
    consent: "Consent",
) -> None:
    app = await consent.app(public=True)
    _, code = await consent.code(app, redirect_uri=consent.back)

    assert (400, "invalid_grant") == await consent.token(app, code)


@pytest.mark.parametrize("secret_in", ["body", "header"])
async def test_an_old_client_needs_neither_pkce_nor_state(
    world: "World", consent: "Consent", secret_in: str
) -> None:
    app = await consent.app(public=False)
    old = {"state": "", "code_challenge": "", "code_challenge_method": ""}
    _, code = await consent.code(app, **old)
    form = {"grant_type": "authorization_code", "code": code}
    headers = {}
    if secret_in == "header":
        both = f"{app.app.client_id}:{app.secret}".encode()
        headers["Authorization"] = f"Basic {base64.b64encode(both).decode()}"
    else:
        form |= {"client_id": app.app.client_id, "client_secret": app.secret or ""}

    response = await world.client.post("/oauth/token", data=form, headers=headers)

    assert 200 == response.status
    assert "no-store" == response.headers["Cache-Control"]
    assert "bearer" == (await response.json())["token_type"]


async def test_who_used_no_pkce_cannot_be_given_a_verifier(consent: "Consent") -> None:
    app = await consent.app(public=False)
    _, code = await consent.code(app, code_challenge="", code_challenge_method="")

    assert (400, "invalid_grant") == await consent.token(app, code)


@pytest.mark.parametrize("secret", ["", "0" * 40])
async def test_a_wrong_secret_is_refused_and_the_code_stays_good(
    consent: "Consent", secret: str
) -> None:
    app = await consent.app(public=False)
    _, code = await consent.code(app)

    wrong = await consent.token(app, code, client_secret=secret)
    right = await consent.token(app, code)

    assert (401, "invalid_client") == wrong
    assert 200 == right[0]


@pytest.mark.parametrize("header", ["Basic !", "Basic YQ", "Basic /w=="])
async def test_a_malformed_header_proves_nothing(
    consent: "Consent", header: str
) -> None:
    app = await consent.app(public=False)
    _, code = await consent.code(app)

    answer = await consent.token(app, code, headers={"Authorization": header})

    assert (401, "invalid_client") == answer


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "password", "client_id": "x"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code", "client_id": "x"}, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "x"}, "invalid_client"),
        (
            {"grant_type": "authorization_code", "code": "x", "client_id": "x"},
            "invalid_client",
        ),
        ({}, "invalid_request"),
    ],
)
async def test_a_token_is_asked_for_in_the_right_form(
    world: "World", form: dict[str, str], error: str
) -> None:
    response = await world.client.post("/oauth/token", data=form)

    assert error == (await response.json())["error"]


async def test_a_revoked_token_is_worthless_at_once(
    world: "World", consent: "Consent"
) -> None:
    app = await consent.app(public=True)
    browser, code = await consent.code(app)
    _, token = await consent.token(app, code)
    page = await browser.text("/apps")
    key = page.partition('name="key" value="')[2].partition('"')[0]

    response = await browser.post("/apps/revoke", key=key)
    after = await world.client.get(
        "/rest/v2/user", headers={"Authorization": f"Bearer {token}"}
    )

    assert (303, "/apps") == (response.status, response.headers["Location"])
    assert 401 == after.status


async def test_nobody_revokes_the_token_of_another(world: "World") -> None:
    headers = await world.bearer(await world.user("ada"))
    key = hashlib.sha256(headers["Authorization"][-40:].encode()).hexdigest()
    thief = await world.browser(await world.user("eve"))

    response = await thief.post("/apps/revoke", key=key)
    nonsense = await thief.post("/apps/revoke", key="nonsense")
    after = await world.client.get("/rest/v2/user", headers=headers)

    assert (404, 404) == (response.status, nonsense.status)
    assert 200 == after.status


async def test_an_app_gives_its_token_back(world: "World", consent: "Consent") -> None:
    app = await consent.app(public=True)
    _, code = await consent.code(app)
    _, token = await consent.token(app, code)

    by_another = await given_back(world, consent.extension.app.client_id, token)
    before = await world.client.get("/rest/v2/user", headers=bearer(token))
    by_itself = await given_back(world, app.app.client_id, token)
    after = await world.client.get("/rest/v2/user", headers=bearer(token))
    again = await given_back(world, app.app.client_id, token)

    assert [200, 200, 200, 401, 200] == [
        by_another,
        before.status,
        by_itself,
        after.status,
        again,
    ]


async def test_a_token_given_back_by_an_app_without_its_secret_stays_good(
    world: "World", consent: "Consent"
) -> None:
    app = await consent.app(public=False)
    _, code = await consent.code(app)
    _, token = await consent.token(app, code)

    refused = await given_back(world, app.app.client_id, token)
    after = await world.client.get("/rest/v2/user", headers=bearer(token))

    assert (401, 200) == (refused, after.status)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def given_back(world: "World", client_id: str, token: str) -> int:
    form = {"client_id": client_id, "token": token}
    response = await world.client.post("/oauth/revoke", data=form)
    return response.status
