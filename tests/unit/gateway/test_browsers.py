"""Paired browsers."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from overallt.gateway.browsers import Browsers

START = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)


def test_a_code_pairs_one_browser(tmp_path: Path) -> None:
    browsers = Browsers(tmp_path / "gateway.sqlite")
    code = browsers.new_pairing_code(START)

    cookie = browsers.pair(code, START)

    assert browsers.find(cookie) is not None
    assert browsers.pair(code, START) is None
    assert browsers.count() == 1


def test_a_code_is_good_for_ten_minutes(tmp_path: Path) -> None:
    browsers = Browsers(tmp_path / "gateway.sqlite")
    code = browsers.new_pairing_code(START)

    assert browsers.pair(code, START + timedelta(minutes=10, seconds=1)) is None


def test_a_guess_pairs_nothing(tmp_path: Path) -> None:
    browsers = Browsers(tmp_path / "gateway.sqlite")
    browsers.new_pairing_code(START)

    assert browsers.pair("guess", START) is None
    assert browsers.find("guess") is None
    assert browsers.find(None) is None


def test_another_process_knows_them_too(tmp_path: Path) -> None:
    path = tmp_path / "gateway.sqlite"
    here, there = Browsers(path), Browsers(path)
    cookie = here.pair(there.new_pairing_code(START), START)

    assert there.find(cookie) is not None


def test_the_file_keeps_no_secret_and_is_its_users_own(tmp_path: Path) -> None:
    path = tmp_path / "gateway.sqlite"
    browsers = Browsers(path)
    code, other = (browsers.new_pairing_code(START) for _ in range(2))
    cookie = browsers.pair(code, START)
    kept = path.read_bytes()

    assert cookie is not None
    assert cookie.encode() not in kept
    assert other.encode() not in kept
    assert path.stat().st_mode & 0o777 == 0o600
