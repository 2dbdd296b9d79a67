"""Every fault is one sentence on standard error, and a status that scripts can read."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest


def test_without_a_database_it_says_what_to_do(newcomer: Any) -> None:
    ran = newcomer.run("audit")

    assert 1 == ran.status
    assert "There is no database at" in ran.errors
    assert ran.errors.endswith(': run "overallt-server migrate" first.\n')
    assert not newcomer.folder.exists()


def test_a_database_that_is_not_migrated_is_left_alone(newcomer: Any) -> None:
    newcomer.folder.mkdir()
    sqlite3.connect(newcomer.folder / "overallt.sqlite").close()
    ran = newcomer.run("audit")

    assert 1 == ran.status
    assert "The database is of an earlier version" in ran.errors


@pytest.mark.parametrize("command", ["audit", "migrate"])
def test_a_database_of_a_later_version_is_left_alone(
    command: str, operator: Any
) -> None:
    connection = sqlite3.connect(operator.folder / "overallt.sqlite")
    with connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    ran = operator.run(command)

    assert 1 == ran.status
    assert "The database is of version 9999, which this program does not" in ran.errors


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("DATABASE", "mysql://x", "'mysql://x' is no database that can be used here"),
        (
            "DATABASE",
            "postgresql://nobody@127.0.0.1:1/none",
            "The database cannot be used: connection failed",
        ),
        ("LISTEN_PORT", "0", "The setting OVERALLT_LISTEN_PORT cannot be used: "),
        ("LOG_FORMAT", "xml", "The setting OVERALLT_LOG_FORMAT cannot be used: "),
        ("METRICS_NETWORKS", "10.0.0.1/8", "10.0.0.1/8 has host bits set."),
        ("FEE_BPS", "much", "The setting OVERALLT_FEE_BPS cannot be used: "),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    name: str,
    value: str,
    sentence: str,
    operator: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(f"OVERALLT_{name}", value)
    ran = operator.run("audit")

    assert 1 == ran.status
    assert "" == ran.out
    assert sentence in ran.errors
    assert 1 == ran.errors.count("\n")


def test_a_file_that_is_no_database_is_named_as_such(newcomer: Any) -> None:
    newcomer.folder.mkdir()
    (newcomer.folder / "overallt.sqlite").write_text("Dear diary, " * 100)
    ran = newcomer.run("audit")

    assert 1 == ran.status
    assert "The database cannot be used: file is not a database\n" == ran.errors


def test_a_folder_that_cannot_be_made_is_named(
    newcomer: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("OVERALLT_DATA", str(tmp_path / "file" / "data"))
    ran = newcomer.run("migrate")

    assert 1 == ran.status
    assert f"Not a directory: {tmp_path / 'file' / 'data'}\n" == ran.errors


def test_broken_books_stop_everything_and_say_what_to_do(month: Any) -> None:
    connection = sqlite3.connect(month.folder / "overallt.sqlite")
    with connection:
        connection.execute("DROP TRIGGER postings_no_update")
        connection.execute(
            "UPDATE postings SET amount_minor = amount_minor + 1 "
            "WHERE number = 1 AND line = 1"
        )
    connection.close()
    again = ("--reason", "a coin", "--reference", "1")
    ran = month.run("means", "add", "ada", "10.00", *again)

    assert 1 == ran.status
    assert "does not balance: debits exceed credits by 0.01 EUR" in ran.errors
    assert 'Run "overallt-server audit"' in ran.errors


def test_what_is_typed_wrongly_ends_with_2(operator: Any) -> None:
    assert 2 == operator.run("user", "remove", "ada").status
    assert 2 == operator.run("period", "close", "2026-13").status
    assert 2 == operator.run("budget", "set", "ada", "5,00").status


def test_help_names_every_command(newcomer: Any) -> None:
    ran = newcomer.run("--help")

    assert 0 == ran.status
    for command in (
        *("audit", "budget", "means", "migrate", "period"),
        *("serve", "settings", "settle", "thing", "user"),
    ):
        assert f"\n  {command} " in ran.out
