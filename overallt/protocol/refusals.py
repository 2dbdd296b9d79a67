"""The codes by which the server refuses, as Flattr wrote them on the wire."""

from enum import StrEnum


class RefusalCode(StrEnum):
    """The ``error`` of an error message.

    Source: https://github.com/flattr/developers.flattr.net, content/api/errors.md,
    and our additions (``frozen``, ``unconfirmed``, ``not_proved``, ``period_closed``,
    ``late_click``, ``idempotency_mismatch``, ``index_too_large``, ``server_busy``,
    ``gift_ended``, and what payouts are refused for).
    """

    FLATTR_ONCE = "flattr_once"
    FLATTR_OWNER = "flattr_owner"
    THING_OWNER = "thing_owner"
    SUBSCRIBED = "subscribed"
    NO_MEANS = "no_means"
    NO_PAYOUT_ACCOUNT = "no_payout_account"
    NEW_PAYOUT_ACCOUNT = "new_payout_account"
    PAYOUT_TOO_SMALL = "payout_too_small"
    NO_REVENUE = "no_revenue"
    UNAUTHORIZED = "unauthorized"
    RATE_LIMIT_EXCEEDED = "rate_limit_exceeded"
    SERVER_BUSY = "server_busy"
    FORBIDDEN = "forbidden"
    FROZEN = "frozen"
    UNCONFIRMED = "unconfirmed"
    NOT_PROVED = "not_proved"
    INSUFFICIENT_SCOPE = "insufficient_scope"
    NOT_FOUND = "not_found"
    NOT_ACCEPTABLE = "not_acceptable"
    INVALID_REQUEST = "invalid_request"
    INDEX_TOO_LARGE = "index_too_large"
    VALIDATION = "validation"
    PERIOD_CLOSED = "period_closed"
    LATE_CLICK = "late_click"
    GIFT_ENDED = "gift_ended"
    IDEMPOTENCY_MISMATCH = "idempotency_mismatch"
    SERVER_ERROR = "server_error"
