"""Setting browsers up and taking it all back out, without a trace."""

import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from homes import bytes_below, make_chromium, make_firefox, snapshot, trusted

from overallt.client.queue import Queue
from overallt.gateway.browsers import Browsers

needs_certutil = pytest.mark.skipif(
    shutil.which("certutil") is None, reason="certutil (libnss3-tools) is missing"
)
DATA = Path(".local/share/overallt")
NICKNAME = "overallt-proxy"


def test_by_hand_it_prints_all_that_a_browser_needs(run: Any, home: Path) -> None:
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
def test_firefox_trusts_and_uses_the_proxy(at_home: Any, person: Path) -> None:
    profile = make_firefox(person)

    result = at_home("setup", "firefox")

    told = (profile / "user.js").read_text()
    assert result.exit_code == 0
    assert "https://flattr.internal/pair/" in result.stdout
    assert re.search(rf"{NICKNAME}\s+C,,", trusted(profile))
    assert 'user_pref("network.proxy.ssl", "127.0.0.1");' in told
    assert 'user_pref("network.proxy.ssl_port", 1);' in told
    assert '"network.proxy.no_proxies_on", "<local>, 10.0.0.0/8, ' in told


@needs_certutil
def test_chromium_trusts_and_uses_the_proxy(at_home: Any, person: Path) -> None:
    profile = make_chromium(person)

    result = at_home("setup", "chromium")

    told = (profile / "Preferences").read_text()
    assert result.exit_code == 0
    assert re.search(rf"{NICKNAME}\s+C,,", trusted(person / ".pki" / "nssdb"))
    assert '"server":"127.0.0.1:1"' in told
    assert '"bypass_list":"<local>;10.0.0.0/8;' in told


@needs_certutil
@pytest.mark.parametrize("user_js", [None, "", 'user_pref("own", 1);', "a\r\n\r\nb\n"])
def test_the_home_folder_is_afterwards_as_it_was_before(
    at_home: Any, person: Path, user_js: str | None
) -> None:
    profile = make_firefox(person)
    make_chromium(person)
    if user_js is not None:
        (profile / "user.js").write_bytes(user_js.encode())
    before = snapshot(person)

    done = [at_home("setup", *rest) for rest in (("firefox",), ("chromium",), ())]
    between = snapshot(person)
    undone = at_home("setup", "--undo")

    assert [0, 0, 0, 0] == [each.exit_code for each in (*done, undone)]
    assert before != between
    assert before == snapshot(person)
    assert "Överallt".encode() not in bytes_below(person)


@needs_certutil
def test_a_data_folder_with_a_sign_in_keeps_just_that(
    at_home: Any, person: Path, api: Any
) -> None:
    make_firefox(person)
    before = snapshot(person)
    at_home("login", api.url)
    at_home("setup", "firefox")

    undone = at_home("setup", "firefox", "--undo")

    assert "overallt logout" in undone.stdout
    assert {"credentials.json", "made"} == {
        each.name for each in (person / DATA).iterdir()
    }
    at_home("logout")
    at_home("setup", "--undo")
    assert before == snapshot(person)


@needs_certutil
def test_setting_up_twice_is_as_good_as_once(at_home: Any, person: Path) -> None:
    profile = make_firefox(person)
    before = snapshot(person)

    for _ in range(2):
        at_home("setup", "firefox")

    assert trusted(profile).count(NICKNAME) == 1
    assert (profile / "user.js").read_text().count("network.proxy.type") == 1
    at_home("setup", "--undo")
    assert before == snapshot(person)


@needs_certutil
def test_undoing_one_browser_leaves_the_other(at_home: Any, person: Path) -> None:
    profile = make_firefox(person)
    make_chromium(person)
    at_home("setup", "firefox")
    at_home("setup", "chromium")

    result = at_home("setup", "firefox", "--undo")

    assert result.exit_code == 0
    assert NICKNAME not in trusted(profile)
    assert NICKNAME in trusted(person / ".pki" / "nssdb")
    assert (person / DATA / "authority").exists()
    assert "Nothing of that" in at_home("setup", "firefox", "--undo").stdout


def test_undo_on_a_new_machine_is_no_mistake(at_home: Any, person: Path) -> None:
    result = at_home("setup", "--undo")

    assert result.exit_code == 0
    assert {} == snapshot(person)


def test_clicks_that_wait_are_not_deleted_silently(at_home: Any, person: Path) -> None:
    at_home("setup")
    queue = Queue(person / DATA / "queue.sqlite")
    now = datetime(2026, 1, 15, tzinfo=UTC)
    queue.keep(click_id="a", sign_in="who", tag_id="7", site=None, confirmed_at=now)

    refused = at_home("setup", "--undo")
    kept = queue.clicks()
    done = at_home("setup", "--undo", "--yes")

    assert refused.exit_code == 1
    assert "Not sent to the server yet: 1 of your flattrs." in refused.stderr
    assert ["a"] == [each.click_id for each in kept]
    assert done.exit_code == 0
    assert {} == snapshot(person)


@needs_certutil
def test_what_cannot_be_undone_now_can_be_undone_later(
    at_home: Any, person: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_firefox(person)
    before = snapshot(person)
    at_home("setup", "firefox")
    path = os.environ["PATH"]

    monkeypatch.setenv("PATH", str(person))
    refused = at_home("setup", "--undo")
    monkeypatch.setenv("PATH", path)
    done = at_home("setup", "--undo")

    assert refused.exit_code == 1
    assert "libnss3-tools" in refused.stderr
    assert done.exit_code == 0
    assert before == snapshot(person)


@needs_certutil
@pytest.mark.parametrize("browser", ["firefox", "chromium"])
def test_without_certutil_it_says_what_is_missing(
    at_home: Any, person: Path, monkeypatch: pytest.MonkeyPatch, browser: str
) -> None:
    make_firefox(person)
    make_chromium(person)
    before = snapshot(person)
    path = os.environ["PATH"]

    monkeypatch.setenv("PATH", str(person))
    result = at_home("setup", browser)
    monkeypatch.setenv("PATH", path)
    undone = at_home("setup", "--undo")

    assert (result.exit_code, undone.exit_code) == (1, 0)
    assert "libnss3-tools" in result.stderr
    assert before == snapshot(person)


@pytest.mark.parametrize("browser", ["firefox", "chromium"])
def test_a_browser_that_was_never_used_is_not_made_up(
    at_home: Any, person: Path, browser: str
) -> None:
    result = at_home("setup", browser)

    assert result.exit_code == 1
    assert "Start it once" in result.stderr
    assert {} == snapshot(person)


@pytest.mark.parametrize(
    ("browser", "hint"),
    [("firefox", "about:profiles"), ("chromium", "chrome://version")],
)
def test_a_profile_that_is_not_there_is_not_made(
    at_home: Any, person: Path, browser: str, hint: str
) -> None:
    result = at_home("setup", browser, "--profile", str(person / "mistyped"))

    assert result.exit_code == 1
    assert hint in result.stderr
    assert not (person / "mistyped").exists()


def test_undo_stands_at_the_end(at_home: Any) -> None:
    assert at_home("setup", "--undo", "firefox").exit_code == 2


@needs_certutil
@pytest.mark.parametrize("worked", [True, False])
@pytest.mark.parametrize("nth", range(1, 10))
def test_a_set_up_that_is_killed_on_its_way_is_undone_whole(
    at_home: Any, person: Path, tmp_path: Path, nth: int, *, worked: bool
) -> None:
    """It is killed by the certutil that it calls, before or after that has worked."""
    make_firefox(person)
    make_chromium(person)
    before = snapshot(person)
    programs = tmp_path / "programs"
    programs.mkdir()
    work = f'{shutil.which("certutil")} "$@"'
    (programs / "certutil").write_text(
        f"#!/bin/sh\necho call >> {programs}/calls\n"
        f"[ $(wc -l < {programs}/calls) != {nth} ] && exec {work}\n"
        f"{work if worked else ''}\nkill -9 $PPID\n"
    )
    (programs / "certutil").chmod(0o700)
    path = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}
    command = [sys.executable, "-m", "overallt", "setup"]

    codes = [
        subprocess.run([*command, browser], env=path, check=False).returncode
        for browser in ("firefox", "chromium")
    ]
    undone = at_home("setup", "--undo")

    assert -9 in codes
    assert undone.exit_code == 0, undone.output
    assert before == snapshot(person)
