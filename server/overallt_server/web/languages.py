"""In which language a reader is written to."""

from typing import Final

from aiohttp import web
from babel import negotiate_locale

from overallt_server.core.mails import LANGUAGES

_ENGLISH: Final = LANGUAGES[0]


def language(request: web.Request) -> str:
    """Return which of our languages the browser names first.

    Browsers name them in the order of preference, whatever weights they give.
    """
    header = request.headers.get("Accept-Language", "")
    named = [part.partition(";")[0].strip() for part in header.split(",")]
    return negotiate_locale(named, LANGUAGES, sep="-") or _ENGLISH
