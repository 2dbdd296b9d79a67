"""Where browsers keep their profiles, on each system and however they came there.

What stands here of macOS and Windows comes from the browsers' own documentation and
was never tried. Of several profiles the one used last is meant.
"""

import configparser
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import platformdirs

from overallt.cli.nss_store import exists

# Since Firefox 147 new profiles lie in the second; snaps and flatpaks have their own.
_FIREFOX: Final[Mapping[str, tuple[str, ...]]] = {
    "linux": (
        "~/.mozilla/firefox",
        "CONFIG/mozilla/firefox",
        "~/snap/firefox/common/.mozilla/firefox",
        "~/.var/app/org.mozilla.firefox/.mozilla/firefox",
        "~/.var/app/org.mozilla.firefox/config/mozilla/firefox",
    ),
    "darwin": ("CONFIG/Firefox",),
    "win32": ("~/AppData/Roaming/Mozilla/Firefox",),
}
# The folder with the profiles, and the home folder that such a browser sees.
_CHROMIUM: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "linux": (
        ("CONFIG/chromium", "~"),
        ("CONFIG/google-chrome", "~"),
        ("CONFIG/BraveSoftware/Brave-Browser", "~"),
        ("CONFIG/microsoft-edge", "~"),
        ("CONFIG/vivaldi", "~"),
        ("~/snap/chromium/common/chromium", "~/snap/chromium/current"),
        (
            "~/.var/app/org.chromium.Chromium/config/chromium",
            "~/.var/app/org.chromium.Chromium",
        ),
        (
            "~/.var/app/com.google.Chrome/config/google-chrome",
            "~/.var/app/com.google.Chrome",
        ),
    ),
    "darwin": (
        ("CONFIG/Chromium", "~"),
        ("CONFIG/Google/Chrome", "~"),
        ("CONFIG/BraveSoftware/Brave-Browser", "~"),
        ("CONFIG/Microsoft Edge", "~"),
    ),
    "win32": (
        ("~/AppData/Local/Chromium/User Data", "~"),
        ("~/AppData/Local/Google/Chrome/User Data", "~"),
        ("~/AppData/Local/Microsoft/Edge/User Data", "~"),
    ),
}
# Chromium takes the second, in ~/.local/share, only where the first is not there.
_STORES: Final = (".pki/nssdb", ".local/share/pki/nssdb")


def firefox_profile() -> Path | None:
    """Find the default profile of the Firefox that was used last."""
    candidates = [
        profile
        for root in _FIREFOX.get(sys.platform, ())
        for profile in _default_in(_expand(root))
    ]
    return max(candidates, key=lambda each: _used(each / "prefs.js"), default=None)


def chromium_profile() -> Path | None:
    """Find the profile used last of any browser made from Chromium."""
    candidates = [
        preferences.parent
        for data, _ in _CHROMIUM.get(sys.platform, ())
        for preferences in _expand(data).glob("*/Preferences")
        # A guest's profile, and the one that shows the list of profiles, do not count.
        if preferences.parent.name == "Default"
        or preferences.parent.name.startswith("Profile ")
    ]
    return max(candidates, key=lambda each: _used(each / "Preferences"), default=None)


def chromium_store(profile: Path) -> Path | None:
    """Return the NSS store of the Chromium with *profile*.

    ``None``: it trusts whom the system trusts.
    """
    if sys.platform != "linux":
        return None
    homes = {_expand(data): _expand(home) for data, home in _CHROMIUM[sys.platform]}
    home = homes.get(profile.parent, Path.home())
    stores = [home / name for name in _STORES]
    return next((store for store in stores if exists(store)), stores[0])


def _default_in(root: Path) -> Iterator[Path]:
    """Give the default profile that ``profiles.ini`` in *root* names.

    A section for each installed Firefox names its own, since version 67; the mark at
    a profile is older and no longer moved.
    """
    ini = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        ini.read(root / "profiles.ini", encoding="utf-8-sig")
    except configparser.Error:
        return
    installed = [
        root / ini[name]["Default"]
        for name in ini.sections()
        if name.startswith("Install") and "Default" in ini[name]
    ]
    marked = [
        root / ini[name]["Path"]
        for name in ini.sections()
        if "Path" in ini[name] and ini[name].get("Default") == "1"
    ]
    yield from (each for each in installed or marked if each.is_dir())


def _expand(written: str) -> Path:
    config = platformdirs.user_config_path()
    first, _, rest = written.partition("/")
    return (config if first == "CONFIG" else Path.home()) / rest


def _used(file: Path) -> float:
    return file.stat().st_mtime if file.exists() else 0.0
