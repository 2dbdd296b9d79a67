"""A client that was written for Flattr runs unchanged: PyPI's ``flattrclient``.

It knows Flattr's addresses by heart; its requests are led here on their way out.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, override
from urllib.parse import urlsplit

import flattrclient.api
import flattrclient.oauth
import pytest
import requests
from requests.adapters import HTTPAdapter
from town import Town, town

from overallt_server.use_cases.registering_apps import RegisteringApps

if TYPE_CHECKING:
    from overallt_server.core.users import User
    from tests.web.conftest import World

FLATTR = ("https://api.flattr.com", "https://flattr.com")
BACK = "https://app.example/back"


class Redirected(HTTPAdapter):
    """Sends to the server under test what is meant for Flattr."""

    def __init__(self, public_url: str) -> None:
        super().__init__()
        self._public_url = public_url

    @override
    def send(
        self, request: requests.PreparedRequest, *args: Any, **options: Any
    ) -> requests.Response:
        for flattr in FLATTR:
            request.url = (request.url or "").replace(flattr, self._public_url)
        return super().send(request, *args, **options)


@pytest.fixture
async def here(world: "World") -> Town:
    return await town(world)


async def _client(world: "World", user: "User", scopes: str) -> Any:
    """Give the client that *user* has allowed *scopes*, as its own way of asking does.

    It does without PKCE and ``state``, and separates scopes by commas.
    """
    app = await RegisteringApps(world.database).register(
        owner=user.id, name="An old client", redirect_uri=BACK, public=False
    )
    asking = flattrclient.oauth.get()
    address = urlsplit(asking.authorize(app.app.client_id, scopes, BACK))
    browser = await world.browser(user)
    assert 200 == (await browser.get(f"{address.path}?{address.query}")).status
    answer = await browser.post(
        "/oauth/authorize",
        decision="allow",
        client_id=app.app.client_id,
        response_type="code",
        redirect_uri=BACK,
        scope=scopes,
    )
    code = answer.headers["Location"].rpartition("code=")[2]
    asking._session.mount("https://", Redirected(world.settings.public_url))
    asking.set_auth(app.app.client_id, app.secret)
    token = await asyncio.to_thread(asking.token, code, BACK)
    client = flattrclient.api.get(token["access_token"])
    for flattr in FLATTR:
        client._session.mount(flattr, Redirected(world.settings.public_url))
    return client


async def _told[T](ask: Callable[[], T]) -> T:
    """Let the client ask, while the server answers on this thread."""
    return await asyncio.to_thread(ask)


async def test_it_finds_things_and_users(here: Town) -> None:
    client = await _client(here.world, here.cy, "flattr")

    one = await _told(lambda: client.things.get(str(here.song.id)))
    two = await _told(
        lambda: list(client.things.get(str(here.song.id), str(here.poem.id)))
    )
    found = await _told(lambda: client.things.lookup(here.song.url))
    searched = await _told(lambda: client.things.search(query="song", user="ada"))
    ada = await _told(lambda: client.users.get("ada"))
    hers = await _told(lambda: list(client.users("ada").get_things(count=5, full=True)))

    assert ("The song of ada", False) == (one.title, one.flattred)
    assert [here.song.id, here.poem.id] == [each.id for each in two]
    assert here.song.id == found.id
    assert (1, [here.song.id]) == (
        searched.total_items,
        [each.id for each in searched.things],
    )
    assert ("ada", None) == (ada.username, ada.email)
    assert here.song.id in [each.id for each in hers]


async def test_it_gives_and_lists_what_it_gave(here: Town) -> None:
    client = await _client(here.world, here.cy, "flattr")
    poem = await _told(lambda: client.things.get(str(here.poem.id)))

    answer = await _told(poem.support)
    with pytest.raises(flattrclient.exc.FlattrApiError, match="already flattred"):
        await _told(poem.support)
    given = await _told(lambda: list(client.authenticated.get_flattrs()))
    public = await _told(lambda: list(client.users("cy").get_flattrs()))

    assert ("ok", here.poem.id) == (answer["message"], answer["thing"]["id"])
    assert [here.poem.id] == [each.thing["id"] for each in given]
    assert [] == public


async def test_it_subscribes_pauses_and_ends(here: Town) -> None:
    client = await _client(here.world, here.cy, "flattr")
    poem = await _told(lambda: client.things.get(str(here.poem.id)))

    assert "ok" == (await _told(poem.subscribe))["message"]
    assert "paused" == (await _told(poem.pause_subscription))["message"]
    (listed,) = await _told(lambda: list(client.authenticated.get_subscriptions()))
    assert (False, here.poem.id) == (listed.active, listed.thing.id)
    assert "started" == (await _told(poem.pause_subscription))["message"]
    assert "" == await _told(poem.unsubscribe)
    assert [] == await _told(lambda: list(client.authenticated.get_subscriptions()))


async def test_it_registers_changes_and_deletes(here: Town) -> None:
    client = await _client(here.world, here.cy, "flattr,thing")
    mine = client.things.new(
        url="https://cy.example/new", title="Something new", tags=["a", "b"]
    )

    made = await _told(mine.commit)
    mine.title = "Something else"
    changed = await _told(mine.commit)
    (first, *_) = await _told(lambda: list(client.authenticated.get_things()))
    assert "ok" == made["message"] == changed["message"]
    assert ("Something else", ["a", "b"]) == (first.title, first.tags)

    assert "" == await _told(first.delete)


async def test_it_reads_what_was_done(here: Town) -> None:
    client = await _client(here.world, here.ada, "flattr")

    done = await _told(lambda: client.authenticated.get_activities(type="outgoing"))

    assert {"like", "post"} == {each["verb"] for each in done["items"]}


@pytest.mark.parametrize(
    ("scopes", "ask", "error"),
    [
        ("flattr", lambda client: client.things.get("987654321"), "NotFoundError"),
        (
            "flattr",
            lambda client: client.things.new(url="https://cy.example/n").commit(),
            "InsufficientScopeError",
        ),
        (
            "flattr",
            lambda client: client.things.search(sort="x"),
            "InvalidRequestError",
        ),
    ],
)
async def test_it_understands_what_it_is_refused_for(
    here: Town, scopes: str, ask: Callable[[Any], object], error: str
) -> None:
    client = await _client(here.world, here.cy, scopes)

    with pytest.raises(getattr(flattrclient.exc, error)):
        await _told(lambda: ask(client))


async def test_a_token_that_was_revoked_is_told_as_such(here: Town) -> None:
    client = await _client(here.world, here.cy, "flattr")
    client._session.headers["Authorization"] = "Bearer " + "0" * 40

    with pytest.raises(flattrclient.exc.UnauthorizedError):
        await _told(lambda: list(client.authenticated.get_flattrs()))
