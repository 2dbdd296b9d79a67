"""Users in the API: what others see of them, and what a scope adds."""

from typing import TYPE_CHECKING

import pytest

from overallt.protocol import codec, messages

if TYPE_CHECKING:
    from tests.web.conftest import World


async def test_everybody_sees_a_user_without_his_address(world: "World") -> None:
    await world.user("bo")

    response = await world.client.get("/rest/v2/users/bo")
    shown = codec.decode(messages.User, await response.text())

    assert f"{world.settings.public_url}/profile/bo" == shown.link
    assert (None, None) == (shown.email, shown.registered_at)


async def test_nobody_is_not_found(world: "World") -> None:
    response = await world.client.get("/rest/v2/users/nobody")

    assert 404 == response.status


@pytest.mark.parametrize(
    ("scopes", "email", "registered"),
    [
        ("", None, False),
        ("flattr", None, False),
        ("email", "bo@example.org", False),
        ("extendedread", "bo@example.org", True),
    ],
)
async def test_a_scope_shows_more_of_oneself(
    world: "World", scopes: str, email: str | None, registered: object
) -> None:
    headers = await world.bearer(await world.user("bo"), scopes)

    response = await world.client.get("/rest/v2/user", headers=headers)
    shown = codec.decode(messages.User, await response.text())

    assert ("bo", email) == (shown.username, shown.email)
    assert registered == (shown.registered_at is not None)


@pytest.mark.parametrize("path", ["user", "user/means", "user/flattrs", "user/things"])
@pytest.mark.parametrize(
    "header",
    [
        None,
        "Bearer " + "0" * 40,
        "Bearer nothing",
        "Basic YTpi",
        "Bearer \udcff",
    ],
)
async def test_without_a_valid_token_one_is_nobody(
    world: "World", path: str, header: str | None
) -> None:
    headers = {} if header is None else {"Authorization": header}

    response = await world.client.get(f"/rest/v2/{path}", headers=headers)
    error = codec.decode(messages.Error, await response.text())

    assert (401, "unauthorized") == (response.status, error.error)
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


async def test_means_show_what_each_flattr_is_worth(world: "World") -> None:
    bo = await world.user("bo")
    headers = await world.bearer(await world.patron("ada", means=1000))
    for name in ("one", "two", "three"):
        thing = await world.thing(bo, name)
        await world.client.post(f"/rest/v2/things/{thing.id}/flattr", headers=headers)

    response = await world.client.get("/rest/v2/user/means", headers=headers)
    means = codec.decode(messages.Means, await response.text())

    assert ("EUR", 1000, 500) == (means.currency, means.means_minor, means.pot_minor)
    assert (500, True) == (means.budget_minor, means.budget_active)
    assert f"{world.settings.now():%Y-%m}" == means.period
    assert [150, 150, 150] == [each.worth_minor for each in means.flattrs]
    assert 112 <= means.next_worth_minor <= 113


async def test_means_without_a_budget_are_shown_too(world: "World") -> None:
    headers = await world.bearer(await world.user("bo"))

    response = await world.client.get("/rest/v2/user/means", headers=headers)
    means = codec.decode(messages.Means, await response.text())

    assert (0, 0, False) == (means.means_minor, means.budget_minor, means.budget_active)


async def test_means_need_the_scope_to_flattr(world: "World") -> None:
    headers = await world.bearer(await world.user("bo"), "thing extendedread")

    response = await world.client.get("/rest/v2/user/means", headers=headers)

    assert 403 == response.status
