"""The desktop's proxy setting, kept in a file of the test's own."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from overallt.cli.gnome_proxy import GnomeProxy, has_gnome

pytestmark = pytest.mark.skipif(
    shutil.which("gsettings") is None or not has_gnome(),
    reason="GNOME's settings are not installed",
)
PROXY = ("127.0.0.1", 8080)


@pytest.fixture(autouse=True)
def keyfile(person: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GLib has a store that needs no desktop: one file."""
    monkeypatch.setenv("GSETTINGS_BACKEND", "keyfile")


def setting(name: str) -> str:
    command = ["gsettings", "get", *name.split()]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def stored(person: Path) -> list[str]:
    """List what somebody has set: GLib leaves empty groups in its file."""
    file = person / ".config" / "glib-2.0" / "settings" / "keyfile"
    lines = file.read_text().splitlines() if file.exists() else []
    return [line for line in lines if "=" in line]


@pytest.mark.parametrize("mode", [None, "auto"])
def test_the_desktop_uses_it_and_then_again_does_not(
    person: Path, mode: str | None
) -> None:
    if mode:
        command = ["gsettings", "set", "org.gnome.system.proxy", "mode", mode]
        subprocess.run(command, check=True)
    place = GnomeProxy()
    before = setting("org.gnome.system.proxy mode")
    values = stored(person)
    noted = place.before()

    place.set_up(Path(), PROXY)
    manual = setting("org.gnome.system.proxy mode")
    port = setting("org.gnome.system.proxy.https port")
    problems = [place.problem(Path(), PROXY), place.problem(Path(), ("127.0.0.1", 1))]
    place.undo(noted)

    assert ("'manual'\n", "8080\n") == (manual, port)
    assert [None, "does not name the proxy 127.0.0.1:1"] == problems
    assert before == setting("org.gnome.system.proxy mode")
    assert values == stored(person)


def test_a_desktop_that_takes_nothing_is_told(
    at_home: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GSETTINGS_BACKEND", "memory")

    with pytest.raises(Exception, match="did not take its proxy setting"):
        GnomeProxy().set_up(Path(), PROXY)
