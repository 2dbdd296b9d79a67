"""A place on this computer that set-up changes: what each of them can do.

A browser's profile, a store of trusted authorities, the desktop's proxy setting:
each tells what stands there *before* it is changed, is set up, is undone, and says
what is wrong with it. All but the first can be done again and again, and from
wherever a former try was stopped.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Final, Protocol

type Before = Mapping[str, str]
type HostPort = tuple[str, int]

# What the proxy refuses, a browser goes on to reach by itself (this machine, always).
DIRECT: Final = (
    "<local>",
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "169.254.0.0/16",
)


class NotChanged(Exception):
    """A place could not be changed; the text says why and what to do."""


class Place(Protocol):
    """One place; *kind* and *address* name it in the list of changes."""

    kind: ClassVar[str]

    @property
    def address(self) -> str:
        """Say which of its kind it is."""

    @property
    def title(self) -> str:
        """Name it for people."""

    @property
    def command(self) -> str:
        """Return what sets it up, as it is typed."""

    def before(self) -> Before:
        """Return what undoing will put back."""

    def set_up(self, ca: Path, proxy: HostPort) -> None:
        """Let it trust the authority in the file *ca* and use the *proxy*.

        Raises:
            NotChanged: it could not be changed, or not wholly.
        """

    def undo(self, before: Before) -> None:
        """Take out what was set up, and nothing else.

        Raises:
            NotChanged: it could not be changed, or not wholly.
        """

    def problem(self, ca: Path, proxy: HostPort) -> str | None:
        """Say what is not as ``set_up`` left it."""
