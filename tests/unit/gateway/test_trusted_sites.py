"""Trusted sites, and how much one click may cost there."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from overallt.gateway.trusted_sites import TrustedSites

START = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sites.sqlite"


@pytest.fixture
def sites(path: Path) -> TrustedSites:
    return TrustedSites(path)


def claim(
    sites: TrustedSites, thing_id: int, period: str = "2026-01", **later: float
) -> bool:
    return sites.claim(
        period=period, thing_id=thing_id, most_a_day=2, now=START + timedelta(**later)
    )


def test_a_site_is_trusted_until_it_is_to_ask_again(
    sites: TrustedSites, path: Path
) -> None:
    for _ in range(2):
        sites.trust("blog.test", START)
    known = TrustedSites(path).is_trusted("blog.test")
    sites.ask_again("blog.test")

    assert known
    assert not sites.is_trusted("blog.test")


def test_a_site_is_one_host(sites: TrustedSites) -> None:
    sites.trust("blog.test", START)

    assert [] == [
        host
        for host in ("a.blog.test", "test", "blog.test:8443", "xblog.test")
        if sites.is_trusted(host)
    ]


def test_nobody_else_can_read_which_sites_are_trusted(
    sites: TrustedSites, path: Path
) -> None:
    sites.trust("blog.test", START)

    assert 0o600 == stat.S_IMODE(path.stat().st_mode)


def test_a_thing_has_one_click_a_month(sites: TrustedSites, path: Path) -> None:
    first = claim(sites, 7)
    again = claim(TrustedSites(path), 7, days=2)
    next_month = claim(sites, 7, "2026-02", days=20)

    assert [True, False, True] == [first, again, next_month]


def test_so_many_a_day_and_no_more(sites: TrustedSites) -> None:
    made = [claim(sites, thing_id) for thing_id in (1, 2, 3)]
    next_day = claim(sites, 3, hours=24)

    assert [True, True, False] == made
    assert next_day


def test_a_click_too_many_is_not_counted(sites: TrustedSites) -> None:
    for thing_id in (1, 2, 3, 3, 3):
        claim(sites, thing_id)

    assert [True, True, False] == [claim(sites, each, hours=24) for each in (3, 4, 5)]


def test_with_none_a_day_there_is_none(sites: TrustedSites) -> None:
    assert not sites.claim(period="2026-01", thing_id=7, most_a_day=0, now=START)


def test_what_was_given_is_forgotten_after_two_months(sites: TrustedSites) -> None:
    claim(sites, 7)
    claim(sites, 8, days=61)
    month_ago = claim(sites, 7, days=61)
    claim(sites, 9, days=63)

    assert not month_ago
    assert claim(sites, 7, days=70)
