"""When a flattr is refused, and in which order of reasons."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.budgets import Budget
from overallt_server.core.flattrs import (
    Flattr,
    refuse_flattr,
    refuse_late_click,
    refuse_undo,
)
from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.core.refusals import (
    AlreadyFlattred,
    LateClick,
    NoMeans,
    NotFound,
    OwnThing,
    PeriodClosed,
    Refusal,
)

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
ADA, BEN, CLARA = UserId(1), UserId(2), UserId(3)
SONG = ThingId(11)
GIVEN = Flattr(ADA, SONG, Period(2026, 1), 1, NOW, None)
ACTIVE = Budget(Money(500, "EUR"), active=True)
PAUSED = Budget(Money(500, "EUR"), active=False)


@pytest.mark.parametrize(
    ("patron", "is_flattred", "budget", "means", "refusal"),
    [
        (BEN, True, None, 0, OwnThing),
        (CLARA, True, None, 0, OwnThing),
        (ADA, True, None, 0, AlreadyFlattred),
        (ADA, False, None, 500, NoMeans),
        (ADA, False, PAUSED, 500, NoMeans),
        (ADA, False, ACTIVE, 0, NoMeans),
    ],
)
def test_the_first_reason_in_order_is_given(
    patron: UserId,
    is_flattred: bool,  # noqa: FBT001 - a parameter of the table above.
    budget: Budget | None,
    means: int,
    refusal: type[Refusal],
) -> None:
    with pytest.raises(refusal):
        refuse_flattr(
            patron=patron,
            owners={BEN, CLARA},
            is_flattred=is_flattred,
            budget=budget,
            means=Money(means, "EUR"),
        )


def test_a_single_cent_of_means_is_enough() -> None:
    refuse_flattr(
        patron=ADA,
        owners={BEN},
        is_flattred=False,
        budget=ACTIVE,
        means=Money(1, "EUR"),
    )


@pytest.mark.parametrize(
    ("flattr", "closed", "refusal"),
    [
        (None, True, NotFound),
        (replace(GIVEN, undone_at=NOW), True, NotFound),
        (GIVEN, True, PeriodClosed),
    ],
)
def test_what_is_gone_or_closed_cannot_be_undone(
    *, flattr: Flattr | None, closed: bool, refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        refuse_undo(flattr, closed=closed)


def test_a_flattr_of_an_open_period_may_be_undone() -> None:
    refuse_undo(GIVEN, closed=False)


def test_a_click_of_a_month_that_has_ended_is_asked_for_again() -> None:
    with pytest.raises(LateClick):
        refuse_late_click(NOW, Period(2026, 2))


@pytest.mark.parametrize("made_at", [None, NOW, NOW + timedelta(days=60)])
def test_a_clients_clock_refuses_nothing_else(made_at: datetime | None) -> None:
    refuse_late_click(made_at, Period(2026, 1))
