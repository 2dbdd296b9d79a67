"""Limits are counted from the first try and say how long to wait."""

from datetime import UTC, datetime, timedelta

import pytest

from overallt_server.core.limits import Limit, Tries, refuse_too_many
from overallt_server.core.refusals import RateLimited

BEGAN = datetime(2026, 1, 5, 12, tzinfo=UTC)
LIMIT = Limit(3, timedelta(minutes=15))


def test_the_last_try_of_the_limit_is_allowed() -> None:
    refuse_too_many(Tries(3, BEGAN), LIMIT, now=BEGAN)


@pytest.mark.parametrize(
    ("later", "minutes"), [(0, 15), (1, 15), (60, 14), (899, 1), (901, 1)]
)
def test_one_more_has_to_wait(later: int, minutes: int) -> None:
    now = BEGAN + timedelta(seconds=later)

    with pytest.raises(RateLimited, match=f"wait {minutes} minutes"):
        refuse_too_many(Tries(4, BEGAN), LIMIT, now=now)
