"""Where the browsers of a home folder are found."""

import os
import sys
from pathlib import Path

import pytest

from overallt.cli.browser_folders import (
    chromium_profile,
    chromium_store,
    firefox_profile,
)

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="the folders in these tests are those of Linux"
)

INI = """\
[Profile1]
Name=default
IsRelative=1
Path=old.default
Default=1

[Profile0]
Name=default-release
IsRelative=1
Path=new.default-release

[Install4F96D1932A9F858E]
Default=new.default-release
Locked=1
"""
MARKED = INI.split("[Install", maxsplit=1)[0]
FIREFOX = (
    ".mozilla/firefox",
    ".config/mozilla/firefox",
    "snap/firefox/common/.mozilla/firefox",
    ".var/app/org.mozilla.firefox/config/mozilla/firefox",
)


def firefox(root: Path, ini: str = INI, used: int = 1) -> None:
    for name in ("old.default", "new.default-release"):
        (root / name).mkdir(parents=True)
        (root / name / "prefs.js").touch()
        os.utime(root / name / "prefs.js", (used, used))
    (root / "profiles.ini").write_text(ini)


def chromium(profile: Path, used: int = 1) -> None:
    profile.mkdir(parents=True)
    (profile / "Preferences").write_text("{}")
    os.utime(profile / "Preferences", (used, used))


@pytest.mark.parametrize("where", FIREFOX)
def test_firefox_is_found_however_it_was_installed(person: Path, where: str) -> None:
    firefox(person / where)

    assert person / where / "new.default-release" == firefox_profile()


def test_an_old_profiles_ini_marks_the_default(person: Path) -> None:
    firefox(person / FIREFOX[0], MARKED)

    assert person / FIREFOX[0] / "old.default" == firefox_profile()


def test_of_two_the_one_used_last_is_meant(person: Path) -> None:
    firefox(person / FIREFOX[0], used=5)
    firefox(person / FIREFOX[2], used=9)

    assert person / FIREFOX[2] / "new.default-release" == firefox_profile()


@pytest.mark.parametrize("ini", ["", "no section", "[Profile0]\nPath=gone\nDefault=1"])
def test_a_list_that_names_no_profile_gives_none(person: Path, ini: str) -> None:
    firefox(person / FIREFOX[0], ini)

    assert firefox_profile() is None


def test_chromiums_profile_used_last_is_meant(person: Path) -> None:
    data = person / ".config" / "chromium"
    chromium(data / "Default", used=5)
    chromium(data / "Profile 1", used=9)
    chromium(data / "System Profile", used=12)

    assert data / "Profile 1" == chromium_profile()


def test_a_snap_has_its_own_store(person: Path) -> None:
    chromium(person / "snap/chromium/common/chromium/Default")
    profile = chromium_profile()

    assert profile is not None
    assert person / "snap/chromium/current/.pki/nssdb" == chromium_store(profile)
