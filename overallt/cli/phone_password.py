"""The password with which a phone uses the proxy, as a place that set-up makes."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from overallt.cli.own_file import OwnFile
from overallt.cli.passwords import UnusablePassword, ensure_password, read_password
from overallt.cli.places import HostPort, NotChanged


@dataclass(frozen=True, slots=True)
class PhonePassword(OwnFile):
    """The password in *file*; what was typed into the phone stays in the phone."""

    kind: ClassVar[str] = "phone"

    @property
    def title(self) -> str:
        """Name the password by its file."""
        return f"The phone's password {self.file}"

    @property
    def command(self) -> str:
        """Return the command that makes it."""
        return "overallt setup phone"

    def set_up(self, ca: Path, proxy: HostPort) -> None:
        """Make the password."""
        del ca, proxy  # The phone is told both.
        try:
            ensure_password(self.file)
        except UnusablePassword as error:
            raise NotChanged(str(error)) from None

    def problem(self, ca: Path, proxy: HostPort) -> str | None:
        """Say if the password cannot be used."""
        del ca, proxy
        try:
            read_password(self.file)
        except UnusablePassword as error:
            return f"cannot be used: {error}"
        return None
