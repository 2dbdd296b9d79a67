"""Periods: calendar months in UTC."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from overallt_server.core.periods import Period


def test_a_moment_belongs_to_its_month_in_utc() -> None:
    new_year_in_stockholm = datetime(2027, 1, 1, tzinfo=timezone(timedelta(hours=1)))

    assert Period(2026, 12) == Period.of(new_year_in_stockholm)


@pytest.mark.parametrize("text", ["2026-01", "2026-12", "0999-10"])
def test_a_period_is_read_as_it_is_written(text: str) -> None:
    assert text == str(Period.parse(text))


@pytest.mark.parametrize(
    "text", ["", "2026-1", "2026-13", "2026-00", "26-01", "0000-12", "9999-01"]
)
def test_what_is_no_period_is_a_mistake(text: str) -> None:
    with pytest.raises(ValueError, match="is no period"):
        Period.parse(text)


def test_the_number_of_a_period_leads_back_to_it() -> None:
    december = Period(2026, 12)

    assert 202612 == december.number
    assert december == Period.from_number(202612)


def test_periods_follow_each_other_without_a_gap() -> None:
    november, december = Period(2026, 11), Period(2026, 12)

    assert december == november.next
    assert Period(2027, 1) == december.next
    assert datetime(2026, 12, 1, tzinfo=UTC) == december.start == november.end
