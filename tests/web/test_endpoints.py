"""What is taken and answered at each address for programs is what it says.

A table, made of the endpoints themselves: a good call of each is answered with the
message that it names, a malformed one, one of what does not exist and one of somebody
else's thing with Flattr's own codes. (Who is let in at all: ``test_doors``.)
"""

import inspect
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, get_args

import pytest
from town import ALL_SCOPES, HOST, Call, Town, town

from overallt.protocol import codec, messages
from overallt.protocol.ids import ThingId
from overallt_server.core import refusals
from overallt_server.core.proofs import text_naming
from overallt_server.storage import things
from overallt_server.web import inputs
from overallt_server.web.click_inputs import QueuedClicks
from overallt_server.web.endpoints import Asker, Endpoint
from overallt_server.web.openapi import document, path_of
from overallt_server.web.routes import PROGRAMS

if TYPE_CHECKING:
    from aiohttp import ClientResponse
    from outside_world import OutsideWorld

    from tests.web.conftest import World

API: Final = [each for each in PROGRAMS if each.path.startswith("/rest/v2/")]
IN_PERSON: Final = {Asker.PERSON, Asker.PERSON_JUST_NOW}

# What is malformed, for each input that can be; all others take anything.
BAD: Final[Mapping[type[inputs.Input | QueuedClicks], Mapping[str, str]]] = {
    inputs.Listing: {"page": "0"},
    inputs.Paging: {"count": "-1"},
    inputs.ActivityListing: {"type": "sideways"},
    inputs.Search: {"sort": "beauty"},
    inputs.Since: {"since": "yesterday"},
    inputs.OfPeriod: {"period": "2026-13"},
    inputs.Fullness: {"full": "\0"},
    inputs.Address: {},
    inputs.LookUp: {},
    inputs.NewThing: {"title": "It has no address"},
    inputs.ThingChanges: {"hidden": "perhaps"},
    inputs.PostedChanges: {"title": "It names no method"},
    inputs.HostForm: {},
    inputs.Terms: {"weight": "heavy"},
    inputs.NewBudget: {"active": "true"},
    inputs.PayoutRequest: {"amount_minor": "-1"},
    QueuedClicks: {},
}


def _named(endpoint: Endpoint) -> str:
    return f"{endpoint.method} {path_of(endpoint)}"


@pytest.fixture
async def here(world: "World", outside: "OutsideWorld") -> Town:
    profile = f"{world.settings.public_url}/profile/ada"
    outside.texts[f"_overallt.{HOST}"] = [text_naming(profile)]
    return await town(world)


async def _call(here: Town, endpoint: Endpoint, call: Call) -> "ClientResponse":
    """Call as Ada: in person where no program may, else as one of all scopes."""
    in_person = endpoint.door.asker in IN_PERSON
    browser = await here.world.browser(here.ada if in_person else None)
    headers = {} if in_person else await here.world.bearer(here.ada, ALL_SCOPES)
    return await browser.session.request(
        endpoint.method,
        path_of(endpoint).format_map(call.fields),
        params=call.query,
        json=None if endpoint.method == "GET" else call.body,
        headers={**browser.headers, **headers},
        allow_redirects=False,
    )


async def _error(response: "ClientResponse") -> tuple[int, str]:
    error = codec.decode(messages.Error, await response.text())
    return response.status, error.error


def _decode(kind: Any, text: str) -> object:
    """Parse *text* as one of the messages that *kind* names."""
    kinds = get_args(kind) if not hasattr(kind, "__name__") else ()
    for each in kinds:
        try:
            return codec.decode(each, text)
        except codec.MalformedMessage:
            continue
    return codec.decode(kind, text)


@pytest.mark.parametrize("endpoint", API, ids=_named)
async def test_a_good_call_is_answered_as_it_says(
    here: Town, endpoint: Endpoint
) -> None:
    described = endpoint.described

    response = await _call(here, endpoint, here.call(endpoint))
    text = await response.text(errors="replace")

    assert described.status == response.status
    if described.answer is not None:
        assert _decode(described.answer, text) is not None
    elif described.forms:
        assert described.forms == (response.content_type,)
    else:
        assert "" == text


async def test_what_is_malformed_is_an_invalid_request(here: Town) -> None:
    other = {}
    for endpoint in API:
        good, described = here.call(endpoint), endpoint.described
        if described.body is not None:
            bad = Call(good.fields, good.query, BAD[described.body])
        elif described.query is not None:
            bad = Call(good.fields, BAD[described.query], good.body)
        else:
            continue
        error = await _error(await _call(here, endpoint, bad))
        if error != (400, "invalid_request"):
            other[_named(endpoint)] = error

    assert {} == other


async def test_what_is_not_there_is_not_found(here: Town) -> None:
    other = {}
    for endpoint in API:
        good = here.call(endpoint)
        if "{" not in path_of(endpoint):
            continue
        for nobody in ("987654321", "nobody", "no-one at all", "0110"):
            fields = dict.fromkeys(good.fields, nobody)
            call = Call(fields, good.query, good.body)
            error = await _error(await _call(here, endpoint, call))
            if error != (404, "not_found"):
                other[_named(endpoint), nobody] = error

    assert {} == other


async def test_what_is_somebody_elses_is_forbidden(here: Town) -> None:
    told = {}
    for endpoint in API:
        if refusals.Forbidden in endpoint.described.refusals:
            good = here.call(endpoint)
            fields = {**good.fields, "id": here.essay.id}
            of_bo = Call(fields, good.query, good.body)
            told[_named(endpoint)] = await _error(await _call(here, endpoint, of_bo))

    thing = "/rest/v2/things/{id}"
    assert (
        dict.fromkeys(
            (
                *(f"{method} {thing}" for method in ("PATCH", "POST", "DELETE")),
                *(f"{method} {thing}/hosts" for method in ("GET", "POST")),
                f"POST {thing}/hosts/{{host}}/verify",
            ),
            (403, "forbidden"),
        )
        == told
    )


CLICKS = ["/rest/v2/things/{id}/flattr", "/rest/v2/things/{id}/subscriptions"]


@pytest.mark.parametrize(
    ("path", "whose", "refused"),
    [
        (CLICKS[0], "song", (403, "flattr_owner")),
        (CLICKS[0], "essay", (403, "flattr_once")),
        (CLICKS[1], "song", (403, "thing_owner")),
        (CLICKS[1], "essay", (403, "subscribed")),
    ],
)
async def test_what_the_rules_forbid_has_flattrs_own_codes(
    here: Town, path: str, whose: str, refused: tuple[int, str]
) -> None:
    (endpoint,) = (e for e in API if (e.method, path_of(e)) == ("POST", path))
    thing = getattr(here, whose)

    response = await _call(here, endpoint, Call({"id": thing.id}))

    assert refused == await _error(response)


async def test_what_is_not_asked_for_is_not_set(here: Town) -> None:
    (endpoint,) = (e for e in API if _named(e) == "POST /rest/v2/things")
    more = {"owner": "bo", "owner_id": 1, "id": 7, "charity": True, "created_at": 0}

    good = here.call(endpoint).body
    response = await _call(here, endpoint, Call(body={**good, **more}))
    made = codec.decode(messages.ThingCreated, await response.text())

    async with here.world.database.snapshot() as tx:
        thing = await things.get(tx, ThingId(made.id))
    assert thing is not None
    assert (here.ada.id, False) == (thing.owner, thing.charity)
    assert 2026 <= thing.created_at.year


@pytest.mark.parametrize("endpoint", PROGRAMS, ids=_named)
def test_a_handler_reads_what_its_endpoint_says(endpoint: Endpoint) -> None:
    described = endpoint.described
    source = inspect.getsource(described.handle)
    read = dict(re.findall(r"inputs\.(query|body)\(request, ([.\w]+)\)", source))

    said = {
        name: kind.__name__
        for name, kind in (("query", described.query), ("body", described.body))
        if kind is not None
    }
    assert said == {name: kind.rpartition(".")[2] for name, kind in read.items()}


@pytest.mark.parametrize("endpoint", API, ids=_named)
def test_who_takes_a_key_says_so(endpoint: Endpoint) -> None:
    source = inspect.getsource(endpoint.described.handle)

    assert endpoint.described.repeatable == ("inputs.idempotency_key(" in source)


def test_every_address_for_programs_stands_in_the_document() -> None:
    described = document(PROGRAMS, "https://overallt.example")["paths"]

    assert {_named(each) for each in PROGRAMS} == {
        f"{method.upper()} {path}"
        for path, all_ in described.items()
        for method in all_
    }


@pytest.mark.parametrize("path", ["search", "lookup"])
def test_an_address_that_may_be_left_out_may_be_empty(path: str) -> None:
    described = document(PROGRAMS, "https://overallt.example")["paths"]
    parameters = described[f"/rest/v2/things/{path}"]["get"]["parameters"]
    (pattern,) = {
        each["schema"]["pattern"] for each in parameters if each["name"] in {"url", "q"}
    }

    said = [text for text in ("", "https://a.example", "a") if re.match(pattern, text)]

    assert ["", "https://a.example"] == said
