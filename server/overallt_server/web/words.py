"""The words that describe things, in the API: all languages and all categories.

Both come as JSON or, for scripts, as a text of one word a line.
"""

from collections.abc import Mapping

from aiohttp import web

from overallt.protocol import messages
from overallt_server.core.words import CATEGORIES, LANGUAGES
from overallt_server.web.answers import json_answer
from overallt_server.web.endpoints import answers
from overallt_server.web.formats import TEXT


@answers(list[messages.Word])
async def show_languages(_request: web.Request) -> web.Response:
    """Answer the languages a thing may have.

    Source: content/api/resources/languages.md, "List all available languages".
    """
    return _listed(LANGUAGES)


@answers(list[messages.Word])
async def show_categories(_request: web.Request) -> web.Response:
    """Answer the categories a thing may have.

    Source: content/api/resources/categories.md, "List all available categories".
    """
    return _listed(CATEGORIES)


@answers(forms=(TEXT,))
async def print_languages(_request: web.Request) -> web.Response:
    """Answer the languages as a text: each line a code, a blank and a name."""
    return _printed(LANGUAGES)


@answers(forms=(TEXT,))
async def print_categories(_request: web.Request) -> web.Response:
    """Answer the categories as a text: each line a code, a blank and a name."""
    return _printed(CATEGORIES)


def _listed(words: Mapping[str, str]) -> web.Response:
    return json_answer([messages.Word(code, name) for code, name in words.items()])


def _printed(words: Mapping[str, str]) -> web.Response:
    return web.Response(
        text="".join(f"{code} {name}\n" for code, name in words.items())
    )
