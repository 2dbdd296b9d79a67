"""Real browsers in a home folder of their own: set up by the command, and undone."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from home_browsers import browser_of, firefox_profile_of, use_once
from homes import snapshot, trusted
from loopback import free_port
from world import END_SECONDS, PASSWORD, World

from overallt.demo.site import HOST, Tags

BUTTON = "a[href^='https://flattr.internal/give/']"
UNKNOWN_HOST = re.compile("ERR_NAME_NOT_RESOLVED|dnsNotFound")
type Overallt = Callable[..., str]


@pytest.fixture
def home(tmp_path: Path, kind: str) -> Path:
    """Give the home folder of somebody who has used the browser once."""
    folder = tmp_path / "home"
    folder.mkdir()
    use_once(kind, folder)
    return folder


@pytest.fixture
def overallt(home: Path, earth: World) -> Overallt:
    """Run the patron's commands as who lives there; the proxy's folder is his, too."""
    environment = {**os.environ, "HOME": str(home)}
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        environment.pop(name, None)
    environment["OVERALLT_HOME"] = str(earth.folder / "ann")

    def run(*arguments: str, code: int = 0) -> str:
        command = [sys.executable, "-m", "overallt", *arguments]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False
        )
        assert code == done.returncode, done.stdout + done.stderr
        return done.stdout

    return run


def test_the_home_folder_is_as_before(
    home: Path, kind: str, earth: World, overallt: Overallt
) -> None:
    before = snapshot(home)

    overallt("setup", kind, "--listen", "127.0.0.1:1")
    between = snapshot(home)
    overallt("setup", kind, "--listen", "127.0.0.1:1", "--undo")

    assert before != between
    assert before == snapshot(home)
    assert not (earth.folder / "ann").exists()


def test_a_browser_shows_buttons_until_it_is_undone(
    home: Path, kind: str, earth: World, overallt: Overallt
) -> None:
    earth.start_server()
    earth.operate_then(
        *("user", "add", "owner", "--email", "owner@mail.test", "--password-file", "-"),
        typed=PASSWORD,
    )
    earth.start_site(Tags("owner", "owner", "owner"))
    listen = f"127.0.0.1:{free_port()}"
    proxy = earth.start_proxy("ann", listen)

    said = overallt("setup", kind, "--listen", listen)
    pairing = re.search(r"https://flattr\.internal/pair/\S+", said)
    assert pairing is not None
    with browser_of(kind, home) as window:
        window.open(pairing[0])
        window.open(f"https://{HOST}/")
        window.wait_for(BUTTON)
    # Nobody has signed in, so the server is looked for at the usual place.
    status = overallt("status", "--listen", listen, code=1)
    proxy.terminate()
    proxy.wait(END_SECONDS)
    overallt("setup", kind, "--listen", listen, "--undo")

    assert "Browsers      1 paired" in status
    assert not (earth.folder / "ann").exists()
    with browser_of(kind, home) as window:
        window.open(earth.url)
        window.wait_for("a[href='/signup']")
        with pytest.raises(Exception, match=UNKNOWN_HOST):
            window.open(f"https://{HOST}/")
    assert_nothing_is_left(kind, home)


def assert_nothing_is_left(kind: str, home: Path) -> None:
    if kind == "firefox":
        profile = firefox_profile_of(home)
        kept = (profile / "prefs.js").read_text()

        assert "overallt-proxy" not in trusted(profile)
        assert "network.proxy." not in kept
        assert not (profile / "user.js").exists()
    else:
        preferences = home / ".config" / "chromium" / "Default" / "Preferences"

        assert not (home / ".pki").exists()
        assert "proxy" not in json.loads(preferences.read_text())
