"""What other clients of Flattr said, as their documents and sources have it.

Each says it in a way of its own: Java's flattr4j posts JSON and asks for *full*
messages, WordPress sends forms and its secret in the body, Ruby puts commas, extensions
look at ``message`` alone, readers of podcasts flattr addresses that describe things.
"""

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from town import ALL_SCOPES, Town, town

from overallt_server.use_cases.registering_apps import RegisteringApps

if TYPE_CHECKING:
    from tests.web.conftest import World

V2 = "/rest/v2"
BACK = "https://blog.example/wp-admin"


@dataclass(frozen=True, slots=True)
class Said:
    """One request, and what its client looks for in the answer."""

    client: str
    method: str
    path: str
    expected: dict[str, Any] = field(default_factory=dict)
    form: dict[str, str] | None = None
    json: dict[str, Any] | None = None
    accept: str = "application/json"
    status: int = 200


@pytest.fixture
async def here(world: "World") -> Town:
    return await town(world)


def _conversation(here: Town) -> list[Said]:
    song, poem = here.song, here.poem
    public_url = here.world.settings.public_url
    auto = f"{public_url}/submit/auto?user_id=bo&url=https://bo.example/episode"
    escaped = quote(f"{auto}&title=An%20episode&tags=a,b&hidden=1", safe="")
    things = f"{V2}/things"
    ok = {"message": "ok"}
    return [
        Said("flattr4j", "GET", f"{V2}/user", {"type": "user", "username": "cy"}),
        Said("flattr4j", "GET", f"{things}/{song.id}?full=1", {"type": "thing"}),
        Said("flattr4j", "GET", f"{things}/search?query=song&full=1", {"items": 1}),
        Said("flattr4j", "GET", f"{things}/lookup/?url={song.url}", {"id": song.id}),
        Said("flattr4j", "POST", f"{V2}/flattr", ok, json={"url": poem.url}),
        Said("flattr4j", "POST", f"{things}/{poem.id}/subscriptions", ok),
        Said("WordPress", "GET", f"{V2}/users/cy.json", {"username": "cy"}),
        Said(
            "WordPress",
            "POST",
            f"{things}/",
            ok,
            form={"url": "https://cy.example/post", "title": "A post", "tags": "a,b"},
            status=201,
        ),
        Said("Ruby", "PUT", f"{things}/{poem.id}/subscriptions", {"message": "paused"}),
        Said(
            "Ruby", "PUT", f"{things}/{poem.id}/subscriptions", {"message": "started"}
        ),
        Said("Ruby", "DELETE", f"{things}/{poem.id}/subscriptions", status=204),
        Said("Chrome", "GET", f"{things}/lookup?q={song.url}", {"id": song.id}),
        Said(
            "Chrome",
            "GET",
            f"{things}/lookup/?url=https://no.example/",
            {"message": "not_found"},
            status=404,
        ),
        Said(
            "Firefox",
            "GET",
            f"{things}/lookup/?url={escaped}",
            {"message": "flattrable"},
        ),
        Said("AntennaPod", "POST", f"{V2}/flattr", ok, form={"url": auto}),
        Said(
            "AntennaPod",
            "POST",
            f"{V2}/flattr",
            {"error": "flattr_once"},
            form={"url": auto},
            status=403,
        ),
        Said(
            "a reader",
            "GET",
            f"{V2}/user/activities",
            accept="application/stream+json",
        ),
    ]


async def test_each_is_answered_as_flattr_did(here: Town) -> None:
    other = {}
    headers = await here.world.bearer(here.cy, ALL_SCOPES)
    for said in _conversation(here):
        response = await here.world.client.request(
            said.method,
            said.path,
            data=said.form,
            json=said.json,
            headers={**headers, "Accept": said.accept},
        )
        told = {} if response.status == 204 else await response.json(content_type=None)
        heard = {name: told.get(name) for name in said.expected}
        if (said.status, said.expected) != (response.status, heard):
            other[said.client, said.method, said.path] = (response.status, told)

    assert {} == other


@pytest.mark.parametrize("scope", ["thing flattr", "thing+flattr", "thing,flattr"])
@pytest.mark.parametrize("place", ["head", "body"])
async def test_each_way_to_a_token_is_open(here: Town, scope: str, place: str) -> None:
    app = await RegisteringApps(here.world.database).register(
        owner=here.cy.id, name="A plug-in", redirect_uri=BACK, public=False
    )
    client_id, secret = app.app.client_id, app.secret or ""
    browser = await here.world.browser(here.cy)
    asked = {"client_id": client_id, "response_type": "code", "scope": scope}
    answer = await browser.post("/oauth/authorize", decision="allow", **asked)
    code = answer.headers["Location"].rpartition("code=")[2]

    form = {"code": code, "grant_type": "authorization_code"}
    headers = {}
    if place == "head":
        both = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
        headers["Authorization"] = f"Basic {both}"
    else:
        form |= {"client_id": client_id, "client_secret": secret}
    response = await here.world.client.post("/oauth/token", json=form, headers=headers)
    token = await response.json()

    assert (200, "flattr thing") == (response.status, token["scope"])
    assert "no-store" == response.headers["Cache-Control"]
