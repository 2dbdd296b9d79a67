"""A Chromium that has run between set-up and undo."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import trustme
from homes import PREFERENCES, make_chromium, make_store, snapshot, trusted

pytestmark = pytest.mark.skipif(
    shutil.which("certutil") is None, reason="certutil (libnss3-tools) is missing"
)


def run_chromium(profile: Path) -> None:
    """Write ``Preferences`` as Chromium does: anew, sorted, one thing more."""
    file = profile / "Preferences"
    data = json.loads(file.read_text()) | {"visits": 1}
    file.write_text(json.dumps(dict(sorted(data.items())), separators=(",", ":")))


def import_into(store: Path, ca: Path) -> None:
    command = ["certutil", "-A", "-n", "own", "-t", "C,,", "-i", str(ca)]
    subprocess.run([*command, "-d", f"sql:{store}"], check=True)


def test_what_chromium_wrote_since_stays(at_home: Any, person: Path) -> None:
    profile = make_chromium(person)
    at_home("setup", "chromium")
    run_chromium(profile)

    at_home("setup", "--undo")

    found = json.loads((profile / "Preferences").read_text())
    assert json.loads(PREFERENCES) | {"visits": 1} == found


def test_the_profiles_own_proxy_comes_back(at_home: Any, person: Path) -> None:
    profile = make_chromium(person)
    own = {"proxy": {"mode": "direct"}, "zoom": 1}
    (profile / "Preferences").write_text(json.dumps(own))
    at_home("setup", "chromium")
    told = json.loads((profile / "Preferences").read_text())["proxy"]["server"]

    at_home("setup", "--undo")

    assert "127.0.0.1:1" == told
    assert own == json.loads((profile / "Preferences").read_text())


def test_certificates_that_came_since_keep_their_store(
    at_home: Any, person: Path
) -> None:
    make_chromium(person)
    at_home("setup", "chromium")
    store = person / ".pki" / "nssdb"
    trustme.CA().cert_pem.write_to_path(str(person / "own.pem"))
    import_into(store, person / "own.pem")

    at_home("setup", "--undo")

    assert "own" in trusted(store)
    assert "overallt-proxy" not in trusted(store)


def test_an_authority_imported_by_hand_is_told_not_taken_for_ours(
    at_home: Any, person: Path
) -> None:
    """A store has a certificate once: by the name that it got first."""
    make_chromium(person)
    at_home("setup")
    store = person / ".pki" / "nssdb"
    store.mkdir(parents=True)
    make_store(store)
    data = person / ".local" / "share" / "overallt"
    import_into(store, data / "authority" / "mitmproxy-ca-cert.pem")

    result = at_home("setup", "chromium")

    assert result.exit_code == 1
    assert "imported by hand" in result.stderr


def test_a_store_in_the_newer_place_is_used_where_it_is(
    at_home: Any, person: Path
) -> None:
    make_chromium(person)
    store = person / ".local" / "share" / "pki" / "nssdb"
    store.mkdir(parents=True)
    make_store(store)
    before = snapshot(person)

    at_home("setup", "chromium")
    listed = trusted(store)
    at_home("setup", "--undo")

    assert "overallt-proxy" in listed
    assert before == snapshot(person)


@pytest.mark.parametrize("undo", [(), ("--undo",)])
def test_a_chromium_that_runs_has_to_be_closed(
    at_home: Any, person: Path, undo: tuple[str, ...]
) -> None:
    profile = make_chromium(person)
    if undo:
        at_home("setup", "chromium")
    (profile.parent / "SingletonLock").symlink_to(f"machine-{os.getpid()}")
    before = (profile / "Preferences").read_text()

    result = at_home("setup", "chromium", *undo)

    assert result.exit_code == 1
    assert "Close Chromium first" in result.stderr
    assert before == (profile / "Preferences").read_text()


def test_a_lock_of_a_chromium_that_crashed_is_none(at_home: Any, person: Path) -> None:
    profile = make_chromium(person)
    with subprocess.Popen(["true"]) as gone:
        pass
    (profile.parent / "SingletonLock").symlink_to(f"machine-{gone.pid}")

    assert 0 == at_home("setup", "chromium").exit_code
    assert "127.0.0.1:1" in (profile / "Preferences").read_text()


def test_preferences_that_are_none_are_left_alone(at_home: Any, person: Path) -> None:
    profile = make_chromium(person)
    (profile / "Preferences").write_text("{ broken")

    result = at_home("setup", "chromium")

    assert result.exit_code == 1
    assert "is no file of Chromium's" in result.stderr
    assert "{ broken" == (profile / "Preferences").read_text()
