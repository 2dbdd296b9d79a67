"""The proxy setting of GNOME and its kin, which their programs and Chromium read."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from overallt.cli.places import DIRECT, Before, HostPort, NotChanged
from overallt.cli.their_programs import run

SCHEMA: Final = "org.gnome.system.proxy"
GSETTINGS_SECONDS: Final = 10
# In this order they are set; "mode" last, since it puts the others into force.
_KEYS: Final = (
    ".http host",
    ".http port",
    ".https host",
    ".https port",
    " ignore-hosts",
    " mode",
)
_NEVER: Final = ("localhost", "127.0.0.0/8", "::1")


def has_gnome() -> bool:
    """Tell whether there is such a setting here."""
    return shutil.which("gsettings") is not None and SCHEMA in _run("list-schemas")


@dataclass(frozen=True, slots=True)
class GnomeProxy:
    """The one setting of this user's desktop."""

    kind: ClassVar[str] = "desktop"

    @property
    def address(self) -> str:
        """Return the setting's name."""
        return SCHEMA

    @property
    def title(self) -> str:
        """Name the setting as the desktop does."""
        return "The desktop's proxy setting"

    @property
    def command(self) -> str:
        """Return the command that sets it up."""
        return "overallt setup system"

    def before(self) -> Before:
        """Return every value that will be changed."""
        return {key: _get(key) for key in _KEYS}

    def set_up(self, ca: Path, proxy: HostPort) -> None:
        """Let the desktop's programs use the proxy from now on."""
        del ca  # Trust is the system store's.
        for key, value in _wanted(proxy).items():
            _set(key, value)

    def undo(self, before: Before) -> None:
        """Put the former values back."""
        for key in reversed(_KEYS):
            # What was never set by anybody is not set afterwards either.
            _run("reset", *_words(key))
            if _get(key) != before[key]:
                _set(key, before[key])

    def problem(self, ca: Path, proxy: HostPort) -> str | None:
        """Say if it is not this proxy any more."""
        del ca
        if all(_get(key) == value for key, value in _wanted(proxy).items()):
            return None
        return "does not name the proxy {}:{}".format(*proxy)


def _wanted(proxy: HostPort) -> dict[str, str]:
    host, port = proxy
    direct = [*_NEVER, *(each for each in DIRECT if each[0].isdigit())]
    values = (f"'{host}'", str(port), f"'{host}'", str(port), str(direct), "'manual'")
    return dict(zip(_KEYS, values, strict=True))


def _words(key: str) -> tuple[str, str]:
    schema, _, name = f"{SCHEMA}{key}".partition(" ")
    return schema, name


def _get(key: str) -> str:
    return _run("get", *_words(key)).strip()


def _set(key: str, value: str) -> None:
    _run("set", *_words(key), value)
    if _get(key) != value:
        raise NotChanged(
            "The desktop did not take its proxy setting: run this in a terminal of "
            "your desktop, not as another user."
        )


def _run(*arguments: str) -> str:
    return run("gsettings", *arguments, path=None, seconds=GSETTINGS_SECONDS)
