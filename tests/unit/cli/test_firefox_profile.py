"""A Firefox profile that has run between set-up and undo."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from homes import PREFS, make_firefox, snapshot

from overallt.cli.changes import Changes
from overallt.cli.firefox_profile import FirefoxProfile

pytestmark = pytest.mark.skipif(
    shutil.which("certutil") is None, reason="certutil (libnss3-tools) is missing"
)


def run_firefox(profile: Path) -> None:
    """Do to ``prefs.js`` what Firefox does with ``user.js`` when it starts."""
    prefs = profile / "prefs.js"
    told = [
        line.split(" //")[0]
        for line in (profile / "user.js").read_text().splitlines()
        if line.startswith("user_pref")
    ]
    names = [line.split(",")[0] for line in told]
    kept = [
        line
        for line in prefs.read_text().splitlines()
        if not any(line.startswith(name) for name in names)
    ]
    prefs.write_text("".join(f"{line}\n" for line in [*kept, *told]))


def test_the_users_own_proxy_comes_back(at_home: Any, person: Path) -> None:
    profile = make_firefox(person)
    at_home("setup", "firefox")
    run_firefox(profile)
    in_use = (profile / "prefs.js").read_text()

    at_home("setup", "--undo")

    assert 'user_pref("network.proxy.type", 1);' in in_use
    assert sorted(PREFS.splitlines()) == sorted(
        (profile / "prefs.js").read_text().splitlines()
    )


def test_what_the_user_wrote_since_stays(at_home: Any, person: Path) -> None:
    profile = make_firefox(person)
    at_home("setup", "firefox")
    with (profile / "user.js").open("a") as file:
        file.write('\nuser_pref("own", 1);\n')
    run_firefox(profile)

    at_home("setup", "--undo")

    assert '\nuser_pref("own", 1);\n' == (profile / "user.js").read_text()
    assert 'user_pref("own", 1);\n' in (profile / "prefs.js").read_text()


def test_a_link_to_user_js_stays_a_link(at_home: Any, person: Path) -> None:
    profile = make_firefox(person)
    own = person / "own.js"
    own.write_text("// mine\n")
    (profile / "user.js").symlink_to(own)
    before = snapshot(person)

    at_home("setup", "firefox")
    told = own.read_text()
    at_home("setup", "--undo")

    assert "network.proxy" in told
    assert before == snapshot(person)


@pytest.mark.skipif(sys.platform == "win32", reason="it locks in another way there")
@pytest.mark.parametrize("undo", [(), ("--undo",)])
def test_a_firefox_that_runs_has_to_be_closed(
    at_home: Any, person: Path, undo: tuple[str, ...]
) -> None:
    profile = make_firefox(person)
    (profile / ".parentlock").touch()
    if undo:
        at_home("setup", "firefox")
    holding = (
        "import fcntl, sys\n"
        f"file = open({str(profile / '.parentlock')!r}, 'r+b')\n"
        "fcntl.lockf(file, fcntl.LOCK_EX)\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holding],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as firefox:
        assert firefox.stdout is not None
        firefox.stdout.readline()
        before = (profile / "user.js").exists()
        result = at_home("setup", "firefox", *undo)
        after = (profile / "user.js").exists()
        firefox.communicate("")

    assert result.exit_code == 1
    assert "Close Firefox first" in result.stderr
    assert before == after


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda profile: (profile / "user.js").unlink(), "does not use the proxy"),
        (lambda profile: (profile / "cert9.db").unlink(), "does not trust"),
        (shutil.rmtree, "is not there any more"),
    ],
)
def test_what_was_changed_since_is_seen(
    at_home: Any, person: Path, spoil: Any, says: str
) -> None:
    profile = make_firefox(person)
    at_home("setup", "firefox")
    data = person / ".local" / "share" / "overallt"
    (change,) = Changes(data / "changes.json").all()
    ca = data / "authority" / "mitmproxy-ca-cert.pem"
    sound = change.place.problem(ca, ("127.0.0.1", 1))

    spoil(profile)

    assert FirefoxProfile(profile) == change.place
    assert sound is None
    assert says in str(change.place.problem(ca, ("127.0.0.1", 1)))
    assert 0 == at_home("setup", "--undo").exit_code
