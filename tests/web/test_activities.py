"""Streams of activities: what a user has done, told to him and to others."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from overallt.protocol import codec, messages
from overallt.protocol.ids import ThingId
from overallt_server.storage import things, users

if TYPE_CHECKING:
    from tests.web.conftest import World

PUBLIC = "/rest/v2/users/ada/activities"
MINE = "/rest/v2/user/activities"
STREAM, ATOM = "application/stream+json", "application/atom+xml"
SCHEMA = "http://activitystrea.ms/schema/1.0/"
NAMES = {
    "atom": "http://www.w3.org/2005/Atom",
    "activity": "http://activitystrea.ms/spec/1.0/",
}


@pytest.fixture
async def ada(world: "World") -> Mapping[str, str]:
    """A patron's headers; she has registered a song, and flattred bo's essay since."""
    user = await world.patron("ada")
    await world.thing(user, 'song"&<b>')
    essay = await world.thing(await world.user("bo"), "essay")
    headers = await world.bearer(user)
    await world.client.post(f"/rest/v2/things/{essay.id}/flattr", headers=headers)
    return headers


async def _bearer_of(
    world: "World", username: str, scopes: str = "flattr"
) -> Mapping[str, str]:
    async with world.database.snapshot() as tx:
        user = await users.by_username(tx, username)
    assert user is not None
    return await world.bearer(user, scopes)


async def _items(
    world: "World", path: str, headers: Mapping[str, str] | None = None
) -> list[messages.Activity]:
    response = await world.client.get(path, headers=headers)
    assert 200 == response.status
    return codec.decode(messages.Activities, await response.text()).items


async def _feed(
    world: "World", path: str, headers: Mapping[str, str] | None = None
) -> Any:
    response = await world.client.get(path, headers=headers)
    assert 200 == response.status
    return etree.fromstring(await response.read())


def _texts(feed: Any, path: str) -> list[str]:
    return [str(each) for each in feed.xpath(path, namespaces=NAMES)]


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("query", ["", ".as", ".json", "?type=outgoing"])
async def test_everybody_sees_what_was_registered_and_nothing_else(
    world: "World", query: str
) -> None:
    (registered,) = await _items(world, f"{PUBLIC}{query}")

    assert "post" == registered.verb
    assert 'ada registered "The song"&<b> of ada"' == registered.title


async def test_who_flattred_sees_that_too(
    world: "World", ada: Mapping[str, str]
) -> None:
    flattred, registered = await _items(world, MINE, ada)

    public_url = world.settings.public_url
    thing = flattred.object.url.removeprefix(f"{public_url}/thing/")
    person = messages.ActivityObject("ada", f"{public_url}/profile/ada", "person")
    assert ["like", "post"] == [flattred.verb, registered.verb]
    assert 'ada flattred "The essay of bo"' == flattred.title
    assert (person, "The essay of bo") == (flattred.actor, flattred.object.displayName)
    assert f"tag:localhost,{flattred.published[:10]}:ada/flattr/{thing}" == flattred.id
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]{8}\+00:00", flattred.published)


async def test_what_is_hidden_or_undone_is_not_told(
    world: "World", ada: Mapping[str, str]
) -> None:
    flattred, registered = await _items(world, MINE, ada)
    essay, song = (
        each.object.url.rpartition("/")[2] for each in (flattred, registered)
    )
    await world.client.delete(f"/rest/v2/things/{essay}/flattr", headers=ada)
    async with world.database.transaction() as tx:
        thing = await things.get(tx, ThingId(int(song)))
        assert thing is not None
        await things.describe(tx, replace(thing, hidden=True))

    assert [] == await _items(world, MINE, ada)


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("path", ["/rest/v2/users/bo/activities", MINE])
async def test_nobody_is_told_who_flattrs_his_things(world: "World", path: str) -> None:
    bo = await _bearer_of(world, "bo")

    assert [] == await _items(world, f"{path}?type=incoming", bo)
    assert [] == _texts(
        await _feed(world, f"{path}.atom?type=incoming", bo),
        "//atom:entry/atom:id/text()",
    )


@pytest.mark.parametrize(
    ("suffix", "accept", "expected"),
    [
        ("", "*/*", STREAM),
        ("", STREAM, STREAM),
        ("", f"{ATOM}, application/json;q=0.5", "application/json"),
        ("", f"text/html, {ATOM};q=0.9, */*;q=0.1", ATOM),
        (".as", ATOM, STREAM),
        (".json", ATOM, "application/json"),
        (".atom", STREAM, ATOM),
    ],
)
async def test_the_form_is_the_one_that_is_asked_for(
    world: "World", ada: Mapping[str, str], suffix: str, accept: str, expected: str
) -> None:
    for path in (PUBLIC, MINE):
        response = await world.client.get(
            f"{path}{suffix}", headers={**ada, "Accept": accept}
        )

        assert expected == response.content_type


async def test_the_feed_says_the_same(world: "World", ada: Mapping[str, str]) -> None:
    items = await _items(world, MINE, ada)

    feed = await _feed(world, f"{MINE}.atom", ada)

    entry = "/atom:feed/atom:entry"
    assert [each.id for each in items] == _texts(feed, f"{entry}/atom:id/text()")
    assert [each.title for each in items] == _texts(feed, f"{entry}/atom:title/text()")
    assert [SCHEMA + each.verb for each in items] == _texts(
        feed, f"{entry}/activity:verb/text()"
    )
    assert [each.object.url for each in items] == _texts(
        feed, f"{entry}/atom:link[@rel='alternate']/@href"
    )
    assert [items[0].published] == _texts(feed, "/atom:feed/atom:updated/text()")


async def test_ones_own_feed_is_another_than_the_public_one(
    world: "World", ada: Mapping[str, str]
) -> None:
    feeds = [await _feed(world, f"{path}.atom", ada) for path in (PUBLIC, MINE)]
    ids = [_texts(each, "/atom:feed/atom:id/text()")[0] for each in feeds]

    assert ids[0].endswith(":ada/activities/outgoing")
    assert ids[1].endswith(":ada/own-activities/outgoing")


async def test_a_feed_of_nothing_was_updated_when_its_user_came(
    world: "World",
) -> None:
    bo = await world.user("bo")

    feed = await _feed(world, "/rest/v2/users/bo/activities.atom")

    came = bo.registered_at.replace(microsecond=0)
    assert [came.isoformat()] == _texts(feed, "//atom:updated/text()")


async def test_the_pages_of_a_feed_lead_to_each_other(
    world: "World", ada: Mapping[str, str]
) -> None:
    first = await _feed(world, f"{MINE}.atom?count=1", ada)
    (then,) = _texts(first, "/atom:feed/atom:link[@rel='next']/@href")
    second = await _feed(world, then.removeprefix(world.settings.public_url), ada)
    (before,) = _texts(second, "/atom:feed/atom:link[@rel='previous']/@href")

    titles = [
        _texts(each, "//atom:entry/atom:title/text()") for each in (first, second)
    ]
    assert [["flattred"], ["registered"]] == [
        [title.split()[1] for title in page] for page in titles
    ]
    assert [before] == _texts(first, "/atom:feed/atom:link[@rel='self']/@href")
    assert [] == _texts(first, "/atom:feed/atom:link[@rel='previous']")


@pytest.mark.parametrize("suffix", ["", ".atom"])
async def test_who_has_it_already_is_not_sent_it_again(
    world: "World", ada: Mapping[str, str], suffix: str
) -> None:
    first = await world.client.get(f"{PUBLIC}{suffix}")
    known = {"If-None-Match": first.headers["ETag"]}
    same = await world.client.get(f"{PUBLIC}{suffix}", headers=known)
    await world.client.post(
        "/rest/v2/things",
        json={"url": "https://ada.example/new", "title": "A new one"},
        headers=await _bearer_of(world, "ada", "thing"),
    )
    other = await world.client.get(f"{PUBLIC}{suffix}", headers=known)

    assert [200, 304, 200] == [each.status for each in (first, same, other)]
    assert b"" == await same.read()
    assert {"public, no-cache"} == {
        each.headers["Cache-Control"] for each in (first, same, other)
    }


async def test_what_is_ones_own_is_kept_by_nobody(
    world: "World", ada: Mapping[str, str]
) -> None:
    response = await world.client.get(MINE, headers=ada)

    assert "no-store" == response.headers["Cache-Control"]
    assert "ETag" not in response.headers


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (MINE, 401, "unauthorized"),
        ("/rest/v2/users/nobody/activities", 404, "not_found"),
        ("/rest/v2/users/nobody/activities.atom", 404, "not_found"),
        (f"{PUBLIC}?type=sideways", 400, "invalid_request"),
        (f"{PUBLIC}.as?page=0", 400, "invalid_request"),
        (f"{PUBLIC}.xml", 406, "not_acceptable"),
    ],
)
@pytest.mark.usefixtures("ada")
async def test_what_cannot_be_answered_is_refused(
    world: "World", path: str, status: int, code: str
) -> None:
    response = await world.client.get(path)
    error = codec.decode(messages.Error, await response.text())

    assert (status, code) == (response.status, error.error)


@pytest.mark.usefixtures("ada")
async def test_a_page_of_another_site_may_be_called_with_it(world: "World") -> None:
    plain = await (await world.client.get(f"{PUBLIC}.as")).text()

    response = await world.client.get(f"{PUBLIC}.as?jsonp=show")

    assert "application/javascript" == response.content_type
    assert f"/**/show({plain});" == await response.text()
