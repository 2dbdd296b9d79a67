"""The commands ``payout`` order what was asked for, and say what became of it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from bank_files import IBAN, Entry, report, statement

from overallt_server.core.references import payout_reference, readable

MONAS = "SE45 5000 0000 0583 9825 7466"
FIRST = payout_reference(1)
NAME = ("payout", "account", "mona", MONAS, "Mona M", "--reason", "her letter")


@pytest.fixture
def earned(month: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give an operator with an account; mona has 4.50 EUR, and named hers in time."""
    monkeypatch.setenv("OVERALLT_BANK_NAME", "Kassa")
    monkeypatch.setenv("OVERALLT_BANK_IBAN", IBAN)
    monkeypatch.setenv("OVERALLT_MIN_PAYOUT_MINOR", "100")
    month.run("period", "close")
    month.run("settle", str(month.period))
    month.run(*NAME)
    month.move_clock_to(month.period.end + timedelta(days=14))
    return month


@pytest.fixture
def ordered(earned: Any, tmp_path: Path) -> Any:
    """Give the same operator with a payout of 4.00 EUR that the bank has."""
    earned.run("payout", "request", "mona", "4.00")
    assert 0 == earned.run("payout", "file", str(tmp_path / "orders.xml")).status
    return earned


def take(operator: Any, folder: Path, *command: str, content: bytes) -> Any:
    path = folder / "told.xml"
    path.write_bytes(content)
    return operator.run(*command, str(path))


def message_of(folder: Path) -> str:
    content = (folder / "orders.xml").read_text(encoding="utf-8")
    return content.split("<MsgId>")[1].split("<")[0]


def test_an_account_is_named_and_waits(month: Any) -> None:
    ran = month.run(*NAME)

    assert 0 == ran.status
    assert "Payouts of mona go to SE4550000000058398257466 of Mona M" in ran.out
    assert "it waits 72 hours" in ran.out
    assert "ask for a payout from" in month.run("payout", "request", "mona").errors


def test_a_payout_is_requested_ordered_and_listed(earned: Any, tmp_path: Path) -> None:
    asked = earned.run("payout", "request", "mona")
    listed = earned.run("payout", "list")
    file = tmp_path / "orders.xml"
    ordered = earned.run("payout", "file", str(file))
    of_mona = earned.run("payout", "list", "mona")

    assert f"4.50 EUR are on their way to mona: {readable(FIRST)}\n" == asked.out
    assert f"{readable(FIRST)}  4.50 EUR to Mona M, SE4550" in listed.out
    assert "requested" in listed.out
    assert f"to {file}.\n" in ordered.out
    assert ", in file 1\n" in of_mona.out
    assert 0o600 == file.stat().st_mode & 0o777
    assert "The books are in order" in earned.run("audit").out


def test_a_file_is_written_again_byte_for_byte(ordered: Any, tmp_path: Path) -> None:
    nothing = ordered.run("payout", "file", str(tmp_path / "more.xml"))
    again = ordered.run("payout", "file", "--again", "1", str(tmp_path / "again.xml"))

    assert (1, "No payout is due. The last file was 1.\n") == (
        nothing.status,
        nothing.errors,
    )
    assert not (tmp_path / "more.xml").exists()
    assert 0 == again.status
    assert (tmp_path / "orders.xml").read_bytes() == (
        tmp_path / "again.xml"
    ).read_bytes()


def test_a_file_that_cannot_be_written_orders_nothing(
    earned: Any, tmp_path: Path
) -> None:
    earned.run("payout", "request", "mona")
    there = tmp_path / "there.xml"
    there.write_text("mine", encoding="utf-8")

    taken = earned.run("payout", "file", str(there))
    nowhere = earned.run("payout", "file", str(tmp_path / "no" / "orders.xml"))

    assert f"File exists: {there}\n" == taken.errors
    assert nowhere.errors.startswith("No such file or directory: ")
    assert "mine" == there.read_text(encoding="utf-8")
    assert "requested" in earned.run("payout", "list").out


def test_the_banks_statement_says_that_it_is_paid_and_came_back(
    ordered: Any, tmp_path: Path
) -> None:
    left, came = (
        Entry(m, end_to_end=FIRST, returned=r) for m, r in ((-400, ""), (400, "AC04"))
    )
    ran = take(ordered, tmp_path, "bank", "import", content=statement(left, came))
    listed = ordered.run("payout", "list", "mona").out

    assert "came back and is revenue again: " in ran.out
    assert "1 paid out, 1 came back" in ran.out
    assert "returned" in listed
    assert listed.endswith(": AC04\n")


def test_what_the_bank_rejects_is_told_and_revenue_again(
    ordered: Any, tmp_path: Path
) -> None:
    content = report((FIRST, "RJCT", "AC01"), message=message_of(tmp_path))

    ran = take(ordered, tmp_path, "payout", "answer", content=content)

    assert (f"{FIRST} RJCT AC01 said so\nRejected, and revenue again: 1.\n") == ran.out
    assert "No payout is open.\n" == ordered.run("payout", "list").out
    again = take(ordered, tmp_path, "payout", "answer", content=content)
    assert again.out.endswith("\nNothing is rejected that was on its way.\n")
    assert "The books are in order" in ordered.run("audit").out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"no file", "told.xml cannot be taken: it is no XML"),
        (report((FIRST, "RJCT", ""), message="other"), "other, no file of ours"),
    ],
)
def test_an_answer_that_cannot_be_taken_is_one_sentence(
    ordered: Any, tmp_path: Path, content: bytes, said: str
) -> None:
    ran = take(ordered, tmp_path, "payout", "answer", content=content)

    assert 1 == ran.status
    assert said in ran.errors


def test_one_is_paid_by_hand_and_one_rejected(earned: Any) -> None:
    for _ in range(2):
        earned.run("payout", "request", "mona", "2.00")

    paid = earned.run("payout", "paid", readable(FIRST), "--reason", "in cash")
    rejected = earned.run("payout", "reject", payout_reference(2), "--reason", "hers")

    assert "2.00 EUR were paid by hand to Mona M.\n" == paid.out
    assert "2.00 EUR are revenue again.\n" == rejected.out
    assert "The books are in order" in earned.run("audit").out


def test_without_an_account_of_ours_nothing_is_ordered(
    earned: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("OVERALLT_BANK_IBAN")

    ran = earned.run("payout", "file", str(tmp_path / "orders.xml"))

    assert "Set OVERALLT_BANK_IBAN first" in ran.errors


def test_who_has_none_has_no_payouts(earned: Any) -> None:
    assert "There are no payouts.\n" == earned.run("payout", "list", "ada").out
    assert (
        "There is no user called nobody"
        in earned.run("payout", "list", "nobody").errors
    )
