"""A person's home folder with browsers in it, and what lies there, to be compared."""

import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

STORE = ("cert9.db", "key4.db")
PREFS = """\
// Mozilla User Preferences
user_pref("app.update.auto", false);
user_pref("network.proxy.http", "proxy.test");
user_pref("network.proxy.type", 5);
user_pref("zoom.name", "naïve");
"""
PREFERENCES = '{"accessibility":{"captions":{}},"name":"na\\u00efve","zoom":1.50}'


def snapshot(home: Path) -> dict[str, tuple[int, str]]:
    """Tell of each file and folder below *home* its mode and what it holds.

    A store of certificates is what it holds: its bytes count how often it was written.
    Other databases are not opened, since that alone tidies them up.
    """
    return {
        str(path.relative_to(home)): (path.lstat().st_mode, _content(path))
        for path in sorted(home.rglob("*"))
    }


def bytes_below(home: Path) -> bytes:
    """Return all that lies below *home*, databases as they are on the disk."""
    return b"\n".join(
        path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file()
    )


def make_firefox(home: Path) -> Path:
    """Make what a Firefox that was used once leaves in *home*; give its profile."""
    root = home / ".mozilla" / "firefox"
    profile = root / "abc.default"
    profile.mkdir(parents=True)
    make_store(profile)
    (root / "profiles.ini").write_text(
        "[Profile0]\nName=default\nIsRelative=1\nPath=abc.default\nDefault=1\n"
    )
    (profile / "prefs.js").write_text(PREFS)
    return profile


def make_chromium(home: Path) -> Path:
    """Make what a Chromium that was used once leaves in *home*; give its profile."""
    profile = home / ".config" / "chromium" / "Default"
    profile.mkdir(parents=True)
    (profile / "Preferences").write_text(PREFERENCES)
    return profile


def make_store(folder: Path) -> None:
    """Make an empty NSS store in *folder*."""
    command = ["certutil", "-N", "--empty-password", "-d", f"sql:{folder}"]
    subprocess.run(command, check=True)


def trusted(store: Path) -> str:
    """List whom the NSS store trusts."""
    command = ["certutil", "-L", "-d", f"sql:{store}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _content(path: Path) -> str:
    if path.is_symlink():
        return str(path.readlink())
    if path.is_dir():
        return ""
    if path.name in STORE:
        with closing(sqlite3.connect(path)) as database:
            return "\n".join(database.iterdump())
    return path.read_bytes().decode("latin-1")
