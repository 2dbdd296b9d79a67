"""Parts of the index of things in the API, each with a thousand things at least.

Flattr's clients ask for no such thing, so the addresses are ours: ``things/range``
tells how many bits name a bucket, ``things/range/0110`` is one. Programs that show
titles take it as JSON; one that only wants to know what exists accepts
``application/octet-stream``: the keys, as the index has them.
"""

from http import HTTPStatus

from aiohttp import web

from overallt.protocol import messages
from overallt.protocol.index_keys import version_of
from overallt_server.core import refusals
from overallt_server.use_cases.indexing_things import NamedThing
from overallt_server.web.answers import json_answer
from overallt_server.web.endpoints import answers
from overallt_server.web.index import KEYS
from overallt_server.web.keys import use_cases


@answers(messages.ThingBuckets)
async def show(request: web.Request) -> web.Response:
    """Answer how many things there are and how buckets are named."""
    index = await use_cases(request).indexing_things.index()
    return _public(json_answer(messages.ThingBuckets(index.things, index.prefix_bits)))


@answers(list[messages.NamedThing], forms=(KEYS,), refusals=(refusals.NotFound,))
async def show_one(request: web.Request) -> web.Response:
    """Answer the things whose hashes begin with the bits in the address."""
    indexing = use_cases(request).indexing_things
    prefix = request.match_info["prefix"]
    if KEYS not in request.headers.get("Accept", ""):
        things = await indexing.bucket_things(prefix)
        return _public(json_answer([_message(each) for each in things]))
    content = (await indexing.bucket(prefix)).content
    version = version_of(content)
    if any(version == each.value for each in request.if_none_match or ()):
        response = web.Response(status=HTTPStatus.NOT_MODIFIED)
    else:
        response = web.Response(body=content, content_type=KEYS)
    response.etag = version
    return _public(response)


def _message(named: NamedThing) -> messages.NamedThing:
    hidden = named.thing.hidden
    return messages.NamedThing(
        hash=named.hash,
        id=named.thing.id,
        title=None if hidden else named.thing.title,
        owner=None if hidden else named.owner.username,
    )


def _public(response: web.Response) -> web.Response:
    response.headers["Cache-Control"] = "public, no-cache"
    response.headers["Vary"] = "Accept"
    return response
