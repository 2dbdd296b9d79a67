"""When an intent counts, who may claim it, and when there is none."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overallt_server.core.budgets import Budget
from overallt_server.core.intents import (
    TIME_TO_UNDO,
    claimable_by,
    counts_in,
    host_to_prove,
    refuse_intent,
)
from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.core.refusals import (
    AlreadyFlattred,
    NoMeans,
    OwnThing,
    Refusal,
)

JANUARY, FEBRUARY, MARCH = (Period(2026, month) for month in (1, 2, 3))
SECOND = timedelta(seconds=1)
FIVE = Money(500, "EUR")


@pytest.mark.parametrize(
    ("now", "closed", "period"),
    [
        (JANUARY.start, None, JANUARY),
        (JANUARY.end - TIME_TO_UNDO - SECOND, None, JANUARY),
        (JANUARY.end - TIME_TO_UNDO, None, FEBRUARY),
        (JANUARY.end - SECOND, None, FEBRUARY),
        (JANUARY.end, None, FEBRUARY),
        (JANUARY.end - TIME_TO_UNDO, JANUARY, FEBRUARY),
        (FEBRUARY.end - SECOND, JANUARY, MARCH),
    ],
)
def test_it_counts_in_the_open_period_unless_that_ends_too_soon(
    now: datetime, closed: Period | None, period: Period
) -> None:
    assert period == counts_in(now, closed=closed)


@given(
    now=st.datetimes(
        min_value=datetime(2000, 1, 1),  # noqa: DTZ001 - st.datetimes adds the zone.
        max_value=datetime(2100, 1, 1),  # noqa: DTZ001 - st.datetimes adds the zone.
        timezones=st.just(UTC),
    )
)
def test_there_is_always_time_to_undo_and_never_more_than_a_month_to_wait(
    now: datetime,
) -> None:
    period = counts_in(now, closed=None)

    assert period.end - now > TIME_TO_UNDO
    assert period.start - now <= TIME_TO_UNDO


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://blog.test/a?b=//c#d", "blog.test"),
        ("http://blog.test/", "blog.test"),
        ("https://blog.test:8443/", "blog.test:8443"),
    ],
)
def test_what_must_be_proved_is_the_host_with_its_port(url: str, host: str) -> None:
    assert host == host_to_prove(url)


@pytest.mark.parametrize(
    ("url", "things"),
    [
        ("http://blog.test/a", ("http://blog.test/a", "https://blog.test/a")),
        ("https://blog.test/a", ("https://blog.test/a",)),
    ],
)
def test_what_is_named_by_http_may_be_claimed_by_https(
    url: str, things: tuple[str, ...]
) -> None:
    assert things == claimable_by(url)


@pytest.mark.parametrize(
    ("is_own_host", "is_kept", "budget", "means", "refusal"),
    [
        (True, True, None, 0, OwnThing),
        (False, True, None, 0, AlreadyFlattred),
        (False, False, None, 500, NoMeans),
        (False, False, Budget(FIVE, active=False), 500, NoMeans),
        (False, False, Budget(FIVE, active=True), 0, NoMeans),
    ],
)
def test_refusals_come_in_their_order(
    *,
    is_own_host: bool,
    is_kept: bool,
    budget: Budget | None,
    means: int,
    refusal: type[Refusal],
) -> None:
    with pytest.raises(refusal):
        refuse_intent(
            is_own_host=is_own_host,
            is_kept=is_kept,
            budget=budget,
            means=Money(means, "EUR"),
        )


def test_who_has_something_to_give_may_intend() -> None:
    refuse_intent(
        is_own_host=False,
        is_kept=False,
        budget=Budget(FIVE, active=True),
        means=Money(1, "EUR"),
    )
