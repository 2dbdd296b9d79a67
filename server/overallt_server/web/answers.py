"""Which status and code a refusal has, and how it is told: in JSON or on a page.

One table for refusals, one for OAuth2's own errors; the middleware below is the
only place that catches them. The codes and statuses are Flattr's:
https://github.com/flattr/developers.flattr.net, content/api/errors.md. 401 for
``no_means`` and 403 for the rate limit are odd today (402 and 429 exist), but a client
written for Flattr expects them.
"""

import logging
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from overallt.protocol import codec, messages
from overallt.protocol.refusals import RefusalCode
from overallt_server.core import refusals
from overallt_server.core.grants import GrantError, GrantRefused
from overallt_server.core.refusals import Refusal
from overallt_server.web.addresses import Addresses, is_for_programs
from overallt_server.web.keys import settings
from overallt_server.web.pages import page

_logger: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """How a refusal is told to a program."""

    status: HTTPStatus
    code: RefusalCode


ANSWERS: Final[Mapping[type[Refusal], Answer]] = {
    refusals.InvalidRequest: Answer(
        HTTPStatus.BAD_REQUEST, RefusalCode.INVALID_REQUEST
    ),
    refusals.InvalidHost: Answer(HTTPStatus.BAD_REQUEST, RefusalCode.INVALID_REQUEST),
    refusals.RateLimited: Answer(HTTPStatus.FORBIDDEN, RefusalCode.RATE_LIMIT_EXCEEDED),
    refusals.ServerBusy: Answer(
        HTTPStatus.SERVICE_UNAVAILABLE, RefusalCode.SERVER_BUSY
    ),
    refusals.DatabaseAway: Answer(
        HTTPStatus.SERVICE_UNAVAILABLE, RefusalCode.SERVER_BUSY
    ),
    refusals.NotSignedIn: Answer(HTTPStatus.UNAUTHORIZED, RefusalCode.UNAUTHORIZED),
    refusals.ScopeMissing: Answer(HTTPStatus.FORBIDDEN, RefusalCode.INSUFFICIENT_SCOPE),
    refusals.IndexTooLarge: Answer(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, RefusalCode.INDEX_TOO_LARGE
    ),
    refusals.NotFound: Answer(HTTPStatus.NOT_FOUND, RefusalCode.NOT_FOUND),
    refusals.Forbidden: Answer(HTTPStatus.FORBIDDEN, RefusalCode.FORBIDDEN),
    refusals.Frozen: Answer(HTTPStatus.FORBIDDEN, RefusalCode.FROZEN),
    refusals.Unconfirmed: Answer(HTTPStatus.FORBIDDEN, RefusalCode.UNCONFIRMED),
    refusals.NotProved: Answer(HTTPStatus.FORBIDDEN, RefusalCode.NOT_PROVED),
    refusals.IdempotencyMismatch: Answer(
        HTTPStatus.UNPROCESSABLE_ENTITY, RefusalCode.IDEMPOTENCY_MISMATCH
    ),
    refusals.InvalidThing: Answer(HTTPStatus.BAD_REQUEST, RefusalCode.VALIDATION),
    refusals.OwnThing: Answer(HTTPStatus.FORBIDDEN, RefusalCode.FLATTR_OWNER),
    refusals.OwnThingSubscribed: Answer(HTTPStatus.FORBIDDEN, RefusalCode.THING_OWNER),
    refusals.AlreadySubscribed: Answer(HTTPStatus.FORBIDDEN, RefusalCode.SUBSCRIBED),
    refusals.GiftEnded: Answer(HTTPStatus.FORBIDDEN, RefusalCode.GIFT_ENDED),
    refusals.PeriodClosed: Answer(HTTPStatus.FORBIDDEN, RefusalCode.PERIOD_CLOSED),
    refusals.LateClick: Answer(HTTPStatus.FORBIDDEN, RefusalCode.LATE_CLICK),
    refusals.AlreadyFlattred: Answer(HTTPStatus.FORBIDDEN, RefusalCode.FLATTR_ONCE),
    refusals.NoMeans: Answer(HTTPStatus.UNAUTHORIZED, RefusalCode.NO_MEANS),
    refusals.NoPayoutAccount: Answer(
        HTTPStatus.FORBIDDEN, RefusalCode.NO_PAYOUT_ACCOUNT
    ),
    refusals.NewPayoutAccount: Answer(
        HTTPStatus.FORBIDDEN, RefusalCode.NEW_PAYOUT_ACCOUNT
    ),
    refusals.PayoutTooSmall: Answer(HTTPStatus.FORBIDDEN, RefusalCode.PAYOUT_TOO_SMALL),
    refusals.NoRevenue: Answer(HTTPStatus.FORBIDDEN, RefusalCode.NO_REVENUE),
}

# A queue that is full now is served in much less.
BUSY_SECONDS: Final = 1

# RFC 6749, 5.2: everything is 400 but an app that does not prove itself.
GRANT_STATUSES: Final[Mapping[GrantError, HTTPStatus]] = dict.fromkeys(
    GrantError, HTTPStatus.BAD_REQUEST
) | {GrantError.INVALID_CLIENT: HTTPStatus.UNAUTHORIZED}

# What the framework refuses by itself.
_OTHER_CODES: Final[Mapping[int, tuple[RefusalCode, str]]] = {
    HTTPStatus.NOT_FOUND: (
        RefusalCode.NOT_FOUND,
        "There is nothing at this address.",
    ),
    HTTPStatus.NOT_ACCEPTABLE: (
        RefusalCode.NOT_ACCEPTABLE,
        "The API answers in JSON.",
    ),
    HTTPStatus.METHOD_NOT_ALLOWED: (
        RefusalCode.INVALID_REQUEST,
        "This cannot be done at this address.",
    ),
    HTTPStatus.REQUEST_TIMEOUT: (
        RefusalCode.INVALID_REQUEST,
        "The request took too long to come in.",
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (
        RefusalCode.INVALID_REQUEST,
        "This is more than is taken at once.",
    ),
    HTTPStatus.MISDIRECTED_REQUEST: (
        RefusalCode.INVALID_REQUEST,
        "This server does not answer by that name.",
    ),
}
_MALFORMED: Final = (RefusalCode.INVALID_REQUEST, refusals.InvalidRequest.__doc__ or "")


@web.middleware
async def answer_refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn whatever is refused further in into an answer."""
    try:
        return await handler(request)
    except Refusal as refusal:
        if isinstance(refusal, refusals.DatabaseAway):
            why = type(refusal.__cause__).__name__
            _logger.error("event=database_away error=%s", why)  # noqa: TRY400 - see below.
        answer = ANSWERS[type(refusal)]
        return _told(request, answer.status, answer.code, str(refusal))
    except GrantRefused as refused:
        status = GRANT_STATUSES[refused.error]
        return _told(request, status, refused.error, str(refused))
    except web.HTTPException as error:
        if error.status < HTTPStatus.BAD_REQUEST:
            raise  # A redirect is no refusal.
        code, sentence = _OTHER_CODES.get(error.status, _MALFORMED)
        response = _told(request, HTTPStatus(error.status), code, sentence)
        if "Allow" in error.headers:
            response.headers["Allow"] = error.headers["Allow"]
        return response
    except Exception as error:  # noqa: BLE001 - whatever breaks, Flattr's clients
        # expect an answer that they can read. The message of an exception is not
        # logged: it may carry tokens, names or addresses. Where it broke is enough.
        _logger.error(  # noqa: TRY400 - see above.
            "event=unexpected error=%s where=%s",
            type(error).__name__,
            "".join(traceback.format_tb(error.__traceback__)),
        )
        return _told(
            request,
            HTTPStatus.INTERNAL_SERVER_ERROR,
            RefusalCode.SERVER_ERROR,
            "Something broke on our side. It was noted; please try again later.",
        )


def problem_of(refusal: Refusal) -> tuple[HTTPStatus, str]:
    """Return what a page needs to tell *refusal* beside its own form."""
    return ANSWERS[type(refusal)].status, str(refusal)


def refusal_message(request: web.Request, refusal: Refusal) -> messages.Error:
    """Tell a program of a *refusal* that is one answer among others."""
    return _message(request, ANSWERS[type(refusal)].code, str(refusal))


def json_answer(message: object, *, status: HTTPStatus = HTTPStatus.OK) -> web.Response:
    """Answer with a message of the protocol, or with a list of them."""
    return web.Response(
        text=codec.encode(message), content_type="application/json", status=status
    )


def _message(request: web.Request, code: str, sentence: str) -> messages.Error:
    addresses = Addresses(settings(request).public_url)
    return messages.Error(code, sentence, addresses.error(code))


def _told(
    request: web.Request, status: HTTPStatus, code: str, sentence: str
) -> web.Response:
    if is_for_programs(request.path):
        response = json_answer(_message(request, code, sentence), status=status)
        if status == HTTPStatus.UNAUTHORIZED:
            # RFC 9110, 11.6.1: a 401 names at least one way to prove oneself.
            way = "Basic" if code == GrantError.INVALID_CLIENT else "Bearer"
            response.headers["WWW-Authenticate"] = f'{way} realm="overallt"'
    else:
        names = {"code": code, "sentence": sentence}
        response = page(request, "error.html", status=status, **names)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(BUSY_SECONDS)
    return response
