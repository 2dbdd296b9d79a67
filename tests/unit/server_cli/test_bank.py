"""The commands ``bank`` say what became of each payment, and end as they should."""

from pathlib import Path
from typing import Any

import pytest
from bank_files import IBAN, Entry, notice, statement

from overallt.protocol.ids import UserId
from overallt_server.core.references import means_reference


@pytest.fixture
def cashier(operator: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give an operator with an account, and ada, who is the first user."""
    monkeypatch.setenv("OVERALLT_BANK_NAME", "Kassa")
    monkeypatch.setenv("OVERALLT_BANK_IBAN", IBAN)
    operator.add_user("ada")
    return operator


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "january.xml"
    path.write_bytes(
        statement(
            Entry(500, (means_reference(UserId(1)),)),
            Entry(300, ("who?",)),
            Entry(-1, ("charges",)),
            Entry(7, status="PDNG"),
        )
    )
    return str(path)


def test_an_import_says_what_became_of_each_payment(cashier: Any, file: str) -> None:
    ran = cashier.run("bank", "import", file)

    assert 0 == ran.status
    assert (
        "in suspense as 2: 2026-01-07 3.00 EUR from 'Some Body', 'who?': "
        "it has no reference of a patron, or several\n"
        "went out as a cost: 2026-01-07 0.01 EUR to 'Some Body', 'charges'\n"
        "Booked 3 movements: 1 as means, 1 in suspense, 0 sent back, 0 paid out, "
        "0 came back, 1 as a cost. 0 were known, 1 not booked by the bank.\n"
    ) == ran.out


def test_a_dry_run_books_nothing(cashier: Any, file: str) -> None:
    dry = cashier.run("bank", "import", "--dry-run", file)

    assert 0 == dry.status
    assert "Would book 3 movements" in dry.out
    assert "Booked 3 movements" in cashier.run("bank", "import", file).out
    assert "Booked 0 movements" in cashier.run("bank", "import", file).out


def test_a_notice_is_shown_and_never_booked(cashier: Any, tmp_path: Path) -> None:
    path = tmp_path / "notice.xml"
    path.write_bytes(notice(Entry(500, (means_reference(UserId(1)),))))

    ran = cashier.run("bank", "import", str(path))

    assert 0 == ran.status
    assert "notice only: 2026-01-07 5.00 EUR from 'Some Body'" in ran.out
    assert "Booked 0 movements" in ran.out


def test_a_missing_statement_is_told_and_is_the_exit_status(
    cashier: Any, file: str, tmp_path: Path
) -> None:
    later = tmp_path / "later.xml"
    later.write_bytes(statement(opening=900, closed_on="2026-01-09", name="3"))

    ran = cashier.run("bank", "import", file, str(later))

    assert 3 == ran.status
    assert (
        "A statement that ends before 2026-01-09 is missing: all that were imported "
        "give 7.99 EUR, the bank says 9.00 EUR." in ran.errors
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"no file of a bank", "january.xml cannot be taken: it is no XML"),
        (statement(Entry(5), closing=6), "Statement 1 of 2026-01-07 does not add up"),
        (statement(iban="SE4550000000058398257466"), "of the account SE455"),
    ],
)
def test_what_cannot_be_taken_is_one_sentence_and_books_nothing(
    cashier: Any, file: str, content: bytes, said: str
) -> None:
    Path(file).write_bytes(content)

    ran = cashier.run("bank", "import", file)

    assert 1 == ran.status
    assert said in ran.errors
    assert "Nothing is in suspense" in cashier.run("bank", "suspense", "list").out


def test_without_an_account_no_statement_is_taken(operator: Any, file: str) -> None:
    ran = operator.run("bank", "import", file)

    assert 1 == ran.status
    assert "Set OVERALLT_BANK_IBAN first" in ran.errors


def test_suspense_is_listed_assigned_and_returned(
    cashier: Any, file: str, tmp_path: Path
) -> None:
    cashier.run("bank", "import", file)
    other = tmp_path / "other.xml"
    other.write_bytes(
        statement(Entry(200, ("me",)), opening=799, closed_on="2026-01-08", name="2")
    )
    cashier.run("bank", "import", str(other))

    listed = cashier.run("bank", "suspense", "list").out
    assigned = cashier.run(
        "bank", "suspense", "assign", "2", "ada", "--reason", "she wrote"
    )
    returned = cashier.run("bank", "suspense", "return", "4", "--reason", "a stranger")

    assert listed.startswith("2  3.00 EUR from 'Some Body', 'who?': ")
    assert "\n4  2.00 EUR from 'Some Body', 'me': " in listed
    assert "Added 3.00 EUR to the means of ada.\n" == assigned.out
    assert (
        "Order a transfer of 2.00 EUR to Some Body, SE4550000000058398257466, under "
        "the reference RF" in returned.out
    )
    assert "Nothing is in suspense.\n" == cashier.run("bank", "suspense", "list").out
    # What the bank charged is the operator's to make good.
    assert "(expected 10.00 EUR, found 9.99 EUR)" in cashier.run("audit").out


def test_what_is_not_in_suspense_is_one_sentence(cashier: Any) -> None:
    ran = cashier.run("bank", "suspense", "return", "1", "--reason", "x")

    assert 1 == ran.status
    assert "Nothing with the number 1 is in suspense.\n" == ran.errors


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("own", "3.00 EUR are the operator's own.\n"),
        ("from-cards", "3.00 EUR came from the card provider.\n"),
    ],
)
def test_money_that_is_no_patrons_leaves_suspense(
    cashier: Any, file: str, command: str, said: str
) -> None:
    cashier.run("bank", "import", file)
    understood = ("bank", "suspense", command, "2", "--reason", "so it is")
    ran, again = cashier.run(*understood), cashier.run(*understood)

    assert said == ran.out
    assert "Nothing with the number 2 is in suspense.\n" == again.errors
    assert "Nothing is in suspense.\n" == cashier.run("bank", "suspense", "list").out
    assert "bank_movements" not in cashier.run("audit").out
