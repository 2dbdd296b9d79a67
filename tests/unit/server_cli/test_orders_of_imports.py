"""The command ``bank import`` by two operators: one orders it, another confirms it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from bank_files import IBAN, Entry, statement
from two_operators import Two

from overallt.protocol.ids import UserId
from overallt_server.core.deeds import Deed
from overallt_server.core.references import means_reference
from overallt_server.storage.database import Database
from overallt_server.use_cases.ordering import Done, Ordering


@pytest.fixture
def cashiers(two: Two, monkeypatch: pytest.MonkeyPatch) -> Two:
    monkeypatch.setenv("OVERALLT_BANK_NAME", "Kassa")
    monkeypatch.setenv("OVERALLT_BANK_IBAN", IBAN)
    return two


def write_statement(folder: Path, *entries: Entry) -> str:
    path = folder / "january.xml"
    path.write_bytes(statement(*entries))
    return str(path)


def test_an_import_takes_two_and_goes_on(cashiers: Two, tmp_path: Path) -> None:
    file = write_statement(
        tmp_path, Entry(500, (means_reference(UserId(1)),)), Entry(300, ("who?",))
    )
    ordered = cashiers.by("anna", "bank", "import", file)
    nothing = cashiers.run("bank", "suspense", "list").out
    confirmed = cashiers.by("bert", "order", "confirm", "1")
    again = cashiers.by("bert", "order", "confirm", "1")
    cashiers.by("anna", "bank", "suspense", "assign", "2", "ada", "--reason", "hers")
    assigned = cashiers.by("bert", "order", "confirm", "2")

    assert f"bank import: {file} (" in ordered.out
    assert ", of ada, by anna\n" in ordered.out
    assert "Nothing is in suspense.\n" == nothing
    assert "Booked 2 movements: 1 as means, 1 in suspense" in confirmed.out
    assert "Booked 0 movements" in again.out
    assert "Added 3.00 EUR to the means of ada.\n" == assigned.out
    assert "The books are in order" in cashiers.run("audit").out


def test_a_file_that_was_changed_meanwhile_is_not_imported(
    cashiers: Two, tmp_path: Path
) -> None:
    file = write_statement(tmp_path, Entry(500, ("who?",)))
    cashiers.by("anna", "bank", "import", file)
    Path(file).write_bytes(Path(file).read_bytes() + b"\n")
    ran = cashiers.by("bert", "order", "confirm", "1")

    assert "is not the file any more that was ordered to be taken" in ran.errors
    assert "bank import" in cashiers.run("order", "list").out


def test_an_import_that_was_stopped_is_listed_and_goes_on(
    cashiers: Two, tmp_path: Path
) -> None:
    cashiers.by(
        "anna", "bank", "import", write_statement(tmp_path, Entry(5, ("who?",)))
    )

    async def nothing(_database: Database, _deed: Deed, _reason: str) -> Done:
        return Done("")

    async def confirm(database: Database) -> None:
        # As if it were killed as soon as it is confirmed.
        bert, now = cashiers.numbers["bert"], datetime.now(UTC)
        await Ordering(database).confirm(1, operator=bert, now=now, carry_out=nothing)

    cashiers.operator.use(confirm)
    waiting = cashiers.run("order", "list").out
    went_on = cashiers.by("anna", "order", "confirm", "1")

    assert waiting.endswith(": stopped, confirm it again to go on\n")
    assert "Booked 1 movements" in went_on.out
    assert "No order waits.\n" == cashiers.run("order", "list").out


def test_who_is_named_in_a_statement_does_not_import_it(
    cashiers: Two, tmp_path: Path
) -> None:
    berts = means_reference(cashiers.numbers["bert"])
    file = write_statement(tmp_path, Entry(500, (berts,)))
    cashiers.by("anna", "bank", "import", file)
    ran = cashiers.by("bert", "order", "confirm", "1")

    assert "This concerns your own account" in ran.errors


def test_a_dry_run_needs_nobody(cashiers: Two, tmp_path: Path) -> None:
    file = write_statement(tmp_path, Entry(500, ("who?",)))

    assert "Would book 1 movements" in (
        cashiers.run("bank", "import", "--dry-run", file).out
    )
