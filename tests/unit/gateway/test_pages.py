"""What the gateway's pages have in common."""

from overallt.client.sending import OTHER_SIGN_IN, TOO_OLD
from overallt.gateway.pages import REFUSALS
from overallt.protocol.refusals import RefusalCode


def test_each_refusal_of_a_click_says_what_to_do() -> None:
    of_a_click = {
        RefusalCode.FLATTR_ONCE,
        RefusalCode.FLATTR_OWNER,
        RefusalCode.NO_MEANS,
        RefusalCode.UNAUTHORIZED,
        RefusalCode.NOT_FOUND,
        RefusalCode.INSUFFICIENT_SCOPE,
        RefusalCode.PERIOD_CLOSED,
    }

    assert of_a_click | {TOO_OLD, OTHER_SIGN_IN} == set(REFUSALS)
