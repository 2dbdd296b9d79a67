"""The API described to programs and to people, from the same document."""

import json
from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from overallt_server.web.docs import kind_of
from overallt_server.web.openapi import document, path_of
from overallt_server.web.routes import PROGRAMS

if TYPE_CHECKING:
    from tests.web.conftest import Browser, World

PUBLIC_URL = "https://overallt.example"


def _operation(method: str, path: str) -> Any:
    return document(PROGRAMS, PUBLIC_URL)["paths"][path][method]


async def _page(stranger: "Browser") -> Any:
    return html.fromstring(await stranger.text("/docs"))


async def test_programs_are_told_what_this_server_does(world: "World") -> None:
    response = await world.client.get("/openapi.json")

    expected = document(PROGRAMS, world.settings.public_url)
    assert json.loads(json.dumps(expected)) == await response.json()


def test_a_suffix_or_slash_that_may_be_left_out_is_no_part_of_an_address() -> None:
    paths = {path_of(each) for each in PROGRAMS}

    assert {"/rest/v2/things/lookup", "/rest/v2/things/{id}/flattrs"} <= paths
    assert [] == [path for path in paths if ":" in path or "slash" in path]


def test_an_operation_says_who_may_and_what_it_is_refused_for() -> None:
    flattr = _operation("post", "/rest/v2/things/{id}/flattr")

    assert [{"token": ["flattr"]}] == flattr["security"]
    assert {
        "400": "invalid_request",
        "401": "unauthorized, no_means",
        "403": "rate_limit_exceeded, insufficient_scope, flattr_owner, flattr_once",
        "404": "not_found",
        "406": "not_acceptable",
        "422": "idempotency_mismatch",
        "503": "server_busy",
    } == {
        status: each["description"]
        for status, each in flattr["responses"].items()
        if status != "200"
    }


def test_what_is_left_out_of_a_message_is_not_told_to_be_null() -> None:
    user = document(PROGRAMS, PUBLIC_URL)["components"]["schemas"]["User"]

    assert {"type": "string"} == user["properties"]["email"]
    assert "email" not in user["required"]


def test_money_is_asked_for_in_json_alone() -> None:
    budget = _operation("put", "/rest/v2/user/budget")

    assert ["application/json"] == list(budget["requestBody"]["content"])


async def test_people_read_the_same_without_a_script(stranger: "Browser") -> None:
    page = await _page(stranger)

    for endpoint in PROGRAMS:
        (section,) = page.xpath("//section[@id=$name]", name=endpoint.described.name)
        assert f"{endpoint.method} {path_of(endpoint)}" in section.text_content()
        assert endpoint.door.asker in section.text_content()


async def test_each_link_on_the_page_leads_somewhere(stranger: "Browser") -> None:
    page = await _page(stranger)

    led_to = [str(each)[1:] for each in page.xpath("//a/@href[starts-with(., '#')]")]
    assert len(led_to) > len(PROGRAMS)
    assert [] == [each for each in led_to if not page.xpath("//*[@id=$to]", to=each)]


async def test_the_page_shows_what_is_taken(stranger: "Browser") -> None:
    page = await _page(stranger)

    rows = page.xpath("//section[@id='things.register']//table[1]/tbody/tr")
    taken = [[cell.text_content().strip() for cell in row] for row in rows]
    assert ["url", "body", "text, at most 2000 signs, required"] == taken[0]
    assert "list of text" in {name: kind for name, _, kind in taken}["tags"]


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        ({"$ref": "#/components/schemas/Thing"}, "Thing"),
        ({"type": "array", "items": {"type": "integer"}}, "list of whole number"),
        (
            {"anyOf": [{"type": "boolean"}, {"type": "null"}]},
            "true or false or nothing",
        ),
        ({"const": "patch"}, "patch"),
        ({"enum": ["incoming", "outgoing"]}, "incoming, outgoing"),
        ({}, "anything"),
    ],
)
def test_a_kind_is_told_in_words(schema: dict[str, Any], told: str) -> None:
    assert told == kind_of(schema)
