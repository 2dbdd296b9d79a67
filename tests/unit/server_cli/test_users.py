"""The command ``user`` adds people who can sign in."""

import io
from typing import Any

import pytest


def add(operator: Any, username: str) -> Any:
    file = operator.folder / "password"
    file.write_text("a tall story about a horse\n")
    email = ("--email", f"{username}@users.test")
    return operator.run("user", "add", username, *email, "--password-file", str(file))


def test_a_user_is_added_with_a_profile(operator: Any) -> None:
    ran = add(operator, "ada")

    assert 0 == ran.status
    assert "Added ada (user 1); the profile is [Flattr=ada], thing 1.\n" == ran.out


def test_the_password_may_come_from_standard_input(
    operator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = io.TextIOWrapper(io.BytesIO(b"a tall story about a horse\n"))
    monkeypatch.setattr("sys.stdin", secret)
    ran = operator.run(
        "user", "add", "ada", "--email", "ada@users.test", "--password-file", "-"
    )

    assert 0 == ran.status, ran.errors


def test_a_name_that_is_taken_is_refused_in_one_sentence(operator: Any) -> None:
    operator.add_user("ada")
    ran = add(operator, "Ada")

    assert 1 == ran.status
    assert "This username is taken.\n" == ran.errors


def test_a_password_that_is_too_short_is_refused(operator: Any) -> None:
    (operator.folder / "short").write_text("abc")
    ran = operator.run(
        *("user", "add", "ada", "--email", "ada@users.test"),
        *("--password-file", str(operator.folder / "short")),
    )

    assert 1 == ran.status
    assert ran.errors.startswith("A password has 10 to ")


def test_with_nobody_waiting_nobody_is_invited(operator: Any) -> None:
    ran = operator.run("user", "invite", "3")

    assert "Invited 0 of those who wait.\n" == ran.out


def test_registration_is_one_of_three(
    operator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OVERALLT_REGISTRATION", "sometimes")

    assert "OVERALLT_REGISTRATION cannot be used" in operator.run("settings").errors
