"""The patron's own list, by the command."""

from pathlib import Path
from typing import Any

import pytest


def test_what_was_added_is_shown_and_lies_in_the_file(home: Path, run: Any) -> None:
    added = run("opt-out", "https://Bank.example/login", "räksmörgås.example")
    run("opt-out", "--except", "mail.google.com")
    shown = run("opt-out")

    assert "bank.example and its subdomains are left alone.\n" in added.output
    assert [
        *("bank.example", "xn--rksmrgs-5wao1o.example", "!mail.google.com"),
    ] == shown.output.splitlines()
    assert shown.output == (home / "opt-out.txt").read_text()
    assert 0o600 == (home / "opt-out.txt").stat().st_mode & 0o777


def test_what_was_forgotten_is_gone(run: Any) -> None:
    run("opt-out", "bank.example")

    forgotten = run("opt-out", "--forget", "bank.example")
    again = run("opt-out", "--forget", "bank.example")

    assert (0, 1) == (forgotten.exit_code, again.exit_code)
    assert "bank.example is not on your list.\n" == again.output
    assert run("opt-out").output.startswith("Nothing on your own list.")


@pytest.mark.parametrize(
    ("host", "says"),
    [
        ("co.uk", "Many owners have their sites below co.uk."),
        ("two words", "“two words” is not the name of a host."),
    ],
)
def test_what_cannot_be_meant_is_not_added(
    home: Path, run: Any, host: str, says: str
) -> None:
    result = run("opt-out", host)

    assert 1 == result.exit_code
    assert result.output.startswith(says)
    assert not (home / "opt-out.txt").exists()


def test_a_line_that_is_not_understood_is_named(home: Path, run: Any) -> None:
    home.mkdir()
    (home / "opt-out.txt").write_text("bank.example\n\nco.uk\n")

    assert "Line 3 of " in run("opt-out").output


def test_a_list_that_cannot_be_read_is_said(home: Path, run: Any) -> None:
    (home / "opt-out.txt").mkdir(parents=True)

    result = run("opt-out")

    assert 1 == result.exit_code
    assert "cannot be used: Is a directory." in result.output


def test_two_wishes_that_exclude_each_other_are_refused(run: Any) -> None:
    assert 2 == run("opt-out", "--except", "--forget", "bank.example").exit_code
