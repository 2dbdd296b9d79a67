"""The keys of a phone's tunnel to the proxy, as a place that set-up makes."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from overallt.cli.places import Before, HostPort, NotChanged


@dataclass(frozen=True, slots=True)
class PhoneWireGuard:
    """The keys in *file*; what the phone has scanned stays in the phone."""

    kind: ClassVar[str] = "wireguard"
    file: Path

    @property
    def address(self) -> str:
        """Return the file's path."""
        return str(self.file)

    @property
    def title(self) -> str:
        """Name the keys by their file."""
        return f"The phone's tunnel {self.file}"

    @property
    def command(self) -> str:
        """Return the command that makes them."""
        return "overallt setup phone --wireguard"

    def before(self) -> Before:
        """Return nothing: the file is ours."""
        return {}

    def set_up(self, ca: Path, proxy: HostPort) -> None:
        """Make the keys."""
        del ca, proxy  # The phone is told both.
        trouble = self._trouble()
        if trouble is not None:
            raise NotChanged(trouble)

    def undo(self, before: Before) -> None:
        """Delete the keys."""
        del before
        self.file.unlink(missing_ok=True)

    def problem(self, ca: Path, proxy: HostPort) -> str | None:
        """Say if the keys cannot be used."""
        del ca, proxy
        if not self.file.exists():
            return "is not there"
        return self._trouble()

    def _trouble(self) -> str | None:
        from overallt.proxy.wireguard_keys import UnusableKeys, WireGuardKeys

        try:
            WireGuardKeys.ensure(self.file)
        except UnusableKeys as error:
            return str(error)
        return None
