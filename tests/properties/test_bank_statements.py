"""However a bank cuts its statements, and however often they come: each cent once."""

from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from overallt_server.core.bank_statements import (
    BankDay,
    Movement,
    Statement,
    gaps,
    keyed,
)
from overallt_server.core.chart import Side
from overallt_server.core.money import Money

MONDAY = date(2026, 1, 5)

# What moves on each of some days; few values, so that many look the same.
payments = st.tuples(
    st.sampled_from([-3, -1, 1, 2, 5]), st.sampled_from(["", "B1", "B2"])
)
weeks = st.lists(st.lists(payments, max_size=4), min_size=2, max_size=7)


def movement(day: int, minor: int, reference: str) -> Movement:
    return Movement(
        side=Side.DEBIT if minor > 0 else Side.CREDIT,
        amount=Money(abs(minor), "EUR"),
        booked_on=MONDAY + timedelta(days=day),
        bank_reference=reference,
        texts=("for flattr",),
        iban="",
        name="",
        return_reason="",
    )


def cut(week: Sequence[Sequence[tuple[int, str]]], first: int, end: int) -> Statement:
    """Write the statement of the days from *first* to before *end*."""
    sums = [sum(minor for minor, _reference in day) for day in week]
    return Statement(
        iban="DE1",
        currency="EUR",
        name=f"{first}-{end}",
        opening_minor=sum(sums[:first]),
        closing_minor=sum(sums[:end]),
        closed_on=MONDAY + timedelta(days=end - 1),
        movements=tuple(
            movement(day, minor, reference)
            for day in range(first, end)
            for minor, reference in week[day]
        ),
        not_booked=0,
    )


def days_of(statements: Sequence[Statement]) -> list[BankDay]:
    told: dict[str, tuple[date, int]] = {}
    for each in statements:
        for key, moved in keyed(each):
            known = told.get(key, (each.closed_on, 0))[0]
            told[key] = (min(known, each.closed_on), moved.signed_minor)
    return [
        BankDay(
            on,
            tuple(each.opening_minor for each in statements if each.closed_on == on),
            tuple(each.closing_minor for each in statements if each.closed_on == on),
            sum(minor for first, minor in told.values() if first == on),
        )
        for on in sorted({each.closed_on for each in statements})
    ]


@st.composite
def covering(
    draw: st.DrawFn,
) -> tuple[list[list[tuple[int, str]]], list[Statement]]:
    """Cut a week into statements that overlap and leave nothing out, in any order."""
    week = draw(weeks)
    ends = sorted(draw(st.sets(st.integers(1, len(week)))) | {len(week)})
    statements, covered = [], 0
    for end in ends:
        statements.append(cut(week, draw(st.integers(0, covered)), end))
        covered = end
    return week, draw(st.permutations(statements))


@given(covering())
def test_overlapping_statements_tell_of_each_movement_once(
    told: tuple[list[list[tuple[int, str]]], list[Statement]],
) -> None:
    week, statements = told

    keys = {key for each in statements for key, _movement in keyed(each)}

    assert sum(map(len, week)) == len(keys)


@given(covering())
def test_statements_that_leave_nothing_out_have_no_gap(
    told: tuple[list[list[tuple[int, str]]], list[Statement]],
) -> None:
    _week, statements = told

    assert [] == list(gaps(days_of(statements)))


@given(weeks.filter(lambda week: len(week) > 2), st.data())
def test_a_missing_day_that_moved_something_is_a_gap(
    week: list[list[tuple[int, str]]], data: st.DataObject
) -> None:
    missing = data.draw(st.integers(1, len(week) - 2))
    week[missing] = [(1000, "B9")]
    statements = [cut(week, day, day + 1) for day in range(len(week)) if day != missing]

    (gap,) = gaps(days_of(statements))

    assert MONDAY + timedelta(days=missing + 1) == gap.on
    assert 1000 == gap.found_minor - gap.expected_minor
