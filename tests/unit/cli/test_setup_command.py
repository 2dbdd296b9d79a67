"""Setting a browser up and taking it all back out."""

import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from overallt.gateway.browsers import Browsers
from overallt.gateway.trusted_sites import TrustedSites

needs_certutil = pytest.mark.skipif(
    shutil.which("certutil") is None, reason="certutil (libnss3-tools) is missing"
)


def trusted(profile: Path) -> str:
    return subprocess.run(
        ["certutil", "-L", "-d", f"sql:{profile}"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_it_prints_all_that_a_browser_needs(run: Any, home: Path) -> None:
    result = run("setup", "--listen", "127.0.0.1:9090")
    (code,) = re.findall(r"https://flattr\.internal/pair/(\S+)", result.stdout)
    pac = home / "proxy.pac"

    assert result.exit_code == 0
    assert str(home / "authority" / "mitmproxy-ca-cert.pem") in result.stdout
    assert pac.as_uri() in result.stdout
    assert 'return "PROXY 127.0.0.1:9090";' in pac.read_text()
    assert Browsers(home / "gateway.sqlite").pair(code, datetime.now(tz=UTC))


def test_nothing_in_the_data_folder_can_be_read_by_others(run: Any, home: Path) -> None:
    run("setup")

    assert home.stat().st_mode & 0o077 == 0
    assert [file for file in home.rglob("*") if file.stat().st_mode & 0o077 != 0] == []


@needs_certutil
def test_a_firefox_profile_trusts_and_uses_the_proxy_until_it_is_undone(
    run: Any, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"
    profile.mkdir()
    (profile / "user.js").write_text('user_pref("own", 1);\n')

    result = run("setup", "--browser-profile", str(profile))
    in_use = trusted(profile)
    told = (profile / "user.js").read_text()
    (profile / "prefs.js").write_text(f'user_pref("other", 2);\n{told}')
    undone = run("setup", "--undo")

    assert result.exit_code == 0
    assert "https://flattr.internal/pair/" in result.stdout
    assert re.search(r"overallt-proxy\s+C,,", in_use)
    assert 'user_pref("network.proxy.ssl_port", 8080);' in told
    assert '"network.proxy.no_proxies_on", "<local>, 10.0.0.0/8, ' in told
    assert undone.exit_code == 0
    assert "overallt-proxy" not in trusted(profile)
    assert (profile / "user.js").read_text() == 'user_pref("own", 1);\n'
    assert "network.proxy" not in (profile / "prefs.js").read_text()


@needs_certutil
def test_setting_up_twice_is_as_good_as_once(run: Any, tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    profile.mkdir()

    for _ in range(2):
        run("setup", "--browser-profile", str(profile))

    assert trusted(profile).count("overallt-proxy") == 1
    assert (profile / "user.js").read_text().count("network.proxy.type") == 1


@needs_certutil
def test_chromiums_store_is_given_trust_and_nothing_else(
    run: Any, tmp_path: Path
) -> None:
    store = tmp_path / ".pki" / "nssdb"

    result = run("setup", "--browser-profile", str(store))

    assert "overallt-proxy" in trusted(store)
    assert "--proxy-server=127.0.0.1:8080" in result.stdout
    assert '--proxy-bypass-list="<local>;10.0.0.0/8;' in result.stdout
    assert not (store / "user.js").exists()


def test_undo_deletes_authority_pairings_and_trust(run: Any, home: Path) -> None:
    run("setup")
    browsers = Browsers(home / "gateway.sqlite")
    now = datetime.now(tz=UTC)
    browsers.pair(browsers.new_pairing_code(now), now)
    sites = TrustedSites(home / "sites.sqlite")
    sites.trust("blog.test", now)

    result = run("setup", "--undo")

    assert result.exit_code == 0
    assert list((home / "authority").iterdir()) == []
    assert browsers.count() == 0
    assert sites.hosts() == []
    assert not (home / "proxy.pac").exists()


def test_undo_on_a_new_machine_is_no_mistake(run: Any) -> None:
    assert run("setup", "--undo").exit_code == 0


def test_without_certutil_it_says_what_is_missing(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    result = run("setup", "--browser-profile", str(tmp_path))

    assert result.exit_code == 1
    assert "libnss3-tools" in result.stderr


@needs_certutil
def test_a_store_that_certutil_cannot_open_is_said(run: Any, tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    profile.mkdir()
    (profile / "cert9.db").write_text("no database")

    result = run("setup", "--browser-profile", str(profile))

    assert result.exit_code == 1
    assert result.stderr.startswith("certutil: ")


def test_a_profile_that_is_not_there_is_not_made(run: Any, tmp_path: Path) -> None:
    result = run("setup", "--browser-profile", str(tmp_path / "mistyped"))

    assert result.exit_code == 1
    assert "about:profiles" in result.stderr
    assert not (tmp_path / "mistyped").exists()
