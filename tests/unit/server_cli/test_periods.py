"""The commands of a month's end: close, settle, list, and what audit says of it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Any


def test_a_month_is_closed_settled_and_in_order(month: Any) -> None:
    closed = month.run("period", "close")
    settled = month.run("settle")
    audited = month.run("audit")

    assert f"{month.period} is closed: 1 patrons give 5.00 EUR.\n" == closed.out
    assert (
        f"{month.period} is settled: 1 patrons gave "
        "4.50 EUR to owners and 0.50 EUR in fees.\n"
        "The books are in order: every cent is where it belongs.\n"
    ) == settled.out
    assert "The books are in order: every cent is where it belongs.\n" == audited.out
    assert [0, 0, 0] == [closed.status, settled.status, audited.status]


def test_closing_tells_what_owners_will_earn_and_settling_keeps_it(month: Any) -> None:
    month.run("period", "close")
    with _connected(month) as connection:
        told = "SELECT sum(share_minor) FROM thing_shares"
        (closed,) = connection.execute(told).fetchone()
    month.run("settle")
    with _connected(month) as connection:
        (settled,) = connection.execute(told).fetchone()

    assert (450, 450) == (closed, settled)


def test_several_workers_settle_the_same_cents(month: Any) -> None:
    month.run("period", "close")
    settled = month.run("settle", "--workers", "3", "--no-audit")
    again = month.run("settle", "--no-audit")

    assert settled.out.endswith("4.50 EUR to owners and 0.50 EUR in fees.\n")
    assert settled.out == again.out


def test_no_workers_settle_nothing(month: Any) -> None:
    ran = month.run("settle", "--workers", "0")

    assert 2 == ran.status


def test_closing_and_settling_twice_say_the_same(month: Any) -> None:
    period = str(month.period)
    closed = [month.run("period", "close", period).out for _ in range(2)]
    settled = [month.run("settle", period).out for _ in range(2)]

    assert closed[0] == closed[1]
    assert settled[0] == settled[1]


def test_a_month_is_held_unless_no_hold_is_said(month: Any) -> None:
    month.move_clock_to(month.period.end + timedelta(days=8))
    month.run("period", "close")
    held = month.run("settle")
    at_once = month.run("settle", "--no-hold")

    assert 1 == held.status
    assert held.errors.startswith(f"{month.period} is held until ")
    assert 0 == at_once.status


def test_a_dry_run_tells_what_would_be_booked_and_books_nothing(month: Any) -> None:
    """Also while the month is held: these are its preliminary figures."""
    month.move_clock_to(month.period.end + timedelta(days=8))
    month.run("period", "close")
    before = _books(month)

    ran = month.run("settle", "--dry-run")

    assert (
        f"{month.period}: 1 patrons would give 4.50 EUR to owners and 0.50 EUR in "
        "fees. Nothing was booked.\n"
    ) == ran.out
    assert before == _books(month)


def test_a_dry_run_of_a_settled_month_tells_what_was_booked(month: Any) -> None:
    month.run("period", "close")
    month.run("settle")

    ran = month.run("settle", "--dry-run")

    assert "would give 4.50 EUR to owners and 0.50 EUR in fees" in ran.out


def test_books_that_are_not_in_order_are_told_after_a_settlement(month: Any) -> None:
    month.run("period", "close")
    month.run("settle")
    with _connected(month) as connection:
        connection.execute("DROP TRIGGER shares_no_update")
        connection.execute("UPDATE shares SET share_minor = share_minor - 1")

    ran = month.run("settle")
    unaudited = month.run("settle", "--no-audit")

    assert 1 == ran.status
    assert "it is not the thing's share of the pot" in ran.out
    assert 0 == unaudited.status
    assert "share of the pot" not in unaudited.out


@contextmanager
def _connected(month: Any) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(month.folder / "overallt.sqlite")) as connection:
        yield connection
        connection.commit()


def _books(month: Any) -> list[str]:
    with _connected(month) as connection:
        return list(connection.iterdump())


def test_what_is_not_closed_cannot_be_settled(month: Any) -> None:
    ran = month.run("settle")

    assert 1 == ran.status
    assert f"{month.period} must be closed before it can be settled.\n" == ran.errors


def test_the_list_tells_what_is_closed_and_what_is_settled(month: Any) -> None:
    before = month.run("period", "list").out
    month.run("period", "close")
    closed = month.run("period", "list").out
    month.run("settle")
    settled = month.run("period", "list").out

    assert "No month is closed yet.\n" == before
    assert closed.startswith(f"{month.period}  closed ")
    assert closed.endswith(", not settled: 1 patrons, 5.00 EUR\n")
    assert ", settled " in settled


def test_audit_finds_one_changed_cent_and_names_its_row(month: Any) -> None:
    month.run("period", "close")
    month.run("settle")
    connection = sqlite3.connect(month.folder / "overallt.sqlite")
    with connection:
        connection.execute("DROP TRIGGER shares_no_update")
        connection.execute("UPDATE shares SET share_minor = share_minor - 1")
    row = connection.execute("SELECT patron_id, thing_id FROM shares").fetchone()
    connection.close()
    ran = month.run("audit")

    assert 1 == ran.status
    assert (
        f"shares [patron_id={row[0]} period={month.period} thing_id={row[1]} "
        "revision=0 owner_id=1]: it is not the thing's share of the pot "
        "(expected 4.50 EUR for owner 1, found 4.49 EUR for owner 1)\n"
    ) == ran.out
