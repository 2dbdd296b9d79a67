"""The proxy's certificate authority."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from overallt.proxy.authority import (
    KEY_FILE,
    delete_authority,
    ensure_authority,
    expires_at,
)

NOW = datetime(2026, 1, 15, tzinfo=UTC)
TWO_YEARS = timedelta(days=730)


def test_a_ca_is_good_for_two_years_at_most(tmp_path: Path) -> None:
    ca = ensure_authority(tmp_path / "authority", NOW)

    assert NOW < expires_at(ca) <= NOW + TWO_YEARS


def test_only_its_user_can_read_its_key(tmp_path: Path) -> None:
    folder = tmp_path / "authority"
    ensure_authority(folder, NOW)

    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / KEY_FILE).stat().st_mode & 0o777 == 0o600


def test_a_ca_is_made_once_and_anew_when_it_has_expired(tmp_path: Path) -> None:
    first = ensure_authority(tmp_path, NOW).read_bytes()
    again = ensure_authority(tmp_path, NOW + timedelta(days=700)).read_bytes()
    later = ensure_authority(tmp_path, NOW + TWO_YEARS).read_bytes()

    assert first == again
    assert first != later


def test_deleting_leaves_nothing(tmp_path: Path) -> None:
    ensure_authority(tmp_path, NOW)

    delete_authority(tmp_path)
    delete_authority(tmp_path)

    assert not tmp_path.exists()
