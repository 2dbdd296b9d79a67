"""The tables of answers are whole."""

from overallt.protocol.refusals import RefusalCode
from overallt_server.core.grants import GrantError
from overallt_server.core.refusals import DatabaseAway, InvalidHost, Refusal
from overallt_server.web.answers import ANSWERS, GRANT_STATUSES


def test_every_refusal_has_an_answer() -> None:
    assert set(Refusal.__subclasses__()) == set(ANSWERS)


def test_every_code_on_the_wire_is_used_once() -> None:
    codes = [
        answer.code
        for refusal, answer in ANSWERS.items()
        # To a client it is the same whether the server or its database has no time,
        # and by which rule what it has sent is none.
        if refusal not in {DatabaseAway, InvalidHost}
    ]

    # The first is a page's own format, the second is no refusal but a fault of ours.
    others = {RefusalCode.NOT_ACCEPTABLE, RefusalCode.SERVER_ERROR}
    assert len(codes) == len(set(codes))
    assert set(RefusalCode) - others == set(codes)


def test_statuses_are_flattrs_own() -> None:
    statuses = {answer.code.value: int(answer.status) for answer in ANSWERS.values()}

    assert {
        "flattr_once": 403,
        "flattr_owner": 403,
        "thing_owner": 403,
        "subscribed": 403,
        "no_means": 401,
        "unauthorized": 401,
        "insufficient_scope": 403,
        "forbidden": 403,
        "not_proved": 403,
        "not_found": 404,
        "invalid_request": 400,
        "validation": 400,
        "gift_ended": 403,
        "period_closed": 403,
        "late_click": 403,
        "idempotency_mismatch": 422,
        "frozen": 403,
        "unconfirmed": 403,
        "index_too_large": 413,
        "rate_limit_exceeded": 403,
        "server_busy": 503,
        "no_payout_account": 403,
        "new_payout_account": 403,
        "payout_too_small": 403,
        "no_revenue": 403,
    } == statuses


def test_every_error_of_oauth_has_a_status() -> None:
    assert set(GrantError) == set(GRANT_STATUSES)
