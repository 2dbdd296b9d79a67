"""The password file of a proxy that others can reach."""

from pathlib import Path
from typing import Any

import pytest

from overallt.cli.passwords import UnusablePassword, ensure_password, read_password

GOOD = "long enough, this"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.touch(mode=0o600)
    return path


def test_a_password_is_made_once_and_only_its_user_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "password"

    made = ensure_password(path)

    assert made == ensure_password(path)
    assert 0o600 == path.stat().st_mode & 0o777


def test_the_lines_end_is_no_part_of_it(file: Path) -> None:
    file.write_text(f"{GOOD}\r\n")

    assert GOOD == read_password(file)


@pytest.mark.parametrize("text", ["", "short", "with:colon, and long", f"{GOOD}\n\n2"])
def test_what_cannot_be_sent_or_is_too_short_is_refused(file: Path, text: str) -> None:
    file.write_text(text)

    with pytest.raises(UnusablePassword, match="one line"):
        read_password(file)


def test_what_others_can_read_is_no_secret(file: Path) -> None:
    file.write_text(GOOD)
    file.chmod(0o640)

    with pytest.raises(UnusablePassword, match="chmod 600"):
        read_password(file)


@pytest.mark.parametrize("listen", ["0.0.0.0:0", "[::]:0", "192.0.2.1:8080"])
def test_others_are_not_listened_for_without_a_password(run: Any, listen: str) -> None:
    result = run("proxy", "--listen", listen)

    assert 2 == result.exit_code
    assert "--password-file" in result.stderr


def test_a_password_file_that_is_not_there_is_a_usage_error(
    run: Any, tmp_path: Path
) -> None:
    missing = str(tmp_path / "missing")

    result = run("proxy", "--listen", "0.0.0.0:0", "--password-file", missing)

    assert 2 == result.exit_code
    assert f"{missing} cannot be read" in result.stderr
