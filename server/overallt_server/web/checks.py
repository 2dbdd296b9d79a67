"""What every request passes on its way in, and every answer on its way out."""

from typing import Final
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from overallt_server.settings import Settings
from overallt_server.web.addresses import API
from overallt_server.web.keys import settings

MAX_BODY_BYTES: Final = 64 * 1024

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
FRAMED_ANYWHERE: Final = "frame-ancestors *"
_ALWAYS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer": with it, browsers name no Origin on our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
# Flattr's API answered every origin. No cookie counts there, so none is at risk.
_FOR_PROGRAMS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "ETag, Location, Retry-After, WWW-Authenticate, X-RateLimit-Current, "
        "X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset"
    ),
}
_PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE",
    "Access-Control-Allow-Headers": (
        "Authorization, Content-Type, Idempotency-Key, If-None-Match, Prefer"
    ),
    "Access-Control-Max-Age": "86400",
}


def our_hosts(settings: Settings) -> frozenset[str]:
    """Return the names (``Host``) by which this server may be asked."""
    local = {
        f"{name}:{settings.listen_port}" for name in ("localhost", "127.0.0.1", "[::1]")
    }
    return frozenset({urlsplit(settings.public_url).netloc.lower(), *local})


@web.middleware
async def refuse_other_hosts(
    request: web.Request, handler: Handler
) -> web.StreamResponse:
    """Refuse to answer by a name that is not ours (DNS rebinding)."""
    if request.host.lower() not in our_hosts(settings(request)):
        raise web.HTTPMisdirectedRequest
    return await handler(request)


@web.middleware
async def answer_preflights(
    request: web.Request, handler: Handler
) -> web.StreamResponse:
    """Let pages of other origins ask the API."""
    if request.method == "OPTIONS" and request.path.startswith(f"{API}/"):
        return web.Response(status=204, headers=_PREFLIGHT)
    return await handler(request)


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Give *response* the headers that all answers have, unless it has its own."""
    headers = dict(_ALWAYS)
    if settings(request).public_url.startswith("https:"):
        headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.path.startswith("/static/"):
        # Their addresses change with their content, see pages.static_address.
        headers["Cache-Control"] = "public, max-age=31536000, immutable"
    if request.path.startswith(f"{API}/"):
        headers |= _FOR_PROGRAMS
    if FRAMED_ANYWHERE in response.headers.get("Content-Security-Policy", ""):
        del headers["X-Frame-Options"]  # It has no word for this.
    for name, value in headers.items():
        response.headers.setdefault(name, value)
    # Which version of what we run on helps only those who look for a hole in it.
    response.headers["Server"] = "overallt"
