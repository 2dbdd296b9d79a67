"""Signing in and out from the command line."""

import json
from pathlib import Path
from typing import Any


def test_signing_in_keeps_the_token_where_only_its_user_can_read_it(
    run: Any, api: Any, home: Path
) -> None:
    result = run("login", api.url + "/")
    file = home / "credentials.json"

    assert result.exit_code == 0
    assert "ABCD-EFGH" in result.stdout
    assert f"{api.url}/device" in result.stdout
    assert "You are signed in as grace." in result.stdout
    assert "secret-token" not in result.output
    assert json.loads(file.read_text()) == {
        "server": api.url,
        "access_token": "secret-token",
    }
    assert file.stat().st_mode & 0o777 == 0o600
    assert home.stat().st_mode & 0o777 == 0o700


def test_a_denied_sign_in_keeps_nothing(run: Any, api: Any, home: Path) -> None:
    api.denies = True

    result = run("login", api.url)

    assert result.exit_code == 1
    assert result.stderr == "The server said no: You denied it.\n"
    assert not (home / "credentials.json").exists()


def test_a_server_that_is_not_there_is_said(run: Any) -> None:
    result = run("login", "http://127.0.0.1:1")

    assert result.exit_code == 1
    assert "http://127.0.0.1:1: The server did not answer." in result.stderr


def test_a_token_is_never_sent_in_the_clear_to_another_machine(run: Any) -> None:
    result = run("login", "http://server.test")

    assert result.exit_code == 2
    assert "needs https://" in result.stderr


def test_signing_out_forgets_the_token(run: Any, api: Any, home: Path) -> None:
    run("login", api.url)

    assert run("logout").exit_code == 0
    assert run("logout").exit_code == 0
    assert not (home / "credentials.json").exists()


def test_a_data_folder_that_cannot_be_is_said_in_one_sentence(
    run: Any, api: Any, home: Path
) -> None:
    home.write_text("a file")

    result = run("--data-folder", str(home / "below"), "login", api.url)

    assert result.exit_code == 1
    assert result.stderr.startswith(f"The data folder {home}/below cannot be used: ")
    assert result.stderr.count("\n") == 1
