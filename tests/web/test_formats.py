"""In which forms the API answers, and in which it does not."""

from typing import TYPE_CHECKING

import pytest

from overallt.protocol import codec, messages

if TYPE_CHECKING:
    from tests.web.conftest import World


@pytest.mark.parametrize("path", ["languages.xml", "users/bo.yaml", "things/1.xml"])
async def test_what_was_dropped_is_not_acceptable(world: "World", path: str) -> None:
    response = await world.client.get(f"/rest/v2/{path}")
    error = codec.decode(messages.Error, await response.text())

    assert (406, "not_acceptable") == (response.status, error.error)


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("text/xml", 406),
        ("application/yaml;q=0.9, Application/XML", 406),
        ("application/xml, */*;q=0.1", 200),
        ("application/json", 200),
        ("application/stream+json", 200),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", 200),
    ],
)
async def test_who_accepts_nothing_else_is_refused(
    world: "World", accept: str, status: int
) -> None:
    response = await world.client.get("/rest/v2/languages", headers={"Accept": accept})

    assert status == response.status


@pytest.mark.parametrize("callback", ["show", "$", "a_1.b$.C2"])
async def test_a_page_has_its_function_called(world: "World", callback: str) -> None:
    await world.thing(
        await world.user("bo"), description="one\ntwo", tags=("a\u2019b",)
    )
    plain = await (await world.client.get("/rest/v2/users/bo/things")).text()

    response = await world.client.get(f"/rest/v2/users/bo/things?jsonp={callback}")
    text = await response.text()

    assert "application/javascript" == response.content_type
    assert f"/**/{callback}({plain});" == text


async def test_a_lookup_leads_to_a_call_too(world: "World") -> None:
    thing = await world.thing(await world.user("bo"))

    response = await world.client.get(
        f"/rest/v2/things/lookup?url={thing.url}&jsonp=show"
    )

    assert (await response.text()).startswith("/**/show({")


@pytest.mark.parametrize(
    "callback",
    ["", "alert(1)//", "a b", "1a", "a..b", "a.", "x" * 101, "a%0Ab", "%C3%B6", "a[0]"],
)
async def test_what_is_no_function_is_not_called(world: "World", callback: str) -> None:
    response = await world.client.get(f"/rest/v2/languages?jsonp={callback}")

    assert 400 == response.status
    assert "application/json" == response.content_type


async def test_a_token_never_goes_with_a_call(world: "World") -> None:
    headers = await world.bearer(await world.user("bo"))

    response = await world.client.get("/rest/v2/user?jsonp=show", headers=headers)
    error = codec.decode(messages.Error, await response.text())

    assert (400, "invalid_request") == (response.status, error.error)


async def test_a_refusal_is_no_call(world: "World") -> None:
    response = await world.client.get("/rest/v2/user?jsonp=show")

    assert (401, "application/json") == (response.status, response.content_type)


@pytest.mark.parametrize("path", ["languages.txt", "things/index"])
async def test_what_is_no_json_is_no_call(world: "World", path: str) -> None:
    await world.user("bo")
    plain = await world.client.get(f"/rest/v2/{path}")

    response = await world.client.get(f"/rest/v2/{path}?jsonp=show")

    assert await plain.read() == await response.read()


@pytest.mark.parametrize("path", ["/", "/errors"])
async def test_pages_are_what_they_are(world: "World", path: str) -> None:
    response = await world.client.get(
        f"{path}?jsonp=show", headers={"Accept": "text/xml"}
    )

    assert (200, "text/html") == (response.status, response.content_type)
