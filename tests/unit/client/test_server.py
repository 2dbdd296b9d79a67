"""The server's API as a client asks it."""

import asyncio
import json
from typing import Any

import pytest
from aiohttp import web

from overallt.client import server as client_server
from overallt.client.server import Refused, Server, ServerUnreachable
from overallt.protocol.messages import Intent

URL = "https://blog.test/a?b=1"

MEANS = {
    "currency": "EUR",
    "means_minor": 1050,
    "budget_minor": 500,
    "budget_active": True,
    "period": "2026-01",
    "pot_minor": 500,
    "flattrs": [],
    "next_worth_minor": 450,
}
MINI = {
    "type": "thing",
    "resource": "r",
    "link": "l",
    "id": 7,
    "url": "u",
    "title": "A song",
    "image": "",
    "flattrs": 1,
}
SUBSCRIPTION = {
    "type": "subscription",
    "active": True,
    "created_at": 0,
    "started_at": 0,
    "thing": MINI,
}


def error(status: int, code: str) -> web.Response:
    body = {"error": code, "error_description": "Because.", "error_uri": ""}
    return web.json_response(body, status=status)


async def test_means_come_as_a_message(api: Any, server: Server) -> None:
    api.answers["GET /rest/v2/user/means"] = [web.json_response(MEANS)]

    means = await server.means()

    assert means.next_worth_minor == 450
    assert api.asked[0][1]["Authorization"] == "Bearer secret"


async def test_a_flattr_carries_its_click_id(api: Any, server: Server) -> None:
    api.answers["POST /rest/v2/things/7/flattr"] = [
        web.json_response({"message": "ok", "description": "", "thing": MINI})
    ]

    answer = await server.flattr(7, click_id="click-1")

    assert answer.thing.title == "A song"
    assert api.asked[0][1]["Idempotency-Key"] == "click-1"


async def test_an_undo_is_a_delete(api: Any, server: Server) -> None:
    api.answers["DELETE /rest/v2/things/7/flattr"] = [web.Response(status=204)]

    await server.undo(7)

    assert [what for what, *_ in api.asked] == ["DELETE /rest/v2/things/7/flattr"]


async def test_subscribing_and_ending_it_are_a_post_and_a_delete(
    api: Any, server: Server
) -> None:
    path = "/rest/v2/things/7/subscriptions"
    answer = {"message": "ok", "description": "", "thing": MINI}
    api.answers[f"POST {path}"] = [web.json_response(answer)]
    api.answers[f"DELETE {path}"] = [web.Response(status=204)]

    await server.subscribe(7)
    await server.unsubscribe(7)

    assert [f"POST {path}", f"DELETE {path}"] == [what for what, *_ in api.asked]


async def test_all_subscriptions_are_fetched_however_many(
    api: Any, server: Server
) -> None:
    api.answers["GET /rest/v2/user/subscriptions"] = [
        web.json_response([SUBSCRIPTION] * 100),
        web.json_response([SUBSCRIPTION]),
    ]

    found = await server.subscriptions()

    assert 101 == len(found)
    assert "A song" == found[0].thing.title


async def test_an_intent_is_posted_once_by_its_click_and_deleted_by_its_address(
    api: Any, server: Server
) -> None:
    path = "/rest/v2/user/intents"
    intent = {"type": "intent", "url": URL, "created_at": 1, "expires_at": 2}
    answer = {"message": "ok", "description": "", "intent": intent}
    api.answers[f"POST {path}"] = [web.json_response(answer)]
    api.answers[f"DELETE {path}"] = [web.Response(status=204)]
    api.answers[f"GET {path}"] = [web.json_response([intent])]

    kept = await server.intend(URL, click_id="click-1")
    listed = await server.intents()
    await server.take_back(URL)

    assert Intent(url=URL, created_at=1, expires_at=2) == kept
    assert [kept] == listed
    assert [f"POST {path}", f"GET {path}", f"DELETE {path}"] == [
        what for what, *_ in api.asked
    ]


async def test_a_refusal_keeps_its_code(api: Any, server: Server) -> None:
    api.answers["POST /rest/v2/things/7/flattr"] = [error(403, "flattr_once")]

    with pytest.raises(Refused) as refused:
        await server.flattr(7, click_id="click-1")

    assert refused.value.code == "flattr_once"
    assert refused.value.description == "Because."


@pytest.mark.parametrize(
    "answer",
    [
        error(500, "server_error"),
        web.Response(status=502, text="<h1>Bad gateway</h1>"),
        web.Response(status=404, text="<h1>No page</h1>"),
        web.Response(status=302, headers={"Location": "http://elsewhere.test/"}),
        web.Response(text="<h1>Something else</h1>"),
        web.json_response(MEANS | {"means_minor": "much"}),
    ],
)
async def test_what_is_no_answer_is_told_without_address_or_token(
    api: Any, server: Server, answer: web.Response
) -> None:
    api.answers["GET /rest/v2/user/means"] = [answer]

    with pytest.raises(ServerUnreachable) as unreachable:
        await server.means()

    assert "127.0.0.1" not in str(unreachable.value)
    assert "secret" not in str(unreachable.value)
    assert "elsewhere" not in str(unreachable.value)


async def test_a_sign_in_is_a_server_and_a_token() -> None:
    known = {
        Server(url, token).sign_in
        for url in ("https://a.test", "https://b.test")
        for token in ("secret", "other")
    }

    assert len(known) == 4
    assert Server("https://a.test/", "secret").sign_in in known
    assert not any("secret" in str(each) for each in known)
    assert Server("https://a.test", None).sign_in is None


async def test_a_server_that_is_not_there_is_unreachable() -> None:
    async with Server("http://127.0.0.1:1", None) as server:
        with pytest.raises(ServerUnreachable):
            await server.user()


async def test_a_server_that_does_not_come_back_is_unreachable(
    api: Any, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(5)
        return web.Response()

    monkeypatch.setattr(client_server, "ANSWER_SECONDS", 0.05)
    monkeypatch.setattr(client_server, "INDEX_WAIT_SECONDS", 0)
    api.answers["GET /rest/v2/things/index"] = [never]

    with pytest.raises(ServerUnreachable):
        await server.index(None, since=None, wait=True)


async def test_the_index_is_asked_for_once_it_has_changed(
    api: Any, server: Server
) -> None:
    api.answers["GET /rest/v2/things/index"] = [
        web.Response(body=b"12345678", headers={"ETag": '"1"'}),
        web.Response(status=304),
    ]

    first = await server.index(None, since=None, wait=True)
    second = await server.index(first.version, since=None, wait=True)
    await server.index(first.version, since=None, wait=False)

    assert first.content == b"12345678"
    assert second.content is None
    assert "Prefer" not in api.asked[0][1]
    assert api.asked[1][1]["If-None-Match"] == '"1"'
    assert api.asked[1][1]["Prefer"] == "wait=25"
    assert "Prefer" not in api.asked[2][1]


async def test_a_device_code_is_redeemed_by_form(api: Any, server: Server) -> None:
    token = {"access_token": "new", "token_type": "bearer", "scope": "flattr"}
    api.answers["POST /oauth/token"] = [web.json_response(token)]

    redeemed = await server.redeem_device_code("device-1")

    assert redeemed.access_token == "new"
    assert (
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code"
        in (api.asked[0][2])
    )
    assert "device_code=device-1" in api.asked[0][2]
    assert "client_id=overallt-proxy" in api.asked[0][2]


async def test_unknown_fields_do_not_matter(api: Any, server: Server) -> None:
    body = json.dumps(MEANS | {"of_tomorrow": 1})
    api.answers["GET /rest/v2/user/means"] = [web.Response(text=body)]

    assert (await server.means()).currency == "EUR"


def found(location: str) -> web.Response:
    body = {"message": "found", "location": location}
    return web.json_response(body, status=302, headers={"Location": location})


async def test_a_lookup_gives_the_number_of_the_thing(api: Any, server: Server) -> None:
    asked = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.query["url"])
        return found(f"{api.url}/rest/v2/things/17")

    api.answers["GET /rest/v2/things/lookup"] = [answer]

    number = await server.lookup("https://site.test/?a=1&b=å%26#c")

    assert "17" == number
    assert ["https://site.test/?a=1&b=å%26#c"] == asked


@pytest.mark.parametrize("location", ["https://evil.test/", "/rest/v2/things/ada"])
async def test_a_lookup_that_leads_elsewhere_is_no_answer(
    api: Any, server: Server, location: str
) -> None:
    api.answers["GET /rest/v2/things/lookup"] = [found(location)]

    with pytest.raises(ServerUnreachable):
        await server.lookup("https://site.test/")


async def test_a_lookup_that_is_answered_otherwise_is_no_answer(
    api: Any, server: Server
) -> None:
    api.answers["GET /rest/v2/things/lookup"] = [web.json_response({})]

    with pytest.raises(ServerUnreachable):
        await server.lookup("https://site.test/")


async def test_what_nobody_has_registered_is_refused(api: Any, server: Server) -> None:
    api.answers["GET /rest/v2/things/lookup"] = [error(404, "not_found")]

    with pytest.raises(Refused) as refused:
        await server.lookup("https://site.test/")

    assert "not_found" == refused.value.code


async def test_what_came_since_a_moment_is_asked_for(api: Any, server: Server) -> None:
    api.answers["GET /rest/v2/things/index"] = [web.Response(body=b"12345678")]

    await server.index(None, since=None, wait=True)
    await server.index("1", since=1768478400, wait=True)

    assert [None, "1768478400"] == api.since


async def test_who_asks_what_exists_says_no_name_and_keeps_none(
    api: Any, server: Server
) -> None:
    """A cookie would let the server put all that is asked for together."""
    named = {"Set-Cookie": "you=7; Path=/"}
    buckets = {"things": 9, "prefix_bits": 1}
    api.answers = {
        "GET /rest/v2/things/index": [web.Response(body=b"", headers=named)],
        "GET /rest/v2/things/range": [web.json_response(buckets, headers=named)],
        "GET /rest/v2/things/range/01": [web.Response(body=b"", headers=named)],
        "GET /rest/v2/user/means": [web.json_response(MEANS, headers=named)],
    }

    await server.means()
    await server.index(None, since=None, wait=False)
    await server.buckets()
    await server.bucket("01", None)
    await server.bucket("01", "1")

    heads = [head for _, head, _ in api.asked]
    assert ["Authorization" in head for head in heads] == [True] + 4 * [False]
    assert not any("Cookie" in head for head in heads)
    assert "application/octet-stream" == heads[-1]["Accept"]
    assert '"1"' == heads[-1]["If-None-Match"]
