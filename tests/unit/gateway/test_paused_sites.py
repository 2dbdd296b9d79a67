"""Where the proxy pauses, and that it is not forgotten."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from overallt.gateway.paused_sites import ALL_SITES, Pause, PausedSites

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "paused.json"


def test_at_first_nothing_is_paused(path: Path) -> None:
    sites = PausedSites(path)

    assert not sites.cover("site.test", NOW)
    assert [] == sites.listed(NOW)
    assert not path.exists()


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("dn.se", True),
        ("WWW.DN.se.", True),
        ("notdn.se", False),
        ("other.test", False),
    ],
)
def test_a_site_is_paused_with_all_its_hosts_and_no_other(
    path: Path, host: str, expected: object
) -> None:
    sites = PausedSites(path)
    sites.pause(Pause("dn.se", None), NOW)

    assert expected is sites.cover(host, NOW)


def test_a_pause_on_all_sites_covers_every_host(path: Path) -> None:
    sites = PausedSites(path)
    sites.pause(Pause(ALL_SITES, LATER), NOW)

    assert all(sites.cover(host, NOW) for host in ("dn.se", "10.0.0.7", "nas"))


def test_a_pause_ends_by_itself(path: Path) -> None:
    sites = PausedSites(path)
    sites.pause(Pause("dn.se", LATER), NOW)
    before = sites.cover("dn.se", LATER - timedelta(seconds=1))

    assert before
    assert not sites.cover("dn.se", LATER)
    assert [] == sites.listed(LATER)


def test_a_later_word_takes_the_place_of_an_earlier(path: Path) -> None:
    sites = PausedSites(path)
    sites.pause(Pause("dn.se", LATER), NOW)
    sites.pause(Pause("dn.se", None), NOW)

    assert [Pause("dn.se", None)] == sites.listed(LATER)


def test_it_is_known_after_a_restart_and_readable_by_its_user_only(path: Path) -> None:
    sites = PausedSites(path)
    for pause in (Pause("dn.se", LATER), Pause(ALL_SITES, None), Pause("nas", None)):
        sites.pause(pause, NOW)
    sites.resume("nas", NOW)

    assert [Pause(ALL_SITES, None), Pause("dn.se", LATER)] == PausedSites(path).listed(
        NOW
    )
    assert 0o600 == path.stat().st_mode & 0o777


@pytest.mark.parametrize("content", ["", "[]", '{"dn.se": "soon"}', "\xff"])
def test_what_somebody_else_wrote_pauses_nothing(
    path: Path, content: str, caplog: pytest.LogCaptureFixture
) -> None:
    path.write_text(content, encoding="latin-1")

    assert [] == PausedSites(path).listed(NOW)
    assert "pauses read=no" in caplog.text


def test_a_pause_that_cannot_be_written_down_does_not_hold(path: Path) -> None:
    sites = PausedSites(path)
    path.mkdir()
    (path / "x").touch()

    with pytest.raises(OSError, match="paused"):
        sites.pause(Pause("dn.se", None), NOW)

    assert not sites.cover("dn.se", NOW)
