"""The sign-in's file."""

from pathlib import Path

import pytest

from overallt.cli.connecting import Connecting
from overallt.cli.credentials import Credentials
from overallt.cli.folders import DataFolder


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "credentials.json"
    credentials = Credentials("https://server.test", "secret")

    credentials.write(file)
    credentials.write(file)

    assert credentials == Credentials.read(file)
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"server": "x"}', "\0"])
def test_what_is_no_sign_in_is_none(tmp_path: Path, text: str) -> None:
    file = tmp_path / "credentials.json"
    file.write_text(text)

    assert Credentials.read(file) is None


def test_a_token_is_shown_only_to_the_server_that_gave_it(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    Credentials("https://server.test", "secret").write(folder.credentials)

    own = Connecting(folder, "https://server.test")()
    other = Connecting(folder, "https://other.test")()

    assert own._access_token == "secret"
    assert other._access_token is None


def test_a_sign_in_counts_from_the_moment_it_is_there(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    connect = Connecting(folder, "https://server.test")
    before = connect()

    Credentials("https://server.test", "secret").write(folder.credentials)

    assert before._access_token is None
    assert connect()._access_token == "secret"
