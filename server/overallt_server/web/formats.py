"""In which form the API answers: JSON, or a call of a page's own function (JSONP).

XML and YAML, which Flattr had too, are refused as such; streams are Atom
for whoever asks for that. JSONP is for pages that may not
ask otherwise; it answers what everybody may know, so it never goes with a token.

Source: content/api/index.md, "Response Formats".
"""

import re
from typing import Final
from urllib.parse import urlencode

from aiohttp import web
from aiohttp.typedefs import Handler

from overallt_server.core.refusals import InvalidRequest
from overallt_server.web.addresses import API

DROPPED_SUFFIXES: Final = (".xml", ".yaml")
DROPPED_TYPES: Final = frozenset(
    {"application/xml", "text/xml", "application/yaml", "text/yaml"}
)

JSON: Final = "application/json"
STREAM: Final = "application/stream+json"
ATOM: Final = "application/atom+xml"
TEXT: Final = "text/plain"
_CALLABLE: Final = frozenset({JSON, STREAM})

# Names joined by dots: nothing else can be called, so nothing else can be done.
_CALLBACK: Final = re.compile(
    r"(?=.{1,100}\Z)[a-z_$][\w$]*(\.[a-z_$][\w$]*)*", re.ASCII | re.IGNORECASE
)


@web.middleware
async def answer_in_form(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer in the form that is asked for, or refuse it."""
    if not request.path.startswith(f"{API}/"):
        return await handler(request)
    if _asks_for_what_was_dropped(request):
        raise web.HTTPNotAcceptable
    callback = request.query.get("jsonp")
    if callback is None or request.method != "GET":
        return await handler(request)
    if not _CALLBACK.fullmatch(callback):
        raise InvalidRequest("jsonp: this is no name of a function.")
    if "Authorization" in request.headers:
        raise InvalidRequest("jsonp: an access token must not go with it.")
    response = await handler(request)
    if isinstance(response, web.Response) and response.content_type in _CALLABLE:
        _wrap(response, callback)
    return response


def accepted_types(request: web.Request) -> set[str]:
    """Return the content types that the asker accepts, however gladly."""
    return {
        each.partition(";")[0].strip().lower()
        for each in request.headers.get("Accept", "*/*").split(",")
    }


def _asks_for_what_was_dropped(request: web.Request) -> bool:
    if request.path.endswith(DROPPED_SUFFIXES):
        return True
    return accepted_types(request) <= DROPPED_TYPES


def _wrap(response: web.Response, callback: str) -> None:
    # The comment keeps the bytes at the beginning ours, whatever the function's name.
    response.text = f"/**/{callback}({response.text});"
    response.content_type = "application/javascript"
    if "Location" in response.headers:
        response.headers["Location"] += "?" + urlencode({"jsonp": callback})
