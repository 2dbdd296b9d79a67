"""The keys of a phone's tunnel to the proxy, as a place that set-up makes."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from overallt.cli.own_file import OwnFile
from overallt.cli.places import HostPort, NotChanged


@dataclass(frozen=True, slots=True)
class PhoneWireGuard(OwnFile):
    """The keys in *file*; what the phone has scanned stays in the phone."""

    kind: ClassVar[str] = "wireguard"

    @property
    def title(self) -> str:
        """Name the keys by their file."""
        return f"The phone's tunnel {self.file}"

    @property
    def command(self) -> str:
        """Return the command that makes them."""
        return "overallt setup phone --wireguard"

    def set_up(self, ca: Path, proxy: HostPort) -> None:
        """Make the keys."""
        del ca, proxy  # The phone is told both.
        trouble = self._trouble()
        if trouble is not None:
            raise NotChanged(trouble)

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
