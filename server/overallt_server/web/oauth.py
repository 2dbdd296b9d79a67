"""OAuth2: the consent page, the token endpoint, and the document about both."""

import base64
import binascii
from http import HTTPStatus
from typing import Final
from urllib.parse import unquote_plus, urlencode, urljoin, urlsplit

from aiohttp import web

from overallt.protocol import messages
from overallt_server.core.grants import (
    GrantError,
    GrantRefused,
    Scope,
    print_scopes,
)
from overallt_server.use_cases.authorizing import (
    Asked,
    AuthorizationRequest,
    Credentials,
    IssuedToken,
    scopes_of,
)
from overallt_server.web import inputs
from overallt_server.web.answers import json_answer
from overallt_server.web.checks import CONTENT_SECURITY_POLICY
from overallt_server.web.endpoints import answers
from overallt_server.web.formats import JSON
from overallt_server.web.keys import settings, use_cases
from overallt_server.web.pages import page
from overallt_server.web.sessions import signed_in
from overallt_server.web.token_inputs import (
    ProvenInput,
    TokenRequest,
    TokenRevocation,
)

ALLOW: Final = "allow"
DEVICE_CODE: Final = "urn:ietf:params:oauth:grant-type:device_code"


async def show(request: web.Request) -> web.Response:
    """Ask the user whether the app may have what it asks for."""
    session = signed_in(request)
    asked_for = inputs.query(request, inputs.Authorization).asked()
    asked = await use_cases(request).authorizing.asked(asked_for)
    try:
        scopes = scopes_of(asked_for, asked.app)
    except GrantRefused as refused:
        return _back(asked, asked_for, error=refused.error)
    goes_to = _origin(urljoin(settings(request).public_url, asked.redirect_uri))
    response = page(
        request,
        "authorize.html",
        app=asked.app,
        asked_for=asked_for,
        scopes=sorted(scopes),
        user=session.user,
        goes_to=goes_to,
    )
    # Some browsers hold a form's redirect to the form's own policy, too.
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY.replace(
        "form-action 'self'", f"form-action 'self' {goes_to}"
    )
    return response


async def decide(request: web.Request) -> web.Response:
    """Send the user back to the app, with a code if he agreed."""
    user = signed_in(request, come_back="/apps").user
    form = await inputs.body(request, inputs.Authorization)
    asked_for = form.asked()
    authorizing = use_cases(request).authorizing
    asked = await authorizing.asked(asked_for)
    if form.decision != ALLOW:
        return _back(asked, asked_for, error=GrantError.ACCESS_DENIED)
    try:
        code = await authorizing.approve(
            asked_for, user=user, now=settings(request).now()
        )
    except GrantRefused as refused:
        return _back(asked, asked_for, error=refused.error)
    return _back(asked, asked_for, code=code)


async def show_arrived(request: web.Request) -> web.Response:
    """Show where our own extension comes back to, and reads the address itself."""
    return page(request, "arrived.html")


@answers(messages.AccessToken, body=TokenRequest)
async def token(request: web.Request) -> web.Response:
    """Give an app its access token, for a code of either kind."""
    wanted = await inputs.body(request, TokenRequest)
    credentials = _credentials(request, wanted)
    now = settings(request).now()
    cases = use_cases(request)
    if wanted.grant_type == "authorization_code" and wanted.code:
        issued = await cases.authorizing.redeem(
            credentials=credentials,
            code=wanted.code,
            redirect_uri=wanted.redirect_uri or None,
            code_verifier=wanted.code_verifier or None,
            now=now,
        )
    elif wanted.grant_type == DEVICE_CODE and wanted.device_code:
        issued = await cases.authorizing_devices.redeem(
            credentials=credentials, device_code=wanted.device_code, now=now
        )
    elif wanted.grant_type in {"authorization_code", DEVICE_CODE}:
        raise GrantRefused(GrantError.INVALID_REQUEST, "The code is missing.")
    else:
        raise GrantRefused(
            GrantError.UNSUPPORTED_GRANT_TYPE,
            f"The grant types are authorization_code and {DEVICE_CODE}.",
        )
    return _token_answer(issued)


@answers(body=TokenRevocation)
async def revoke(request: web.Request) -> web.Response:
    """Take an access token back from an app that no longer wants it (RFC 7009)."""
    given = await inputs.body(request, TokenRevocation)
    await use_cases(request).authorizing.give_back(
        credentials=_credentials(request, given), access_token=given.token
    )
    # What was no token is none afterwards, too (RFC 7009, 2.2).
    return web.Response()


@answers(forms=(JSON,))
async def metadata(request: web.Request) -> web.Response:
    """Describe the endpoints (RFC 8414)."""
    public_url = settings(request).public_url
    return web.json_response(
        {
            "issuer": public_url,
            "authorization_endpoint": f"{public_url}/oauth/authorize",
            "token_endpoint": f"{public_url}/oauth/token",
            "revocation_endpoint": f"{public_url}/oauth/revoke",
            "device_authorization_endpoint": f"{public_url}/oauth/device",
            "scopes_supported": list(Scope),
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", DEVICE_CODE],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": [
                "client_secret_basic",
                "client_secret_post",
                "none",
            ],
        }
    )


def _token_answer(issued: IssuedToken) -> web.Response:
    response = json_answer(
        messages.AccessToken(
            access_token=issued.access_token,
            token_type="bearer",  # noqa: S106 - the kind of token, RFC 6750.
            scope=print_scopes(issued.scopes),
        )
    )
    response.headers["Pragma"] = "no-cache"
    return response


def _credentials(request: web.Request, wanted: ProvenInput) -> Credentials:
    header = request.headers.get("Authorization", "")
    kind, _, encoded = header.partition(" ")
    if kind.lower() == "basic":
        try:
            decoded = base64.b64decode(encoded, validate=True).decode("ascii")
        except (binascii.Error, UnicodeDecodeError) as error:
            raise GrantRefused(
                GrantError.INVALID_CLIENT, "The Authorization header is malformed."
            ) from error
        client_id, _, secret = decoded.partition(":")
        # RFC 6749, 2.3.1: both are form-encoded first.
        client_id, secret = unquote_plus(client_id), unquote_plus(secret)
        if not client_id.isprintable():
            raise GrantRefused(GrantError.INVALID_CLIENT, "There is no such app.")
        return Credentials(client_id, secret)
    if wanted.client_id is None:
        raise GrantRefused(GrantError.INVALID_CLIENT, "The client_id is missing.")
    return Credentials(wanted.client_id, wanted.client_secret)


def _back(asked: Asked, asked_for: AuthorizationRequest, **answer: str) -> web.Response:
    if asked_for.state is not None:
        answer["state"] = asked_for.state
    between = "&" if urlsplit(asked.redirect_uri).query else "?"
    # Not HTTPSeeOther(location): it would take the address apart and put it together
    # again, and an app's own scheme would not survive that.
    location = f"{asked.redirect_uri}{between}{urlencode(answer)}"
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": location})


def _origin(redirect_uri: str) -> str:
    parts = urlsplit(redirect_uri)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"
