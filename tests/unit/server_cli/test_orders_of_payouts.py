"""The commands by which revenue goes to owners, by two operators."""

from pathlib import Path
from typing import Any

import pytest
from bank_files import IBAN, report
from two_operators import Two

from overallt_server.core.references import payout_reference

MONAS = "SE4550000000058398257466"
NAME = ("payout", "account", "mona", MONAS, "Mona", "--reason", "her letter")


def test_a_file_of_payouts_takes_two(
    month: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each payout is in the file that was confirmed, and one asked for later is not."""
    monkeypatch.setenv("OVERALLT_BANK_NAME", "Kassa")
    monkeypatch.setenv("OVERALLT_BANK_IBAN", IBAN)
    monkeypatch.setenv("OVERALLT_MIN_PAYOUT_MINOR", "100")
    monkeypatch.setenv("OVERALLT_NEW_IBAN_HOURS", "0")
    for name in ("anna", "bert"):
        month.add_user(name)
        month.run("operator", "add", name)
    month.run("period", "close")
    month.run("settle", str(month.period))
    month.run(*NAME)
    month.run("payout", "request", "mona", "2.00")
    monkeypatch.setenv("OVERALLT_OPERATORS_NEEDED", "2")
    two, file = Two(month), tmp_path / "orders.xml"
    for name in ("anna", "bert"):
        two.set_up_second_factor(name)

    ordered = two.by("anna", "payout", "file", str(file))
    was_there = file.exists()
    month.run("payout", "request", "mona", "1.00")
    waiting = month.run("order", "list").out
    confirmed = two.by("bert", "order", "confirm", "3")
    listed = month.run("payout", "list").out

    assert 0 == ordered.status
    assert not was_there
    assert f"payout file: 1 payouts, 2.00 EUR, to {file}, of mona, by anna" in waiting
    assert "Wrote file 1, OVERALLT1T" in confirmed.out
    assert b"<InstdAmt" in file.read_bytes()
    assert 1 == listed.count("in file 1")
    assert 1 == listed.count("requested")
    assert "The books are in order" in month.run("audit").out


@pytest.fixture
def earned(month: Any, monkeypatch: pytest.MonkeyPatch) -> Two:
    """Give two operators, and mona with 4.50 EUR and an account; it is two weeks on."""
    monkeypatch.setenv("OVERALLT_BANK_NAME", "Kassa")
    monkeypatch.setenv("OVERALLT_BANK_IBAN", IBAN)
    monkeypatch.setenv("OVERALLT_MIN_PAYOUT_MINOR", "100")
    monkeypatch.setenv("OVERALLT_NEW_IBAN_HOURS", "0")
    two = Two(month)
    for name in ("anna", "bert"):
        two.add_user(name)
        month.run("operator", "add", name)
    for name in ("anna", "bert", "mona"):
        two.set_up_second_factor(name)
    month.run("period", "close")
    month.run("settle", str(month.period))
    month.run(*NAME)
    month.run("operator", "add", "mona")
    monkeypatch.setenv("OVERALLT_OPERATORS_NEEDED", "2")
    return two


def ordered_and_confirmed(two: Two, *command: str) -> Any:
    """Let anna order and bert confirm; mona, whom it concerns, may do neither."""
    alone = two.run(*command)
    own = two.by("mona", *command)
    ordered = two.by("anna", *command)
    number = two.run("order", "list").out.split()[0]
    twice = two.by("anna", "order", "confirm", number)

    assert "Two operators are needed for this." in alone.errors
    assert "This concerns your own account" in own.errors
    assert "Nothing is done yet." in ordered.out
    assert f"You ordered {number} yourself" in twice.errors
    return two.by("bert", "order", "confirm", number)


def test_where_payouts_go_takes_two(earned: Two) -> None:
    other = ("payout", "account", "mona", "FI2112345600000785", "Mona")
    confirmed = ordered_and_confirmed(earned, *other, "--reason", "her letter")
    earned.run("payout", "request", "mona", "2.00")

    assert "Payouts of mona go to FI2112345600000785 of Mona" in confirmed.out
    assert "to Mona, FI2112345600000785" in earned.run("payout", "list").out
    assert "The books are in order" in earned.run("audit").out


def test_revenue_becomes_means_by_two(earned: Two) -> None:
    move = ("means", "from-revenue", "mona", "4.00", "--reference", "X 1")
    confirmed = ordered_and_confirmed(earned, *move, "--reason", "she asked")

    assert "Moved 4.00 EUR to the means of mona: X 1\n" == confirmed.out
    assert "4.00 EUR from revenue" in earned.run("means", "lots", "mona").out
    assert "The books are in order" in earned.run("audit").out


def test_a_payout_is_rejected_by_two(earned: Two) -> None:
    earned.run("payout", "request", "mona", "2.00")
    reject = ("payout", "reject", payout_reference(1), "--reason", "hers")
    confirmed = ordered_and_confirmed(earned, *reject)

    assert "2.00 EUR are revenue again.\n" == confirmed.out
    assert "rejected" in earned.run("payout", "list", "mona").out
    assert "The books are in order" in earned.run("audit").out


def test_what_the_bank_rejects_takes_two_and_what_it_accepts_nobody(
    earned: Two, tmp_path: Path
) -> None:
    orders, told = tmp_path / "orders.xml", tmp_path / "told.xml"
    earned.run("payout", "request", "mona", "2.00")
    earned.by("anna", "payout", "file", str(orders))
    number = earned.run("order", "list").out.split()[0]
    earned.by("bert", "order", "confirm", number)
    message = orders.read_text(encoding="utf-8").split("<MsgId>")[1].split("<")[0]

    told.write_bytes(report((payout_reference(1), "ACSC", ""), message=message))
    accepted = earned.run("payout", "answer", str(told))
    told.write_bytes(report((payout_reference(1), "RJCT", "AC01"), message=message))
    rejected = ordered_and_confirmed(earned, "payout", "answer", str(told))

    assert accepted.out.endswith("Nothing is rejected that was on its way.\n")
    assert "Rejected, and revenue again: 1.\n" == rejected.out
    assert "rejected" in earned.run("payout", "list", "mona").out
    assert "The books are in order" in earned.run("audit").out


def test_an_answer_that_was_changed_since_it_was_ordered_is_not_taken(
    earned: Two, tmp_path: Path
) -> None:
    orders, told = tmp_path / "orders.xml", tmp_path / "told.xml"
    earned.run("payout", "request", "mona", "2.00")
    earned.by("anna", "payout", "file", str(orders))
    first = earned.run("order", "list").out.split()[0]
    earned.by("bert", "order", "confirm", first)
    message = orders.read_text(encoding="utf-8").split("<MsgId>")[1].split("<")[0]
    told.write_bytes(report((payout_reference(1), "RJCT", "AC01"), message=message))
    earned.by("anna", "payout", "answer", str(told))
    number = earned.run("order", "list").out.split()[0]
    told.write_bytes(report((payout_reference(1), "RJCT", "AC04"), message=message))

    ran = earned.by("bert", "order", "confirm", number)

    assert "is not the file any more that was ordered to be taken" in ran.errors
    assert "sent" in earned.run("payout", "list").out
