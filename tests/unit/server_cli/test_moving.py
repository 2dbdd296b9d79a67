"""Backup, restore and move, as an operator uses them."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest


def test_a_backup_is_restored_where_there_is_nothing(
    month: Any, tmp_path: Path
) -> None:
    month.run("period", "close")
    month.run("settle")
    backup = tmp_path / "backup"

    backed_up = month.run("backup", str(backup))
    lost = month.folder / "overallt.sqlite"
    for file in month.folder.glob("overallt.sqlite*"):
        file.unlink()
    restored = month.run("restore", str(backup))

    assert (0, 0) == (backed_up.status, restored.status)
    assert "The books are in order" in restored.out
    assert str(month.period) in month.run("period", "list").out
    assert stat.S_IMODE(lost.stat().st_mode) == 0o600


def test_a_file_that_is_there_is_not_written_over(month: Any, tmp_path: Path) -> None:
    (tmp_path / "backup").write_text("mine", encoding="utf-8")

    ran = month.run("backup", str(tmp_path / "backup"))

    assert 1 == ran.status
    assert "is there already" in ran.errors


def test_restoring_over_a_database_is_refused(month: Any, tmp_path: Path) -> None:
    month.run("backup", str(tmp_path / "backup"))

    ran = month.run("restore", str(tmp_path / "backup"))

    assert 1 == ran.status
    assert "move its files away first" in ran.errors


def test_a_restored_fault_is_told(month: Any, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    month.run("backup", str(backup))
    with closing(sqlite3.connect(backup)) as database:
        database.execute("DROP TRIGGER postings_no_update")
        database.execute("UPDATE postings SET amount_minor = amount_minor + 1")
        database.commit()
    for file in month.folder.glob("overallt.sqlite*"):
        file.unlink()

    ran = month.run("restore", str(backup))

    assert 1 == ran.status
    assert "The books are in order" not in ran.out
    assert "postings" in ran.out


def test_moved_books_are_used_from_their_new_place(
    month: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'new' / 'overallt.sqlite'}"

    moved = month.run("move", "--to", url)
    monkeypatch.setenv("OVERALLT_DATABASE", url)
    closed = month.run("period", "close")

    assert (0, 0) == (moved.status, closed.status)
    assert "each compared" in moved.out


def test_moving_into_another_servers_database_is_refused(
    month: Any, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'overallt.sqlite'}"
    month.run("move", "--to", url)
    month.run("budget", "set", "ada", "7.00")

    ran = month.run("move", "--to", url)

    assert 1 == ran.status
    assert "budgets" in ran.errors
    assert "empty database" in ran.errors


def test_moving_into_the_same_database_is_refused(month: Any) -> None:
    ran = month.run("move", "--to", month.url)

    assert 2 == ran.status
    assert "in use" in ran.errors
